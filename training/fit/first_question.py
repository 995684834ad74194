"""The first question after the sign-in, for every account size: what customers mostly ask, and what must be right.

    python -m training.fit.first_question --customers 2

The history stands in the prompt, as it does ahead of the question. Its keys and values are computed once for a
customer; every question goes on from there.
"""

import argparse
import os
import random
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "1000")

import torch
from transformers import DynamicCache, LlamaForCausalLM, PreTrainedTokenizerBase

from agent.shop import contents
from agent.shop.records import HISTORY_LIMIT
from training.conversations import lookups, references, world
from training.conversations.dialogues import Conversation, encode, shop_schemas
from training.conversations.talk import Talk
from training.conversations.typing_habits import lines
from training.fit import attention, base, lora
from training.fit.evaluate import Checked, decode, table
from training.fit.train import ADAPTER

THE_QUESTION = "Hi, can you tell me the status of my recent orders?"
SIZES = (0, 1, 2, 8, 40)


def questions(draw: random.Random, talk: Talk) -> Iterator[tuple[str, str, str]]:
    """Kind, question and answer: the notebook's question, then up to four look-ups by name and as many by number."""
    customer = talk.customer
    listed = customer.listed
    if not listed:
        yield "all of 0", THE_QUESTION, "You have no orders yet."
        return
    head = [contents.history_summary(customer.history())]
    head += ["These are the newest 8:"] if customer.count > HISTORY_LIMIT else []
    size = "many" if customer.count > HISTORY_LIMIT else str(customer.count)
    yield f"all of {size}", THE_QUESTION, "\n".join([*head, lookups.bullets(listed)])
    for order in draw.sample(listed, min(4, len(listed))):
        kind = draw.choice(["status", "status", "price", "ordered"])
        named = references.by_name(draw, customer, order)
        for about in filter(None, (named, references.by_number(draw, order))):
            told = draw.choice(lines(lookups.FACTS[kind], held_out=True)).replace("{x}", about.phrase)
            yield f"{kind} by {lookups.way(about)}, {size}", told, lookups.fact(talk, order, about.subject)


def check(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerBase, seed: int, size: int) -> Iterator[Checked]:
    """Every question to one customer."""
    draw = random.Random(f"first question {seed} {size}")
    talk = Talk(draw, world.customer(draw, True, size), True)
    talk.ahead("get_order_history", {})
    history = list(talk.messages)
    known: DynamicCache | None = None
    for kind, told, wanted in questions(draw, talk):
        talk.messages[:], talk.kinds = history, {}
        talk.ask(told)
        talk.answer(wanted, kind)
        encoded = encode(tokenizer, Conversation(talk.messages, shop_schemas(), talk.kinds, of_shop=True))
        ids, (start, end, _) = torch.tensor([encoded.ids]), encoded.spans[0]
        with torch.no_grad():
            if known is None:
                before = encode(tokenizer, Conversation(history, shop_schemas(), {}, of_shop=True)).ids
                known = model.model(input_ids=torch.tensor([before]), use_cache=True).past_key_values
            length = known.layers[0].keys.shape[2]
            cache = DynamicCache()
            for number, layer in enumerate(known.layers):
                cache.update(layer.keys, layer.values, number)
            out = model.model(input_ids=ids[:, length:], past_key_values=cache, use_cache=True)
            best = model.lm_head(out.last_hidden_state[0, start - 1 - length : end - 1 - length]).argmax(-1)
            target = ids[0, start:end]
            alike = bool((best == target).all())
            said = target if alike else decode(model, cache, ids, start, len(target) + 24)
        text = tokenizer.decode(said).removesuffix("<|im_end|>")
        yield Checked(kind, text == wanted, wanted, text, told)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", type=Path, default=ADAPTER)
    parser.add_argument("--customers", type=int, default=2, help="of each size")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model, tokenizer = base.load()
    model.set_attn_implementation(attention.install())
    lora.merge(model, options.adapter)
    checked: list[Checked] = []

    for size in SIZES:
        for seed in range(options.customers if size else 1):
            for one in check(model, tokenizer, seed, size):
                checked.append(one)

                if not one.right:
                    print(f"[{one.kind}] {one.asked}\n  wanted {one.wanted}\n  said   {one.said}", flush=True)
    print(table(checked))


if __name__ == "__main__":
    main()
