"""What it takes to sit an exam: the options, the model, and every conversation once, also over several runs."""

import argparse
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, TypeVar

# OpenMP reads it when torch is loaded: its threads wait that long for work before they sleep.
os.environ.setdefault("GOMP_SPINCOUNT", "20000")

from langchain_core.language_models import BaseChatModel

from training.exam import models, shop, sitting
from training.exam.expectation import Conversation
from training.exam.figures import Marked
from training.exam.keeping import Kept
from training.exam.score import Said
from training.exam.sitting import Turn
from training.exam.truth import Customer, Shop, read_customer, read_shop

T = TypeVar("T")


class Exam(Protocol):
    """Customers and what they ask."""

    @property
    def customers(self) -> tuple[Customer, ...]:
        """Everybody of the shop."""
        ...

    @property
    def conversations(self) -> tuple[Conversation, ...]:
        """By their numbers."""
        ...

    def digest(self) -> str:
        """Another exam has another."""
        ...


def parser(prog: str, description: str | None) -> argparse.ArgumentParser:
    """The options that every exam has."""
    made = argparse.ArgumentParser(prog=prog, description=description, formatter_class=argparse.RawTextHelpFormatter)
    made.add_argument("--model", default="embedded", help="embedded, untaught, a hub id or a folder")
    made.add_argument("--adapter", type=Path, help="another folder with an adapter for the embedded model")
    made.add_argument("--strategy", choices=("ahead", "sequential", "overlap"), default="ahead")
    made.add_argument("--conversations", type=int, help="only so many, spread over the exam")
    made.add_argument("--shard", default="1/1", help="which part of how many")
    made.add_argument("--json", type=Path, help="where the result goes; to bench/results for a whole exam")
    made.add_argument("--fresh", action="store_true", help="forget what an earlier run has said")
    return made


def spread(found: Sequence[T], most: int | None) -> list[T]:
    """So many of them, evenly spread; all without a number."""
    if not most or most >= len(found):
        return list(found)
    return [found[place * len(found) // most] for place in range(most)]


class Loading:
    """The model, loaded when it is first asked for."""

    def __init__(self, given: argparse.Namespace) -> None:
        self._given = given
        self._loaded: BaseChatModel | None = None

    def __call__(self) -> BaseChatModel:
        """The model."""
        if self._loaded is None:
            self._loaded = models.load(self._given.model, self._given.adapter)
        return self._loaded


async def sat(
    given: argparse.Namespace,
    exam: Exam,
    conversations: Sequence[Conversation],
    model: Callable[[], BaseChatModel],
    *,
    guard: bool,
    known: Mapping[int, list[Turn]],
) -> dict[int, list[Turn]]:
    """Every conversation of this shard by its number, those `known` or of an earlier run not asked again."""
    part, parts = map(int, given.shard.split("/"))
    name = f"{exam.digest()}-{models.key(given.model, given.adapter)}-{given.strategy}-{'on' if guard else 'off'}"
    kept = Kept(models.WORK / "said", name, f"{part}of{parts}")
    if given.fresh:
        kept.path.unlink(missing_ok=True)
    folder = models.WORK / "run" / f"{name}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "orders.sqlite"
    shop.write(exam.customers, database)
    with closing(sqlite3.connect(database)) as connection:
        customers = {one.number: read_customer(connection, one.customer_id) for one in conversations}
    done = {**kept.read(customers), **known}
    mine = [one for one in conversations if one.number % parts == part - 1]
    todo = [one for one in mine if one.number not in done]
    try:
        if todo:
            settings = sitting.settings(folder, database, given.strategy, guard=guard)
            async with sitting.engine(settings, model()) as opened:
                progress = _Progress(todo, len(mine) - len(todo))
                for conversation in todo:
                    turns = await sitting.sit(opened, conversation, database)
                    kept.add(conversation.number, turns)
                    done[conversation.number] = turns
                    progress.finished(conversation)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    wanted = conversations if parts == 1 else mine
    return {one.number: done[one.number] for one in wanted if one.number in done}


def marks(
    exam: Exam,
    conversations: Sequence[Conversation],
    done: Mapping[int, list[Turn]],
    judge: Callable[[Any, Said, Shop], Any],
) -> list[Marked]:
    """The verdict of `judge` on every answer."""
    with tempfile.TemporaryDirectory() as folder:
        shop.write(exam.customers, Path(folder) / "orders.sqlite")
        with closing(sqlite3.connect(Path(folder) / "orders.sqlite")) as connection:
            rows = read_shop(connection)
    return [
        Marked(question, turn.said, judge(question, turn.said, rows), conversation.size, turn.took_s, turn.failed)
        for conversation in conversations
        for question, turn in zip(conversation.questions, done.get(conversation.number, []), strict=False)
    ]


class _Progress:
    """Questions a second and the time that is left, on standard error."""

    def __init__(self, todo: list[Conversation], earlier: int) -> None:
        self.left = sum(len(one.questions) for one in todo)
        self.asked, self.began_s = 0, time.monotonic()
        if earlier:
            print(f"{earlier} conversations were asked before", file=sys.stderr)

    def finished(self, conversation: Conversation) -> None:
        """One more."""
        self.asked += len(conversation.questions)
        a_second = self.asked / (time.monotonic() - self.began_s)
        left_s = (self.left - self.asked) / a_second
        line = f"{self.asked} of {self.left} questions, {a_second:.2f} a second, {left_s / 60:.0f} min left"
        print(line, file=sys.stderr, flush=True)
