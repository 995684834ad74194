"""How often the adapted model says exactly what it should, by kind of question, on conversations it has never seen.

    python -m training.fit.evaluate --conversations 40

Items and phrasings are those kept from training. Greedy decoding gives the wanted text exactly when the wanted token
has the highest logit at every place, so one forward pass settles a whole conversation; only misses are decoded.
"""

import argparse
import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import torch
from transformers import DynamicCache, LlamaForCausalLM, PreTrainedTokenizerBase

from training.conversations.dialogues import conversation, encode
from training.fit import attention, base, lora
from training.fit.train import ADAPTER

FIRST_SEED = 1_000_000
FACT = re.compile(r"\b[A-Z]{1,2}\d{3,}\b|\d{4}-\d\d-\d\d|\$[\d,.]+\d")
"""Numbers of orders, products and parcels; dates; amounts."""


@dataclass(frozen=True)
class Checked:
    """One learned message: what was wanted and what came."""

    kind: str
    exact: bool
    wanted: str
    said: str
    asked: str

    @property
    def right(self) -> bool:
        """For calls, exact; for answers, the same facts in the same order and no call."""
        facts = FACT.findall(self.wanted)
        return self.exact or (
            bool(facts) and "<tool_call>" not in self.wanted + self.said and FACT.findall(self.said) == facts
        )


def check(
    model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerBase, seed: int, size: int | None = None
) -> Iterator[Checked]:
    """Every learned message of the held-out conversation of that seed."""
    talked = conversation(seed, held_out=True, size=size)
    encoded = encode(tokenizer, talked)
    if not encoded.spans:
        return
    ids = torch.tensor([encoded.ids])
    with torch.no_grad():
        out = model.model(input_ids=ids, use_cache=True)
        for start, end, kind in encoded.spans:
            best = model.lm_head(out.last_hidden_state[0, start - 1 : end - 1]).argmax(-1)
            wanted = ids[0, start:end]
            alike = bool((best == wanted).all())
            said = wanted if alike else decode(model, out.past_key_values, ids, start, len(wanted) + 24)
            asked = tokenizer.decode(ids[0, max(0, start - 60) : start]).rpartition("<|im_start|>user\n")[2]
            # A near-tie can fall the other way in a forward pass of another width (bf16): what is said counts.
            exact = said.tolist() == wanted.tolist()
            yield Checked(kind, exact, _text(tokenizer, wanted), _text(tokenizer, said), asked.split("<|im_end|>")[0])


def _text(tokenizer: PreTrainedTokenizerBase, ids: torch.Tensor) -> str:
    return tokenizer.decode(ids).removesuffix("<|im_end|>")


def decode(model: LlamaForCausalLM, cache: DynamicCache, ids: torch.Tensor, start: int, most: int) -> torch.Tensor:
    """Greedy decoding from `start` on; the keys and values before it are those of the wanted conversation."""
    own = DynamicCache()
    for number, layer in enumerate(cache.layers):
        own.update(layer.keys[:, :, : start - 1], layer.values[:, :, : start - 1], number)
    said, token = [], ids[:, start - 1 : start]
    for _ in range(most):
        hidden = model.model(input_ids=token, past_key_values=own, use_cache=True).last_hidden_state
        token = model.lm_head(hidden[:, -1:]).argmax(-1)
        said.append(int(token))
        if said[-1] == model.config.eos_token_id:
            break
    return torch.tensor(said)


def table(checked: list[Checked]) -> str:
    """By kind: how many, how many exact, how many with the right facts."""
    kinds: dict[str, list[Checked]] = defaultdict(list)
    for one in checked:
        kinds[one.kind].append(one)
    rows = [f"{'kind':32} {'n':>5} {'exact':>7} {'right':>7}"]
    for kind, ones in [*sorted(kinds.items()), ("all", checked)]:
        exact, right = (sum(getattr(one, name) for one in ones) for name in ("exact", "right"))
        rows.append(f"{kind:32} {len(ones):5d} {exact / len(ones):7.1%} {right / len(ones):7.1%}")
    return "\n".join(rows)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", type=Path, default=ADAPTER)
    parser.add_argument("--conversations", type=int, default=40)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--threads", type=int, default=2, help="one is better beside a training run")
    parser.add_argument("--misses", type=int, default=40, help="print so many")
    parser.add_argument("--json", type=Path, help="also write the counts by kind here")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model, tokenizer = base.load()
    model.set_attn_implementation(attention.install())
    lora.merge(model, options.adapter)
    checked: list[Checked] = []
    shown = 0
    for seed in range(options.first_seed, options.first_seed + options.conversations):
        for one in check(model, tokenizer, seed):
            checked.append(one)
            if not one.right and shown < options.misses:
                shown += 1
                print(f"[{one.kind}] {one.asked}\n  wanted {one.wanted}\n  said   {one.said}", flush=True)
    print(table(checked))
    if options.json:
        counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for one in checked:
            counts[one.kind] = [n + m for n, m in zip(counts[one.kind], (1, one.exact, one.right), strict=True)]
        options.json.write_text(json.dumps(counts, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
