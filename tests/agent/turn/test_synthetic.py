from langchain_core.messages import HumanMessage

from agent.turn import synthetic


def test_a_synthetic_turn_is_told_from_the_customers_own() -> None:
    assert synthetic.is_synthetic(synthetic.synthetic_turn("x"))
    assert not synthetic.is_synthetic(HumanMessage("x"))
