"""Learn what a question asks for, from the phrasings by which the model is taught and from the help articles.

    python -m training.kinds

It takes three minutes on one core. The same tables give the same file; a test tells when they have changed.
"""

import random
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from agent.shop.english import kinds
from agent.shop.help.articles import read_articles
from headstart.kinds.learning import Example, digest, learn
from training.conversations import names
from training.conversations.typing_habits import typed
from training.phrasings.tables import FOLDER

ARTICLES = Path(__file__).parents[1] / "data" / "help"
SEED = 15
TIMES, TIMES_HELP = 3, 3
"""How often each line is drawn, with other names and slips."""
PAIRS = 6_000
"""How many texts ask for two things at once: two lines in one."""
JOINTS = [". ", ". ", ", ", " and ", "! ", " - ", ". Also ", "; ", " because ", "\n"]

OF_TABLE: dict[str, dict[str, Sequence[str]]] = {
    "order": {
        "status": ["STATUS"],
        "price": ["PRICE", "ORDERED_AND_PRICE"],
        "ordered": ["ORDERED", "ORDERED_AND_PRICE"],
    },
    "delivery": {"parcel": ["CARRIER", "PARCEL"], "contents": ["CONTENTS", "CONTENTS_BY_NAME"]},
    "absent": {"ever": ["EVER"]},
    "account": {"account": ["EMAIL", "OWN_ADDRESS", "OWN_NAME", "USER_NAME", "SINCE", "ACCOUNT"]},
    "account_pair": {"account": ["UNKNOWN"]},
    "address": {"redirect": ["ADDRESS", "ADDRESS_MISSING", "WHICH_ADDRESS"]},
    "changes": {
        kinds.REMOVE: ["REMOVE"],
        kinds.DEFAULT_ADDRESS: ["DEFAULT_ADDRESS"],
        kinds.UNDO: ["UNDO"],
        kinds.EXCHANGE: ["EXCHANGE"],
        "help: exchanges": ["EXCHANGE"],
        kinds.CANCEL: ["CANCEL_SEVERAL"],
        kinds.RETURN: ["RETURN_SEVERAL"],
    },
    "declined": {"off-topic": ["OFF_TOPIC"]},
    "follow_up": {
        "status": ["STATUS"],
        "price": ["PRICE"],
        "ordered": ["ORDERED"],
        "parcel": ["CARRIER", "PARCEL"],
        "contents": ["CONTENTS"],
        "pointing": ["ELLIPSIS", "OTHER_ONE"],
    },
    "history": {
        "all orders": ["ALL_STATUS"],
        "count": ["COUNT", "COUNT_BY_STATUS"],
        "newest": ["NEWEST"],
        "dearest": ["DEAREST"],
        "by status": ["BY_STATUS"],
        "status": ["UNNAMED_STATUS"],
    },
    "intrusion": {"others": ["OTHERS"], "intrusion": ["INJECTION"]},
    "list": {
        "by status": [
            "UNDER_WAY",
            "STILL_TO_COME",
            "ARRIVED",
            "IN_PROCESSING",
            "RUNNING_LATE",
            "CALLED_OFF",
            "SENT_BACK",
            "AT_THE_DOOR",
        ]
    },
    "pair": {"status": ["TWO_OF_ONE"], "price": ["TWO_OF_ONE"]},
    "people": {kinds.PERSON: ["PERSON"], kinds.ANGRY: ["ANGRY"]},
    "place": {"pointing": ["BOTTOM", "BEFORE", "CURT"]},
    "product": {"product": ["PRODUCT_STOCK", "PRODUCT_PRICE", "PRODUCT_DESCRIPTION"]},
    "return_code": {kinds.RETURN: ["BY_CODE"]},
    "service": {kinds.CANCEL: ["CANCEL", "WHICH_CANCEL"], kinds.RETURN: ["RETURN", "WHICH_RETURN"]},
    "talk": {"talk": ["GREETING", "THANKS", "BYE", "WHO"], kinds.ANGRY: ["COMPLAINT"]},
    "totals": {
        kinds.SPENT: ["SPENT"],
        kinds.SPENT_THIS_YEAR: ["SPENT_THIS_YEAR"],
        kinds.CHEAPEST: ["CHEAPEST"],
        kinds.OLDEST: ["OLDEST"],
        kinds.NEXT_TO_ARRIVE: ["NEXT_TO_ARRIVE"],
    },
}
"""By file and kind, the tables whose lines ask for it; a table may stand under several kinds."""
CHANGES = "changes"
ASKED, ASKED_FOR_HELP = "asked", "asked_for_help"
"""The file whose lines are drawn once, and those whose tables are named by what they ask for: a kind, or an article."""

