from langchain_core.messages import HumanMessage

from agent import prompts


def test_a_synthetic_turn_is_told_from_the_customers_own() -> None:
    assert prompts.is_synthetic(prompts.synthetic_turn("x"))
    assert not prompts.is_synthetic(HumanMessage("x"))
