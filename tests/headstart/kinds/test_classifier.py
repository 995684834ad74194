from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headstart.kinds import Kinds
from headstart.kinds.classifier import LONGEST, features
from headstart.kinds.learning import Example, digest, learn

BUCKETS = 1 << 10
EXAMPLES: list[Example] = [
    *[(f"where is my {thing}", ["parcel"]) for thing in ("lamp", "mug", "order", "package", "rug")],
    *[(f"what did the {thing} cost", ["price"]) for thing in ("lamp", "mug", "order", "package", "rug")],
    *[(f"where is my {thing} and what did it cost", ["parcel", "price"]) for thing in ("lamp", "rug", "mug")],
    *[(text, []) for text in ("hello there", "tell me a joke", "nice weather", "thank you")],
]


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return learn(EXAMPLES, buckets=BUCKETS)


def test_what_was_learned_is_told_of_words_that_were_not(kinds: Kinds) -> None:
    assert kinds.told("where is my kettle", 0.5) == ["parcel"]
    assert kinds.told("what did the kettle cost?", 0.5) == ["price"]


def test_a_text_may_ask_for_several_things_or_for_none(kinds: Kinds) -> None:
    assert set(kinds.told("where is my kettle and what did it cost", 0.5)) == {"parcel", "price"}
    assert kinds.told("thank you", 0.5) == []
    assert kinds.likelihoods("… ?!") == {}


def test_a_slip_of_the_finger_changes_little(kinds: Kinds) -> None:
    assert kinds.told("wher is my packge", 0.5) == ["parcel"]


def test_the_likeliest_comes_first(kinds: Kinds) -> None:
    chances = list(kinds.likelihoods("what did the lamp cost").values())
    assert chances == sorted(chances, reverse=True)
    assert all(0 < chance < 1 for chance in chances)


def test_a_file_holds_all_of_it(kinds: Kinds, tmp_path: Path) -> None:
    kinds.save(tmp_path / "kinds.npz")
    again = Kinds.load(tmp_path / "kinds.npz")
    assert again.learned_from == kinds.learned_from == digest(EXAMPLES)
    assert again.likelihoods("where is my lamp") == kinds.likelihoods("where is my lamp")


@pytest.mark.parametrize("content", [b"", b"no file of numpy"])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "kinds.npz").write_bytes(content)
    with pytest.raises(ValueError, match="Expected a file of kinds"):
        Kinds.load(tmp_path / "kinds.npz")


def test_a_file_without_names_is_refused(tmp_path: Path) -> None:
    numpy.savez(tmp_path / "kinds.npz", weights=numpy.zeros(3))
    with pytest.raises(ValueError, match="Learn it anew"):
        Kinds.load(tmp_path / "kinds.npz")


def test_the_same_examples_are_learned_alike(kinds: Kinds) -> None:
    again = learn(EXAMPLES, buckets=BUCKETS)
    assert (again.weights == kinds.weights).all()
    assert again.bias.tolist() == kinds.bias.tolist()


def test_without_examples_nothing_can_be_learned() -> None:
    with pytest.raises(ValueError, match="at least one kind"):
        learn([("hello", [])])


@given(st.text())
def test_any_text_falls_into_buckets(text: str) -> None:
    found = features(text, BUCKETS)
    assert found == sorted(set(found))
    assert all(0 <= place < BUCKETS for place in found)
    assert features("z" * LONGEST + text, BUCKETS) == features("z" * LONGEST, BUCKETS)


def test_one_number_is_like_another() -> None:
    assert features("order 123", BUCKETS) == features("order 98765", BUCKETS)
