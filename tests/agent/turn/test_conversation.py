from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent.shop.phrases import PHRASES
from agent.turn import conversation, synthetic
from headstart.speculation.speculator import Call

HISTORY = Call.of("get_order_history")
ORDER = Call.of("get_order", {"order_id": "B456"})


def test_the_first_exchange_follows_the_sign_in_and_later_ones_the_typing() -> None:
    placed = conversation.exchanges([], [(HISTORY, "orders", None), (ORDER, "order", None)], PHRASES)
    assert [m.type for m in placed] == ["human", "ai", "tool"] * 2
    assert [placed[0].text, placed[3].text] == [PHRASES.signed_in, PHRASES.typing]
    assert all(synthetic.is_synthetic(m) for m in placed if isinstance(m, HumanMessage))


def test_each_call_of_an_exchange_is_in_a_message_of_its_own_with_its_result() -> None:
    for _, call, result in [conversation.exchanges([], [(ORDER, "order", {"record": "x"})], PHRASES)]:
        assert isinstance(call, AIMessage)
        assert isinstance(result, ToolMessage)
        assert call.tool_calls[0]["id"] == result.tool_call_id
        assert (call.tool_calls[0]["args"], result.artifact) == ({"order_id": "B456"}, {"record": "x"})


def test_what_stands_already_is_not_placed_again_and_what_differs_is_appended() -> None:
    standing = conversation.exchanges([], [(HISTORY, "orders", None)], PHRASES)
    assert conversation.exchanges(standing, [(HISTORY, "orders", None)], PHRASES) == []
    renewed = conversation.exchanges(standing, [(HISTORY, "other orders", None)], PHRASES)
    assert [m.text for m in renewed] == [PHRASES.typing, "", "other orders"]
    result = conversation.standing_result([*standing, *renewed], HISTORY)
    assert result is not None
    assert result.text == "other orders"


def test_a_result_the_model_asked_for_stands_too_but_an_error_does_not() -> None:
    asked = AIMessage("", tool_calls=[{"name": "get_order", "args": {"order_id": "B456"}, "id": "c1"}])
    result = ToolMessage("order", tool_call_id="c1")
    assert conversation.exchanges([asked, result], [(ORDER, "order", None)], PHRASES) == []
    failed = ToolMessage("order", tool_call_id="c1", status="error")
    assert conversation.exchanges([asked, failed], [(ORDER, "order", None)], PHRASES) != []


def test_without_the_context_head_start_the_model_sees_no_exchange() -> None:
    messages = [*conversation.exchanges([], [(HISTORY, "orders", None)], PHRASES), HumanMessage("Hi", id="q")]
    shown = conversation.in_prompt(messages, "Be kind.", context=False)
    assert [m.type for m in shown] == ["system", "human"]
    assert len(conversation.in_prompt(messages, "Be kind.", context=True)) == 5


def test_a_prompt_may_begin_later_but_always_with_the_instructions() -> None:
    messages = [HumanMessage(str(n), id=str(n)) for n in range(4)]
    shown = conversation.in_prompt(messages, "Be kind.", context=True, first_id="2")
    assert [m.text for m in shown[1:]] == ["2", "3"]
    assert shown[0].type == "system"


def test_the_newer_half_begins_with_a_turn_of_the_customers_own() -> None:
    turns = [HumanMessage(str(n), id=str(n)) for n in range(4)]
    messages = [*conversation.exchanges([], [(HISTORY, "orders", None)], PHRASES), *turns]
    assert conversation.newer_half(messages) == "2"
    assert conversation.newer_half(turns[:1]) is None
