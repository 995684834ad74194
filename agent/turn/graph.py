"""The agent's graph: `entry_point → execute_tool → final_answer`.

The names are the notebook's. `entry_point` claims what is there already and calls the model; where the
model asks for tools, `execute_tool` runs them and `final_answer` calls it again. `final_answer` may ask
once more; the loop has a limit and says so when it reaches it. The state is plain data; everything else
is in the runtime context, a `Turn`.
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolCall
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent.turn.conversation import said
from agent.turn.turn import Turn
from headstart.text import printable_data
from headstart.world import Found


class AgentState(TypedDict):
    """What is kept of a conversation; a new turn overwrites all but the messages."""

    messages: Annotated[list[BaseMessage], add_messages]
    user_id: NotRequired[str]
    question: NotRequired[str]
    agent_decision: NotRequired[str]
    """`answer`, or the names of the tools that the model asked for."""
    tool_rounds: NotRequired[int]
    performance_log: NotRequired[list[str]]
    spans: NotRequired[list[dict[str, Any]]]


Route = Literal["execute_tool", "__end__"]


def entry_point(state: AgentState, runtime: Runtime[Turn]) -> AgentState:
    """Claim what is there already, then let the model answer or ask for a tool."""
    turn = runtime.context
    before = state["messages"]
    turn.log.add(f"entry_point: started, strategy {turn.strategy}")
    if not turn.starts.data:
        # Nothing that was speculated before may help this turn, or its figures would lie.
        turn.bridge.run(turn.lookups.drop())
    if turn.starts.beside_first_call or turn.starts.data:
        # What is not there yet runs beside the model's first call: the notebook's way.
        turn.bridge.run(turn.lookups.look_up_at_enter(turn.question))
        turn.log.add("entry_point: lookups run beside the model's first call")
    asked = [*turn.claim_ahead(before), HumanMessage(turn.question)]
    message = turn.call_model("entry_point", [*before, *asked])
    decision = _decision(message)
    turn.log.add(f"entry_point: model decided: {decision}")
    return {"messages": [*asked, message], "agent_decision": decision, "tool_rounds": 0}


def execute_tool(state: AgentState, runtime: Runtime[Turn]) -> AgentState:
    """Run the tools the model asked for; a write waits for the customer's word first."""
    turn = runtime.context
    asked = state["messages"][-1]
    if not isinstance(asked, AIMessage):
        raise TypeError(f"execute_tool needs the model's message last, found {type(asked).__name__}")
    turn.log.add(f"execute_tool: {_decision(asked)}")
    results: list[BaseMessage] = [*turn.tools.run(asked, _ask_customer, said(state["messages"]))]
    return {"messages": results, "tool_rounds": state.get("tool_rounds", 0) + 1}


def final_answer(state: AgentState, runtime: Runtime[Turn]) -> AgentState:
    """Let the model answer from the results, or ask for another tool until the limit is reached."""
    turn = runtime.context
    message = turn.call_model("final_answer", state["messages"])
    if _asks(message) and state.get("tool_rounds", 0) >= turn.tool_rounds:
        turn.show(turn.world.phrases.loop_limit)
        message = AIMessage(turn.world.phrases.loop_limit)
    decision = _decision(message)
    turn.log.add(f"final_answer: {decision}")
    return {"messages": [message], "agent_decision": decision}


def _route(state: AgentState) -> Route:
    last = state["messages"][-1] if state["messages"] else None
    return "execute_tool" if isinstance(last, AIMessage) and _asks(last) else "__end__"


def _asks(message: AIMessage) -> bool:
    return bool(message.tool_calls or message.invalid_tool_calls)


def _decision(message: AIMessage) -> str:
    if not _asks(message):
        return "answer"
    return ", ".join(
        [*(call["name"] for call in message.tool_calls), *("unreadable" for _ in message.invalid_tool_calls)]
    )


def _ask_customer(call: ToolCall, preview: Found) -> bool:
    """Leave the graph until the customer has spoken; on the way back, give the answer.

    No thread waits: the graph is resumed with `{"key": …, "confirmed": …}`.
    """
    change = printable_data({"message": preview.text, "before": preview.before, "after": preview.after})
    request = {"tool": call["name"], "arguments": call["args"], "key": call["id"], **change}
    answer = interrupt(request)
    return bool(answer.get("confirmed")) and answer.get("key") == call["id"]


def build_graph(checkpointer: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[AgentState, Turn]:
    """The compiled graph; with a checkpointer, conversations are kept by thread."""
    graph = StateGraph(AgentState, context_schema=Turn)
    graph.add_node("entry_point", entry_point)
    graph.add_node("execute_tool", execute_tool)
    graph.add_node("final_answer", final_answer)
    graph.add_edge(START, "entry_point")
    graph.add_conditional_edges("entry_point", _route, {"execute_tool": "execute_tool", "__end__": END})
    graph.add_edge("execute_tool", "final_answer")
    graph.add_conditional_edges("final_answer", _route, {"execute_tool": "execute_tool", "__end__": END})
    return graph.compile(checkpointer=checkpointer)


def mermaid() -> str:
    """The graph as Mermaid."""
    return build_graph().get_graph().draw_mermaid()
