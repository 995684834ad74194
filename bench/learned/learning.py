"""Learning transitions from finished conversations: `fit` in seconds, deterministic.

Most of the work is not to learn too much: a few dozen customers say little, and their conversations
resemble each other. So the weights are strongly penalised, and a group (a customer) with many
conversations counts for less than all of them.
"""

import random
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.learned.features import features_of
from bench.learned.logistic import Logistic
from bench.learned.moment import SIGN_IN, History, Scene, Source, names_around, scalars
from bench.learned.transitions import Asked, Trace, Transitions
from headstart.speculation.calls import Call

Themes = Mapping[str, Sequence[str]]

PENALTY = 0.015
"""L2 for each sample, by cross-validated likelihood on the yardstick; a tenth of it overfits badly."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One candidate at one moment of a trace, and what became of it."""

    tool: str
    features: tuple[str, ...]
    ever: bool
    soon: bool
    group: str


def find_sources(traces: Sequence[Trace], reads: Collection[str], share: float = 0.03) -> tuple[Source, ...]:
    """Where arguments of reads stand in what was known by then, for at least a `share` of the tool's calls."""
    found: Counter[Source] = Counter()
    calls: Counter[str] = Counter()
    for trace in traces:
        known = {SIGN_IN: trace.signed_in}
        for event in trace.events:
            if not isinstance(event, Asked):
                continue
            asked = [call for call in event.calls if call.name in reads]
            for call in asked:
                calls[call.name] += 1
                found.update(set(_sources_of(call, known)))
            known.update({call: trace.results[call] for call in asked if call in trace.results})
    return tuple(sorted(source for source, count in found.items() if count >= share * calls[source.tool]))


def _sources_of(call: Call, known: dict[Call, object]) -> Iterator[Source]:
    arguments = call.mapping()
    if not arguments:
        yield Source(call.name, "")
    if len(arguments) != 1:
        return
    ((argument, wanted),) = arguments.items()
    for result, data in known.items():
        if result != call:
            yield from (Source(call.name, argument, result.name, path) for path, v in scalars(data) if v == wanted)


Chooser = Callable[[History], Collection[Call]]
"""What is looked up ahead while a trace is replayed."""


def samples_of(trace: Trace, learned: Transitions, reads: Collection[str], chooser: Chooser) -> Iterator[Sample]:
    """Every candidate of every moment at which something became known, under a way of looking ahead."""
    known = History(results={SIGN_IN: trace.signed_in})
    events = trace.events
    steps = [frozenset(c for c in e.calls if c.name in reads) if isinstance(e, Asked) else None for e in events]
    opened = False
    for i, event in enumerate([*events, None]):
        following = events[i + 1] if i + 1 < len(events) else None
        if isinstance(event, str):
            known.said.append(event)
            if not opened and isinstance(following, str):
                continue
        elif isinstance(event, Asked):
            known.asked += event.calls
            known.together = sum(call.name in reads for call in event.calls)
            known.results.update({c: trace.results[c] for c in event.calls if c in trace.results})
        elif opened:
            continue
        opened = True
        later = [step for step in steps[i + 1 :] if step is not None]
        ever = frozenset[Call]().union(*later)
        soon = next((step for step in later if step), frozenset[Call]()) if later and later[0] else frozenset[Call]()
        for _ in range(2):
            scene = Scene(known, learned.sources, learned.vocabulary, learned.themes)
            for call in scene.candidates:
                if call not in scene.asked:
                    features = tuple(features_of(scene, call))
                    yield Sample(call.name, features, call in ever, call in soon, trace.group)
            new = [call for call in chooser(known) if call not in known.results and call in trace.results]
            known.results.update({call: trace.results[call] for call in new})
            if not new:
                break


def fit_samples(learned: Transitions, samples: Sequence[Sample], *, penalty: float = PENALTY) -> Transitions:
    """Chances from samples; sources, vocabulary and words are taken over."""
    groups = Counter((sample.tool, sample.group) for sample in samples)
    fitted = Transitions(learned.sources, learned.vocabulary, learned.themes)
    for tool in sorted({sample.tool for sample in samples}):
        chosen = [sample for sample in samples if sample.tool == tool]
        mean = len(chosen) / sum(1 for name, _ in groups if name == tool)
        weights = [(mean / groups[tool, sample.group]) ** 0.5 for sample in chosen]
        features = [sample.features for sample in chosen]
        strength = penalty * len(chosen)
        fitted.ever[tool] = Logistic.fit(features, [s.ever for s in chosen], weights=weights, penalty=strength)
        fitted.soon[tool] = Logistic.fit(features, [s.soon for s in chosen], weights=weights, penalty=strength)
    return fitted


def prepare(traces: Sequence[Trace], reads: Collection[str], themes: Themes | None = None) -> Transitions:
    """Sources, names and words of the traces; chances are still to be fitted."""
    sources = find_sources(traces, reads)
    vocabulary: set[str] = set()
    for trace in traces:
        for source in sources:
            vocabulary |= {
                name for result, data in trace.results.items() for name in names_around(source, result, data)
            }
    return Transitions(sources, frozenset(vocabulary), {name: list(listed) for name, listed in (themes or {}).items()})


def exploring(trace: Trace, learned: Transitions) -> Chooser:
    """Looks up candidates without names at random, more in some conversations than in others; seeded by the trace."""
    chance = random.Random(f"{trace.key}")
    share = chance.random() ** 0.5

    def choose(known: History) -> list[Call]:
        scene = Scene(known, learned.sources, learned.vocabulary, learned.themes)
        return [call for call in scene.candidates if not scene.names[call] and chance.random() < share]

    return choose


def collect(traces: Sequence[Trace], learned: Transitions, reads: Collection[str]) -> list[Sample]:
    """The samples of all traces, of various ways of looking ahead."""
    return [s for trace in traces for s in samples_of(trace, learned, reads, exploring(trace, learned))]


def fit(
    traces: Sequence[Trace], reads: Collection[str], themes: Themes | None = None, *, penalty: float = PENALTY
) -> Transitions:
    """Learn sources and chances from traces; `reads` are the tools that may be speculated."""
    learned = prepare(traces, reads, themes)
    return fit_samples(learned, collect(traces, learned, reads), penalty=penalty)
