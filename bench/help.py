"""The help search on questions in strangers' words: is the right article first, is it among the first three?

    python -m bench.help

Its questions (`training/exam/help_questions.toml`, forty for each of 27 subjects) were written by somebody who has read
neither the articles nor the phrasings that the kinds were learned from, and nothing is tuned on them.
"""

import argparse
import asyncio
import tomllib
from collections import Counter
from pathlib import Path

from agent.shop.demo_data import bundled
from agent.shop.orders import OrderStore
from bench import report

QUESTIONS = report.ROOT / "training" / "exam" / "help_questions.toml"
ALSO_RIGHT = {"contact": ("person",), "changing_order": ("changing-an-order",)}
"""By subject, the articles that answer besides the one of its name: whoever wants to reach us may want a person."""
AMONG = 3


def right(subject: str) -> tuple[str, ...]:
    """The names of the articles that answer a subject."""
    return subject.replace("_", "-"), *ALSO_RIGHT.get(subject, ())


async def measured(questions: dict[str, list[str]]) -> tuple[dict[str, tuple[int, int, int]], Counter[str]]:
    """By subject how many questions there are, found their article first and among the first; and what was first
    where it was not right."""
    store = await OrderStore.open(bundled())
    counts: dict[str, tuple[int, int, int]] = {}
    taken_for: Counter[str] = Counter()
    try:
        for subject, texts in questions.items():
            first = among = 0
            for text in texts:
                found = [one.name for one in (await store.search_help("", text)).value.articles]
                first += bool(found) and found[0] in right(subject)
                among += any(name in right(subject) for name in found[:AMONG])
                if not found or found[0] not in right(subject):
                    taken_for[f"{subject} → {found[0] if found else 'nothing'}"] += 1
            counts[subject] = len(texts), first, among
    finally:
        await store.close()
    return counts, taken_for


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--questions", type=Path, default=QUESTIONS, help="others, in the same form")
    parser.add_argument("--json", type=Path, help="where the result goes")
    options = parser.parse_args()
    questions = tomllib.loads(options.questions.read_text(encoding="utf-8"))["questions"]
    counts, taken_for = asyncio.run(measured(questions))
    asked, found_first, found_among = (sum(column) for column in zip(*counts.values(), strict=True))
    rows = [
        [s.replace("_", " "), str(n), f"{100 * f / n:.0f}", f"{100 * a / n:.0f}"] for s, (n, f, a) in counts.items()
    ]
    print(report.table(("subject", "questions", "first, %", "among three, %"), rows))
    metrics = {
        "first_right": round(found_first / asked, 4),
        "among_three": round(found_among / asked, 4),
        "questions": float(asked),
        "subjects": float(len(counts)),
    }
    print(metrics)
    by_subject = {subject: {"questions": n, "first": f, "among_three": a} for subject, (n, f, a) in counts.items()}
    samples = {"by_subject": by_subject, "taken_for": dict(taken_for.most_common())}
    report.write("help", metrics, samples, packages=("numpy", "rapidfuzz"), path=options.json)


if __name__ == "__main__":
    main()
