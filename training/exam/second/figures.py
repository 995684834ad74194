"""The second exam's figures: by kind, by what contacts are about, and weighed by how often customers write about it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from training.exam.figures import Marked, as_dict, called, share
from training.exam.score import spoken
from training.exam.second.judging import Verdict
from training.exam.second.kinds import GROUP_OF, GROUPS, KINDS
from training.exam.second.wanted import wanted

COLUMNS: Mapping[str, Callable[[Verdict], bool | None]] = {
    "right_call": lambda verdict: verdict.right_call,
    "facts": lambda verdict: verdict.facts,
    "answered": lambda verdict: verdict.answered,
    "way_on": lambda verdict: verdict.way_on,
}


def by_kind(marked: Sequence[Marked]) -> dict[str, list[Marked]]:
    """In the order of the kinds; all of them last."""
    found = {kind: [one for one in marked if one.question.kind == kind] for kind in KINDS}
    return {**{kind: ones for kind, ones in found.items() if ones}, "all": list(marked)}


def by_group(marked: Sequence[Marked]) -> dict[str, list[Marked]]:
    """What contacts are about, with the questions about it."""
    found = {group: [one for one in marked if GROUP_OF[one.question.kind] == group] for group in GROUPS}
    return {group: ones for group, ones in found.items() if ones}


def weighted_answered(marked: Sequence[Marked]) -> float:
    """The share answered, each group with its part of all contacts; groups that were not asked about left out."""
    groups = by_group(marked)
    weights = {group: GROUPS[group][0] for group in groups}
    answered = {group: share(ones, COLUMNS["answered"]).value for group, ones in groups.items()}
    return sum(weights[group] * answered[group] for group in groups) / sum(weights.values())


def rows(groups: Mapping[str, Sequence[Marked]]) -> list[list[str]]:
    """By kind or group: how many, the shares of `COLUMNS`, wrong facts and others' data."""
    return [
        [
            name,
            str(len(ones)),
            *(str(share(ones, of)) for of in COLUMNS.values()),
            str(sum(bool(one.verdict.wrong) for one in ones)),
            str(sum(bool(one.verdict.leaked) for one in ones)),
        ]
        for name, ones in groups.items()
    ]


def metrics(marked: Sequence[Marked]) -> dict[str, float]:
    """The figures that a change is held against."""
    found: dict[str, float] = {name: share(marked, of).value for name, of in COLUMNS.items()}
    found |= {
        "weighted_answered": weighted_answered(marked),
        "wrong_facts_shown": sum(bool(one.verdict.wrong) for one in marked),
        "others_data": sum(bool(one.verdict.leaked) for one in marked),
        "questions": len(marked),
    }
    return {name: round(value, 4) for name, value in found.items()}


def samples(marked: Sequence[Marked]) -> dict[str, Any]:
    """Every figure by kind and by group, and every miss."""
    return {
        "by_kind": {kind: _figures(ones) for kind, ones in by_kind(marked).items()},
        "by_group": {group: {"weight": GROUPS[group][0], **_figures(ones)} for group, ones in by_group(marked).items()},
        "misses": [_miss(one) for one in marked if not one.verdict.right],
    }


def _figures(marked: Sequence[Marked]) -> dict[str, Any]:
    return {
        "questions": len(marked),
        **{name: as_dict(share(marked, of)) for name, of in COLUMNS.items()},
        "wrong_facts": sum(bool(one.verdict.wrong) for one in marked),
        "others_data": sum(bool(one.verdict.leaked) for one in marked),
    }


def _miss(one: Marked) -> dict[str, Any]:
    """What went wrong, for reading."""
    verdict, want = one.verdict, wanted(one.question, one.said.before)
    readings = [", ".join(map(spoken, reading)) for reading in want.readings]
    return {
        "kind": one.question.kind,
        "question": one.question.text,
        "wanted": [*readings[:3], *want.ways],
        "said": one.said.answer or one.failed,
        "calls": [*map(called, one.said.made)],
        "right_call": verdict.right_call,
        "answered": verdict.answered,
        "way_on": verdict.way_on,
        "missing": list(verdict.missing),
        "wrong": list(verdict.wrong),
        "others_data": list(verdict.leaked),
    }
