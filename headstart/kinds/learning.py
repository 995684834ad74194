"""Learning a classifier from examples: logistic regression, each kind against all others."""

import hashlib
import math
from collections.abc import Sequence

import torch
from torch.nn import EmbeddingBag, functional

from headstart.kinds.classifier import Kinds, features

Example = tuple[str, Sequence[str]]
"""A text and what it asks for: one kind, several, or none."""

LEARNING_RATE = 0.15
STEPS = 160
DECAY = 1e-6
"""How much the sum of the squared weights costs."""
THREADS = 1
"""Sums of several threads differ in their last digits: the same table gives the same file."""


def learn(examples: Sequence[Example], *, buckets: int = 1 << 13, decay: float = DECAY) -> Kinds:
    """A classifier of these examples; the same for the same examples. Raises ValueError where there are none."""
    names = tuple(sorted({kind for _, kinds in examples for kind in kinds}))
    if not names:
        raise ValueError("Expected examples of at least one kind, found none.")
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        weights, bias = _descended(examples, names, buckets, decay)
    finally:
        torch.set_num_threads(threads)
    scale = (weights.abs().amax(dim=0) / 127).clamp(min=1e-9)
    whole = (weights / scale).round().to(torch.int8)
    return Kinds(names, whole.numpy(), scale.numpy(), bias.numpy(), digest(examples))


def digest(examples: Sequence[Example]) -> str:
    """Tells one list of examples from another."""
    told = hashlib.sha256()
    for text, kinds in examples:
        told.update(repr((text, tuple(kinds))).encode())
    return told.hexdigest()[:12]


def _descended(
    examples: Sequence[Example], names: Sequence[str], buckets: int, decay: float
) -> tuple[torch.Tensor, torch.Tensor]:
    found = [features(text, buckets) for text, _ in examples]
    places = torch.tensor([place for places in found for place in places])
    begins = torch.tensor([0, *(len(places) for places in found)]).cumsum(0)[:-1]
    shares = torch.cat([torch.full((len(places),), 1 / math.sqrt(max(1, len(places)))) for places in found])
    wanted = torch.zeros(len(examples), len(names))
    at = {name: number for number, name in enumerate(names)}
    for row, (_, kinds) in enumerate(examples):
        wanted[row, [at[kind] for kind in kinds]] = 1.0
    bag = EmbeddingBag(buckets, len(names), mode="sum")
    torch.nn.init.zeros_(bag.weight)
    bias = torch.full((len(names),), -3.0, requires_grad=True)
    optimizer = torch.optim.Adam([bag.weight, bias], lr=LEARNING_RATE)
    for _ in range(STEPS):
        optimizer.zero_grad()
        totals = bag(places, begins, per_sample_weights=shares) + bias
        error = functional.binary_cross_entropy_with_logits(totals, wanted, reduction="none").sum(1).mean()
        (error + decay * bag.weight.square().sum()).backward()
        optimizer.step()
    return bag.weight.detach(), bias.detach()
