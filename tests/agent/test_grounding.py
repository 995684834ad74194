from agent.grounding import facts, ground

HISTORY = "B456: Smart Coffee Mug (B456) was delivered on 2026-11-02. Ordered on 2026-10-28, $39.90."
ACCOUNT = "Your name is Ada Moreno.\nYour email is ada@example.com."


def test_facts_are_dates_amounts_and_numbers() -> None:
    assert facts(HISTORY) == {"B456", "2026-11-02", "2026-10-28", "$39.90"}


def test_an_answer_whose_facts_stand_in_a_result_is_grounded() -> None:
    found = ground("Your Smart Coffee Mug (B456) was delivered on 2026-11-02.", [ACCOUNT, HISTORY])
    assert (found.grounded, found.sources) == (True, (1,))


def test_an_invented_date_is_not_grounded() -> None:
    assert not ground("Your mug (B456) was delivered on 2026-11-03.", [HISTORY]).grounded


def test_small_talk_states_nothing_and_rests_on_nothing() -> None:
    found = ground("Hello! How can I help?", [HISTORY])
    assert (found.grounded, found.sources) == (True, ())


def test_a_quoted_sentence_without_numbers_is_a_source() -> None:
    assert ground("Your name is Ada Moreno.", [HISTORY, ACCOUNT]).sources == (1,)
