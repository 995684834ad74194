import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from agent.session.session import Session
from bench import conversations, sitting
from bench.conversations import measure, summary
from bench.scripted import needed
from headstart.speculation.calls import Call

LAMP = {"order_id": "K48", "items": [{"item": "Desk Lamp", "product_id": "P103"}]}


def standing(name: str, data: dict[str, object], **arguments: str) -> list[BaseMessage]:
    call = {"name": name, "args": arguments, "id": f"c_{name}", "type": "tool_call"}
    return [
        AIMessage("", tool_calls=[call]),
        ToolMessage("told", tool_call_id=f"c_{name}", artifact={"record": "", "data": data, "revision": 1}),
    ]


HISTORY = standing("get_order_history", {"orders": [LAMP]})


@pytest.mark.parametrize(
    ("question", "messages", "call"),
    [
        ("Show me my orders please", [], Call.of("get_order_history")),
        ("Show me my orders please", HISTORY, None),
        ("Where is my desk lamp?", HISTORY, None),
        ("Which carrier brings the desk lamp?", HISTORY, Call.of("track_shipment", {"order_id": "K48"})),
        ("What is in K48 exactly?", HISTORY, Call.of("get_order", {"order_id": "K48"})),
        ("What is the status of K49?", HISTORY, Call.of("get_order", {"order_id": "K49"})),
        ("What does P103 cost today?", HISTORY, Call.of("get_product", {"product_id": "P103"})),
        ("Thank you!", [], None),
    ],
)
def test_a_perfect_agent_asks_for_what_is_not_there(question: str, messages: list[BaseMessage], call: Call) -> None:
    assert needed(question, [HumanMessage("hello"), *messages, HumanMessage(question)]) == call


@pytest.mark.parametrize("strategy", ["sequential", "ahead"])
async def test_a_turn_that_waits_says_for_what(strategy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    type_it = conversations.typed

    async def typed_at_leisure(session: Session, text: str, _: float) -> None:
        await type_it(session, text, 0.0)
        await sitting.settled(session)

    monkeypatch.setattr(conversations, "typed", typed_at_leisure)
    (turns,) = await measure(1, 2, latency_s=0.3, think_s=0.8, strategy=strategy, seed=3)
    figures = summary([turns])
    assert (figures["conversations"], figures["turns"]) == (1, 2)
    if strategy == "sequential":
        assert turns[0]["waited_s"] >= 0.3
        assert turns[0]["reasons"] == ["get_order_history: miss"]
    else:
        assert turns[0]["hidden_s"] >= 0.3
        assert "get_order_history: miss" not in turns[0]["reasons"]
