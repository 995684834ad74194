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
from collections.abc import Sequence
from pathlib import Path

from bench import exams, report, table
from training.exam import figures, sitting
from training.exam.conversations import exam
from training.exam.expectation import LEAST, Conversation
from training.exam.figures import Marked
from training.exam.score import judge
from training.exam.sitting import Turn


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = exams.parser("bench.answers", __doc__)
    parser.add_argument("--guard", choices=("on", "off", "both"), default="both")
    parser.add_argument("--category", choices=list(LEAST), help="only conversations that hold it")
    parser.add_argument("--misses", type=int, default=20, help="print so many")
    return parser.parse_args(arguments)


def chosen(given: argparse.Namespace) -> list[Conversation]:
    """The conversations that the options ask for."""
    found = list(exam().conversations)
    if given.category:
        found = [one for one in found if any(q.category == given.category for q in one.questions)]
    return exams.spread(found, given.conversations)


def main(arguments: list[str] | None = None) -> int:
    """Sit the exam, print the table, write the result."""
    given = options(arguments)
    guards = [True, False] if given.guard == "both" else [given.guard == "on"]
    if not sitting.has_guard():
        guards = [False]
    model = exams.Loading(given)
    marked: dict[bool, list[Marked]] = {True: [], False: []}
    untouched: dict[int, list[Turn]] = {}
    for guard in guards:
        done = asyncio.run(exams.sat(given, exam(), chosen(given), model, guard=guard, known=untouched))
        marked[guard] = exams.marks(exam(), chosen(given), done, judge)
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


def table_of(marked: Sequence[Marked]) -> str:
    """By category: how many, and what share of them is right, with Wilson's intervals in per cent."""
    head = ("category", "n", *(f"{name} right" for name in figures.COLUMNS), "wrong facts", "others' data")
    return report.table(head, figures.rows(marked))


def _print_misses(marked: list[Marked], most: int) -> None:
    missed = [one for one in marked if not one.verdict.right or one.verdict.leaked]
    for one in missed[:most]:
        told = figures.miss(one)
        print(f"\n[{told['category']}: {told['kind']}] {told['question']}")
        print(f"  wanted  {told['wanted']}\n  said    {told['said']}\n  calls   {told['calls']}")
        print(f"  tool {told['tool']}, missing {told['missing']}, wrong {told['wrong']}, others {told['others_data']}")


if __name__ == "__main__":
    raise SystemExit(main())
