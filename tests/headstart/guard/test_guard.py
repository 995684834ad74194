import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from headstart.guard import Asked, Correction, FactsCheck, FactsGuard, Result, facts
from headstart.guard.facts import LONGEST_NAME, Stated
from headstart.guard.streaming import UNSURE

RESULT = (
    "Order A123 has shipped, expected by 2026-11-26. It cost $1,299.00, tracking PB574692680."
    ' The "Desk Lamp" weighs 1.5 kg.'
)
TRUE = (
    "Order A123 is on its way.",
    "It is expected on 2026-11-26.",
    "Es kommt am 26.11.2026.",
    "Il arrive le 26 novembre 2026.",
    "It cost 1299 dollars.",
    "Es kostet 1.299,00 $.",
    "It cost $1,299.",
    "Es wiegt 1,50 kg.",
    "The “Desk Lamp” is heavy.",
    "«desk  lamp» pèse 1.5 kg",
    "Its number is PB574692680.",
    "1. It has shipped.\n2. It will come.",
    "Nothing is known of that.",
)
FALSE = (
    ("Order A124 has shipped.", "A124", Correction.UNVERIFIED_NUMBER),
    ("Order B123 has shipped.", "B123", Correction.UNVERIFIED_NUMBER),
    ("It is expected on 2026-12-26.", "2026-12-26", Correction.UNVERIFIED_DATE),
    ("Es kommt am 27.11.2026.", "27.11.2026", Correction.UNVERIFIED_DATE),
    ("It cost $1,298.00.", "$1,298.00", Correction.UNVERIFIED_NUMBER),
    ("It cost 12 dollars and 99 cents.", "12", Correction.UNVERIFIED_NUMBER),
    ("The “Floor Lamp” is here.", "“Floor Lamp", Correction.UNVERIFIED_NAME),
    ("It weighs 15 kg.", "15", Correction.UNVERIFIED_NUMBER),
    ("Il pèse 2 kg.", "2", Correction.UNVERIFIED_NUMBER),
)


def streamed(answer: str, size: int, guard: FactsGuard) -> str:
    shown = "".join(guard.feed(answer[at : at + size]) for at in range(0, len(answer), size))
    return shown + guard.finish()


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize("answer", TRUE)
def test_what_a_result_states_passes_however_it_is_written_and_split(answer: str, size: int) -> None:
    guard = FactsGuard([RESULT])
    assert streamed(answer, size, guard) == answer
    assert guard.violation is None


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize(("answer", "said", "why"), FALSE)
def test_what_no_result_states_is_never_shown(answer: str, said: str, why: Correction, size: int) -> None:
    guard = FactsGuard([RESULT])
    shown = streamed(answer, size, guard)
    assert guard.violation is not None
    assert (guard.violation.text.strip(), guard.violation.reason) == (said, why)
    assert shown == answer[: guard.violation.start] == guard.text
    assert said not in shown


def test_what_the_user_wrote_may_be_said_again() -> None:
    assert (
        FactsGuard([RESULT, "what is order Z9?"]).feed("There is no order Z9 here. ") == "There is no order Z9 here. "
    )


def test_plain_words_are_not_held_back_and_a_begun_fact_is() -> None:
    guard = FactsGuard([RESULT])
    assert guard.feed("It cost $1,2") == "It cost "
    assert guard.feed("99.00 in all") == "$1,299.00 in "
    assert guard.feed(' and "Desk') == "all and "
    assert guard.feed(' Lamp" too ') == '"Desk Lamp" too '


def test_a_mended_answer_says_that_it_is_not_certain_and_going_back_forgets() -> None:
    guard = FactsGuard([RESULT])
    guard.feed("It cost $5 only")
    assert guard.feed("more") == ""
    guard.back()
    assert (guard.violation, guard.feed("$1,299 only ")) == (None, "$1,299 only ")
    guard.feed("and 7 more")
    assert guard.mend() == f"… {UNSURE}"
    assert guard.text == f"It cost $1,299 only and … {UNSURE}"
    alone = FactsGuard([], unsure="Je ne sais pas.")
    alone.feed("7 orders.")
    assert alone.mend() == "Je ne sais pas."


def test_an_open_quotation_is_speech_at_last_and_is_shown() -> None:
    guard = FactsGuard([RESULT])
    answer = '"' + "word " * 40
    assert streamed(answer, 7, guard) == answer
    assert streamed("it is 5' tall and don't ask", 3, FactsGuard(["5"])) == "it is 5' tall and don't ask"


def test_a_mark_that_nothing_closes_hides_no_name_after_it() -> None:
    assert [fact.text for fact in facts('a 5" screen "and «Lens»')] == ["5", "Lens"]
    assert [fact.text for fact in facts('"and «Lens» too"')] == ["and «Lens» too"]


@given(st.text(alphabet='ab 0123456789.,:-/$"“”\n', max_size=60), st.integers(1, 7))
@example("”0“", 1)
@example("a0", 1)
@example('"“"”', 1)
@example(f'"{"a" * LONGEST_NAME}"', 1)
@example('"“"\n', 1)
def test_any_text_is_shown_alike_however_it_is_split(answer: str, size: int) -> None:
    pieces, whole = FactsGuard([RESULT]), FactsGuard([RESULT])
    assert streamed(answer, size, pieces) == streamed(answer, max(1, len(answer)), whole)
    assert pieces.violation == whole.violation
    assert answer.startswith(pieces.text)


@given(st.text(max_size=200))
def test_what_results_say_may_always_be_repeated(text: str) -> None:
    stated = Stated([text])
    assert [fact for fact in facts(text) if not stated.holds(fact)] == []


def test_a_random_digit_in_the_place_of_another_is_noticed() -> None:
    draw = random.Random(1)
    for _ in range(200):
        at = draw.choice([place for place, mark in enumerate(RESULT) if mark.isdigit()])
        other = RESULT[:at] + draw.choice([d for d in "123456789" if d != RESULT[at]]) + RESULT[at + 1 :]
        guard = FactsGuard([RESULT])
        guard.feed(f"{other} ")
        changed = next(fact for fact in facts(other) if fact.start <= at < fact.end)
        assert guard.violation is not None or Stated([RESULT]).holds(changed)


def asked(*said: str, results: tuple[str, ...] = ()) -> Asked:
    found = [Result(str(at), text) for at, text in enumerate(results)]
    return Asked(said, said, (), (), found, written=(), called=lambda _: False)


def test_an_answer_rests_on_the_results_that_share_its_facts_or_sentences() -> None:
    check = FactsCheck()
    found = [Result("a", RESULT), Result("b", "There are 7 lamps."), Result("c", "Nothing is late.")]
    check.read(asked("is order 5 late?", results=tuple(one.text for one in found)))
    assert check.ground("It is expected on 2026-11-26.", found).sources == (0,)
    assert check.ground("Nothing is late.", found).sources == (2,)
    assert check.ground("There are 7, not 5.", found).grounded
    assert not check.ground("There are 8.", found).grounded


def test_a_reading_lets_every_call_pass() -> None:
    reading = FactsCheck().read(asked("hello"))
    verdict = reading.vet([], broken=False)
    assert (reading.may_answer, verdict.calls, verdict.answer) == (True, None, None)
