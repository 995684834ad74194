"""The second exam: 1,080 questions of somebody who had seen nothing of the program, each asked once, behind the guard.

    python -m bench.answers2                         the embedded model
    python -m bench.answers2 --conversations 20      a quick look
    python -m bench.answers2 --kind cancel --questions FILE --json FILE

The questions are sealed: whoever works on the program reads neither them nor the misses in the result before the
program is finished. Nothing of them is printed. `--misses` is for questions of one's own (`--questions`).

Run again, it goes on where it was interrupted. `--shard 1/2` and `--shard 2/2` share the work between two processes;
a run without `--shard` afterwards finds all of it done and writes the result.
"""

import argparse
import asyncio
from pathlib import Path

from bench import exams, report, table
from training.exam.expectation import Conversation
from training.exam.second import conversations, figures
from training.exam.second.judging import judge
from training.exam.second.kinds import KINDS


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = exams.parser("bench.answers2", __doc__)
    parser.add_argument("--guard", choices=("on", "off"), default="on")
    parser.add_argument("--questions", type=Path, default=conversations.QUESTIONS, help="others, in the same form")
    parser.add_argument("--kind", choices=KINDS, help="only conversations that hold it")
    parser.add_argument("--misses", type=int, default=0, help="print so many; of --questions only")
    given = parser.parse_args(arguments)
    if given.misses and given.questions == conversations.QUESTIONS:
        parser.error("the misses of the sealed questions are not to be read: give others with --questions.")
    return given


def main(arguments: list[str] | None = None) -> int:
    """Sit the exam, print the tables, write the result."""
    given = options(arguments)
    exam = conversations.exam(given.questions)
    chosen = _chosen(given, exam)
    done = asyncio.run(exams.sat(given, exam, chosen, exams.Loading(given), guard=given.guard == "on", known={}))
    marked = exams.marks(exam, chosen, done, judge)
    head = ("n", *(name.replace("_", " ") for name in figures.COLUMNS), "wrong facts", "others' data")
    print(report.table(("kind", *head), figures.rows(figures.by_kind(marked))))
    print(f"\n{report.table(('contacts about', *head), figures.rows(figures.by_group(marked)))}")
    metrics = figures.metrics(marked)
    print(f"\n{metrics}")
    samples = {"model": Path(given.model).name, "strategy": given.strategy, "exam": exam.digest()}
    samples |= figures.samples(marked)
    for miss in samples["misses"][: given.misses]:
        print("", *(f"{name}: {value}" for name, value in miss.items()), sep="\n  ")
    if given.json or _is_whole(given):
        where = report.write("answers2", metrics, samples, packages=("torch", "transformers"), path=given.json)
        print(f"written to {where.name}")
        if where.parent == report.RESULTS:
            table.main()
    return 0


def _chosen(given: argparse.Namespace, exam: conversations.SecondExam) -> list[Conversation[conversations.Asked]]:
    """The conversations that the options ask for."""
    found = list(exam.conversations)
    if given.kind:
        found = [one for one in found if any(question.kind == given.kind for question in one.questions)]
    return exams.spread(found, given.conversations)


def _is_whole(given: argparse.Namespace) -> bool:
    """Whether all of the sealed questions were asked of the program as it is."""
    part = given.kind or given.conversations or given.shard != "1/1" or given.questions != conversations.QUESTIONS
    return not part and given.model == "embedded" and given.adapter is None and given.guard == "on"


if __name__ == "__main__":
    raise SystemExit(main())