OPENERS = ["", "", "", "", "", "hi, ", "hello, ", "please, ", "question: ", "excuse me, ", "can you tell me ", "hey "]
STATUSES = ["delivered", "shipped", "processing", "cancelled", "delayed", "returned", "out for delivery"]


def examples() -> list[Example]:
    """What is learned; always the same for the same tables and articles."""
    draw = random.Random(SEED)
    asked = list(_help_lines())
    lines, once = list(_lines()), list(_lines_of(CHANGES))
    made = [(typed(draw, _filled(draw, line)), wanted) for _ in range(TIMES) for line, wanted in lines]
    # So many of these are alike that, drawn as often, they would take the help articles' questions for theirs.
    made += [(typed(draw, _filled(draw, line)), wanted) for line, wanted in once]
    for number in range(TIMES_HELP):
        for line, wanted in asked:
            opened = _filled(draw, line) if number == 0 else draw.choice(OPENERS) + _filled(draw, line)
            made.append((typed(draw, opened, slips=0.35 if number else 0.0), wanted))
    whole = [*lines, *once, *asked]
    for _ in range(PAIRS):
        (one, first), (two, second) = draw.choice(whole), draw.choice(whole)
        joined = one.rstrip(".!?") + draw.choice(JOINTS) + two
        made.append((typed(draw, _filled(draw, joined)), list(dict.fromkeys([*first, *second]))))
    return made


def _lines_of(file: str) -> Iterator[Example]:
    by_kind, blocks = OF_TABLE[file], _read(file)["blocks"]
    if unknown := {table for tables in by_kind.values() for table in tables} - set(blocks):
        raise ValueError(f"Expected the tables {', '.join(sorted(unknown))} in {file}.toml, found none.")
    for table, lines in blocks.items():
        if wanted := [kind for kind, tables in by_kind.items() if table in tables]:
            yield from ((line, wanted) for line in lines)


def _lines() -> Iterator[Example]:
    for file in OF_TABLE:
        if file != CHANGES:
            yield from _lines_of(file)
    for kind, lines in _read(ASKED)["blocks"].items():
        yield from ((line, [kind]) for line in lines)


def _help_lines() -> Iterator[Example]:
    asked = [_read(ASKED_FOR_HELP)["blocks"], _read("trouble")["by_one"]["TROUBLE"]]
    articles = read_articles(ARTICLES)
    if unknown := {name for table in asked for name in table} - {one.name for one in articles}:
        raise ValueError(f"Expected articles named {', '.join(sorted(unknown))}, found none.")
    for one in articles:
        # Who asks how to reach a person wants one.
        wanted = [kinds.PERSON] if one.name == kinds.PERSON else [kinds.HELP + one.name]
        lines = [line for table in asked for line in table.get(one.name, ())]
        yield from ((line, wanted) for line in (one.title, *one.also, *lines))


def _read(name: str) -> dict[str, dict[str, dict[str, list[str]]]]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _filled(draw: random.Random, line: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: _drawn(draw, match.group(1)), line)


def _drawn(draw: random.Random, placeholder: str) -> str:
    match placeholder:
        case "address":
            return names.address(draw)
        case "person":
            return names.person(draw)
        case "user_name":
            return f"user{draw.randrange(1_000)}"
        case "number":
            return str(draw.randrange(1_000))
        case "status":
            return draw.choice(STATUSES)
        case "product" | "code":
            return f"P{draw.randrange(100, 99_999)}"
        case _:
            return _order(draw)


def _order(draw: random.Random) -> str:
    """How an order is spoken of: by its number, by words of an item, or as one that was spoken of."""
    way = draw.random()
    if way < 0.35:
        return draw.choice(["order ", "", "#", "order number ", "my order "]) + names.order_id(draw, draw.randrange(4))
    if way < 0.5:
        return draw.choice(["it", "this", "my order", "the order", "that one"])
    item = names.plain(names.item(draw, held_out=False))
    words = item.split()[-1] if draw.random() < 0.5 else item
    return draw.choice(["my ", "the ", "", "that ", "the order with the "]) + (
        words.lower() if draw.random() < 0.65 else words
    )


def main() -> None:
    """The command."""
    found = examples()
    if kinds.FILE.exists() and kinds.kinds().learned_from == digest(found):
        print("The kinds are learned from these tables already.", file=sys.stderr)
        return
    learned = learn(found)
    learned.save(kinds.FILE)
    size = kinds.FILE.stat().st_size / 1e3
    print(f"{kinds.FILE}: {len(learned.names)} kinds of {len(found):,} examples, {size:.0f} kB", file=sys.stderr)


if __name__ == "__main__":
    main()
