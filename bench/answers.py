"""The exam: 1,000 questions in whole conversations through the program's own session, scored against the rows.

    python -m bench.answers                          the embedded model, after and before the guard
    python -m bench.answers --model untaught         the same weights without what was taught
    python -m bench.answers --guard off --category price --conversations 5

Where the guard did nothing in a conversation, its answers are the same without a guard (decoding is greedy): the run
before the guard asks only the others again.

Run again, it goes on where it was interrupted. `--shard 1/2` and `--shard 2/2` share the work between two processes;
a run without `--shard` afterwards finds all of it done and writes the result.
"""

import argparse
import asyncio
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

os.environ.setdefault("GOMP_SPINCOUNT", "20000")

from langchain_core.language_models import BaseChatModel

from bench import report, table
from training.exam import figures, models, shop, sitting
from training.exam.conversations import exam
from training.exam.expectation import LEAST, Conversation
from training.exam.figures import Marked
from training.exam.keeping import Kept
from training.exam.score import judge
from training.exam.sitting import Turn
from training.exam.truth import read_customer, read_shop


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="bench.answers", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", default="embedded", help="embedded, untaught, a hub id or a folder")
    parser.add_argument("--adapter", type=Path, help="another folder with an adapter for the embedded model")
    parser.add_argument("--guard", choices=("on", "off", "both"), default="both")
    parser.add_argument("--strategy", choices=("ahead", "sequential", "overlap"), default="ahead")
    parser.add_argument("--conversations", type=int, help="only so many, spread over the exam")
    parser.add_argument("--category", choices=list(LEAST), help="only conversations that hold it")
    parser.add_argument("--shard", default="1/1", help="which part of how many")
    parser.add_argument("--misses", type=int, default=20, help="print so many")
    parser.add_argument("--json", type=Path, help="where the result goes; bench/results/answers.json for a whole exam")
    parser.add_argument("--fresh", action="store_true", help="forget what an earlier run has said")
    return parser.parse_args(arguments)


def chosen(given: argparse.Namespace) -> list[Conversation]:
    """The conversations that the options ask for."""
    found = list(exam().conversations)
    if given.category:
        found = [one for one in found if any(q.category == given.category for q in one.questions)]
    if given.conversations and given.conversations < len(found):
        found = [found[place * len(found) // given.conversations] for place in range(given.conversations)]
    return found


def main(arguments: list[str] | None = None) -> int:
    """Sit the exam, print the table, write the result."""
    given = options(arguments)
    guards = [True, False] if given.guard == "both" else [given.guard == "on"]
    if not sitting.has_guard():
        guards = [False]
    loaded: list[BaseChatModel] = []

    def model() -> BaseChatModel:
        if not loaded:
            loaded.append(models.load(given.model, given.adapter))
        return loaded[0]

    marked: dict[bool, list[Marked]] = {True: [], False: []}
    untouched: dict[int, list[Turn]] = {}
    for guard in guards:
        done = asyncio.run(run(given, model, guard=guard, known=untouched))
        marked[guard] = marks(given, done)
        untouched = {number: turns for number, turns in done.items() if not any(turn.corrected for turn in turns)}
        print(f"\n{given.model}, {given.strategy}, guard {'on' if guard else 'off'}\n{table_of(marked[guard])}")
        for size, share in figures.notebook_by_size(marked[guard]).items():
            print(f"the notebook's question, {size} orders: {share.hits} of {share.of}")
    _print_misses(marked[guards[0]], given.misses)
    whole = not (given.category or given.conversations) and given.shard == "1/1"
    if given.json or (whole and given.model == "embedded" and given.adapter is None and given.guard == "both"):
        written = {
            ("guarded" if guard else "unguarded"): figures.samples(ones) for guard, ones in marked.items() if ones
        }
        samples = {"model": Path(given.model).name, "strategy": given.strategy, "exam": exam().digest(), **written}
        metrics = figures.metrics(marked[False], marked[True])
        where = report.write("answers", metrics, samples, packages=("torch", "transformers"), path=given.json)
        print(f"written to {where.name}")
        if where.parent == report.RESULTS:
            table.main()
    return 0


async def run(
    given: argparse.Namespace, model: Callable[[], BaseChatModel], *, guard: bool, known: Mapping[int, list[Turn]]
) -> dict[int, list[Turn]]:
    """Every chosen conversation of this shard by its number, those `known` or of an earlier run not asked again."""
    part, parts = map(int, given.shard.split("/"))
    conversations = chosen(given)
    name = f"{exam().digest()}-{models.key(given.model, given.adapter)}-{given.strategy}-{'on' if guard else 'off'}"
    kept = Kept(models.WORK / "said", name, f"{part}of{parts}")
    if given.fresh:
        kept.path.unlink(missing_ok=True)
    folder = models.WORK / "run" / f"{name}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / "orders.sqlite"
    shop.write(exam().customers, database)
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


def marks(given: argparse.Namespace, done: Mapping[int, list[Turn]]) -> list[Marked]:
    """The verdict on every answer."""
    with tempfile.TemporaryDirectory() as folder:
        shop.write(exam().customers, Path(folder) / "orders.sqlite")
        with closing(sqlite3.connect(Path(folder) / "orders.sqlite")) as connection:
            rows = read_shop(connection)
    return [
        Marked(question, turn.said, judge(question, turn.said, rows), conversation.size, turn.took_s, turn.failed)
        for conversation in chosen(given)
        for question, turn in zip(conversation.questions, done.get(conversation.number, []), strict=False)
    ]


def table_of(marked: Sequence[Marked]) -> str:
    """By category: how many, and what share of them is right, with Wilson's intervals in per cent."""
    head = ("category", "n", *(f"{name} right" for name in figures.COLUMNS), "wrong facts", "others' data")
    return report.table(head, figures.rows(marked))


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


def _print_misses(marked: list[Marked], most: int) -> None:
    missed = [one for one in marked if not one.verdict.right or one.verdict.leaked]
    for one in missed[:most]:
        told = figures.miss(one)
        print(f"\n[{told['category']}: {told['kind']}] {told['question']}")
        print(f"  wanted  {told['wanted']}\n  said    {told['said']}\n  calls   {told['calls']}")
        print(f"  tool {told['tool']}, missing {told['missing']}, wrong {told['wrong']}, others {told['others_data']}")


if __name__ == "__main__":
    raise SystemExit(main())
