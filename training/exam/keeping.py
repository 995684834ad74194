"""Keeps what was said, conversation by conversation, so that an interrupted exam goes on where it was.

What is kept are answers, calls and rows, not verdicts: a better scorer reads them again.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

from training.exam.score import Made, Said
from training.exam.sitting import Turn
from training.exam.truth import Customer, Refund


class Kept:
    """The finished conversations of one run; shards write files of their own and all of them are read."""

    def __init__(self, folder: Path, key: str, shard: str) -> None:
        self.folder, self.key = folder, key
        self.path = folder / f"{key}.{shard}.jsonl"
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, customers: Mapping[int, Customer]) -> dict[int, list[Turn]]:
        """By the conversation's number; `customers` are the rows that each began with."""
        found: dict[int, list[Turn]] = {}
        for path in sorted(self.folder.glob(f"{self.key}.*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    kept = json.loads(line)
                except ValueError:
                    continue  # The line that was being written when the run was interrupted.
                number = int(kept["conversation"])
                if number in customers:
                    found[number] = _turns(kept["turns"], customers[number])
        return found

    def add(self, number: int, turns: list[Turn]) -> None:
        """Append a finished conversation."""
        line = json.dumps({"conversation": number, "turns": [_plain(turn) for turn in turns]}, ensure_ascii=False)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def _plain(turn: Turn) -> dict[str, Any]:
    said = turn.said
    changed = {
        order.order_id: {
            "status": order.status,
            "eta": order.eta and order.eta.isoformat(),
            "ship_to": order.ship_to,
            "returned": sorted(order.returned),
            "refunds": [[one.item, one.state, one.requested_on.isoformat()] for one in order.refunds],
        }
        for order in said.after.orders
        if said.before.by_id[order.order_id] != order
    }
    return {
        "answer": said.answer,
        "failed": turn.failed,
        "took_s": round(turn.took_s, 3),
        "corrected": turn.corrected,
        "made": [asdict(one) for one in said.made],
        "standing": [asdict(one) for one in said.standing],
        "changed": changed,
        "address": said.after.address,
    }


def _turns(kept: list[dict[str, Any]], customer: Customer) -> list[Turn]:
    turns: list[Turn] = []
    for one in kept:
        after = replace(_changed(customer, one["changed"]), address=one.get("address", customer.address))
        made, standing = ([Made(**call) for call in one[kind]] for kind in ("made", "standing"))
        said = Said(one["answer"], made, standing, customer, after)
        turns.append(Turn(said, one["failed"], one["took_s"], tuple(one["corrected"])))
        customer = after
    return turns


def _changed(customer: Customer, changed: Mapping[str, Mapping[str, Any]]) -> Customer:
    orders = tuple(
        replace(
            order,
            status=new["status"],
            eta=date.fromisoformat(new["eta"]) if new["eta"] else None,
            ship_to=new["ship_to"],
            returned=frozenset(new["returned"]),
            refunds=tuple(Refund(item, state, date.fromisoformat(day)) for item, state, day in new.get("refunds", ())),
        )
        if (new := changed.get(order.order_id))
        else order
        for order in customer.orders
    )
    return replace(customer, orders=orders)
