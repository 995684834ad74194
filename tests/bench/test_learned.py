import json
import random

import pytest

from bench.learned.learning import find_sources, fit, prepare
from bench.learned.logistic import Logistic
from bench.learned.moment import SIGN_IN, History, Scene, Source, mentioned
from bench.learned.patterns import next_in_list
from bench.learned.transitions import Asked, Trace, Transitions
from headstart.speculation.calls import Call

READS = {"list_files", "read_file"}
LIST = Call.of("list_files", {"folder": "home"})


def read(name: str) -> Call:
    return Call.of("read_file", {"file": name})


def trace(i: int) -> Trace:
    """A customer who names the file that is read, of three."""
    names = [f"F{i}1", f"F{i}2", f"F{i}3"]
    titles = ["Holiday Plan", "Tax Letter", "Song Book"]
    wanted = i % 3
    listed = {"files": [{"file": n, "title": t} for n, t in zip(names, titles, strict=True)]}
    text = f"please open my {titles[wanted].lower()}"
    return Trace(
        events=(text, Asked((LIST,)), Asked((read(names[wanted]), Call.of("rename", {"file": names[0]})))),
        results={LIST: listed},
        signed_in={"folder": "home"},
        key=str(i),
        group=str(i),
    )


@pytest.fixture(scope="module")
def learned() -> Transitions:
    return fit([trace(i) for i in range(60)], READS)


def known(said: str, *asked: Call) -> History:
    listed = {"files": [{"file": "X1", "title": "Holiday Plan"}, {"file": "X2", "title": "Tax Letter"}]}
    return History([said], {SIGN_IN: {"folder": "home"}, LIST: listed}, list(asked))


def test_sources_say_where_arguments_stand() -> None:
    assert find_sources([trace(i) for i in range(6)], READS) == (
        Source("list_files", "folder", "sign_in", "folder"),
        Source("read_file", "file", "list_files", "files.*.file"),
    )


def test_a_source_seen_once_in_a_hundred_calls_is_none() -> None:
    odd = Trace((Asked((LIST,)), Asked((read("home"),))), {LIST: {"files": []}}, {"folder": "home"})
    sources = find_sources([*(trace(i) for i in range(99)), odd], READS)
    assert Source("read_file", "file", "sign_in", "folder") not in sources


def test_writes_are_never_candidates(learned: Transitions) -> None:
    assert {source.tool for source in learned.sources} == READS
    assert {chance.call.name for chance in learned.chances(known("rename it", LIST))} <= READS


def test_what_the_customer_names_is_likeliest(learned: Transitions) -> None:
    first, second = learned.chances(known("open the tax letters", LIST))
    assert (first.call, second.call) == (read("X2"), read("X1"))
    assert first.ever > 0.6 > 0.4 > second.ever


def test_what_is_known_or_was_asked_for_is_no_candidate(learned: Transitions) -> None:
    moment = known("open the tax letter", LIST, read("X1"))
    assert [chance.call for chance in learned.chances(moment)] == [read("X2")]
    moment.results[read("X2")] = {}
    assert learned.chances(moment) == []


def test_waiting_is_worth_it_for_what_never_comes_next(learned: Transitions) -> None:
    assert all(0.0 <= chance.urgency <= 1.0 for chance in learned.chances(known("open the tax letter", LIST)))


def test_learning_is_deterministic() -> None:
    traces = [trace(i) for i in range(20)]
    assert fit(traces, READS).as_json() == fit(traces, READS).as_json()


def test_what_was_learned_is_kept_as_plain_json(learned: Transitions) -> None:
    again = Transitions.from_json(json.loads(json.dumps(learned.as_json())))
    moment = known("open the tax letter", LIST)
    assert [c.call for c in again.chances(moment)] == [c.call for c in learned.chances(moment)]
    assert again.chances(moment)[0].ever == pytest.approx(learned.chances(moment)[0].ever, abs=1e-3)


def test_nothing_learned_gives_no_chances() -> None:
    assert Transitions().chances(known("hello")) == []
    assert prepare([], READS).sources == ()


@pytest.mark.parametrize(
    ("text", "how_much"),
    [
        ("my hiking boots", 3),
        ("the HIKING boot", 3),
        ("those boots", 2),
        ("a hiking trip", 1),
        ("the boot", 2),
        ("", 0),
    ],
)
def test_names_are_found_loosely(text: str, how_much: int) -> None:
    assert mentioned("Hiking Boots", text) == how_much


def test_the_regression_finds_the_odds_and_is_calibrated() -> None:
    chance = random.Random(1)
    samples = [("warm",) if chance.random() < 0.5 else ("cold",) for _ in range(4_000)]
    labels = [chance.random() < (0.8 if sample == ("warm",) else 0.1) for sample in samples]
    fitted = Logistic.fit(samples, labels, penalty=0.1)
    assert fitted.probability(["warm"]) == pytest.approx(0.8, abs=0.03)
    assert fitted.probability(["cold"]) == pytest.approx(0.1, abs=0.03)
    assert 0.1 < fitted.probability([]) < 0.8


def test_a_rare_feature_has_no_weight_and_no_samples_give_a_small_chance() -> None:
    assert "rare" not in Logistic.fit([("rare",), *[("often",)] * 30], [True, *[False] * 30]).weights
    assert Logistic.fit([], []).probability(["anything"]) < 0.05


def through(said: str, *asked: Call) -> list[tuple[Call, float]]:
    names = ["Holiday Plan", "Tax Letter", "Song Book"]
    listed = {"files": [{"file": f"X{i}", "title": title} for i, title in enumerate(names)]}
    scene = Scene(
        History([said], {LIST: listed}, [LIST, *asked]),
        [Source("read_file", "file", "list_files", "files.*.file")],
        frozenset(),
    )
    return [(candidate.call, candidate.probability) for candidate in next_in_list(scene)]


def test_a_list_that_is_gone_through_goes_on() -> None:
    (first,) = through("open them", read("X0"))
    (second,) = through("open them", read("X0"), read("X1"))
    assert (first[0], second[0]) == (read("X1"), read("X2"))
    assert second[1] > first[1]


def test_a_list_that_is_over_or_not_begun_has_no_next() -> None:
    assert through("open them") == []
    assert through("open them", read("X0"), read("X1"), read("X2")) == []


def test_reading_what_the_customer_named_is_not_going_through_a_list() -> None:
    assert through("open the holiday plan", read("X0")) == []


def test_a_mapping_of_many_names_is_a_list_too() -> None:
    table = {f"Name {chr(97 + i)}": f"N{i}" for i in range(12)}
    known_table = History(["tell me about name c"], {LIST: table}, [LIST])
    scene = Scene(known_table, [Source("read_file", "file", "list_files", "*")], frozenset())
    assert scene.mention(read("N2")) == 3
    assert len(scene.candidates) == 12


def test_themes_are_found_by_words_and_beginnings() -> None:
    themes = {"swap": ["exchang*", "instead"], "all": ["every"]}
    listed = {"files": [{"file": "X1", "title": "Holiday Plan"}, {"file": "X2", "title": "Tax Letter"}]}
    sources = [Source("read_file", "file", "list_files", "files.*.file")]
    said = ["I am exchanging the holiday plan. Keep the tax letter."]
    scene = Scene(History(said, {LIST: listed}), sources, frozenset(), themes)
    assert scene.raised == {"swap"}
    assert scene.themes_beside(read("X1")) == {"swap"}
    assert scene.themes_beside(read("X2")) == frozenset()
