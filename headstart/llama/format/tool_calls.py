"""How each model family is shown tools, and how its calls are read back from what it writes.

A local pipeline does neither: `ChatHuggingFace` drops bound tools before the chat template sees them
and parses no calls. Each family has a form of its own, so each has a `Dialect` here: it turns
LangChain messages and tool schemas into the role/content dictionaries that the tokenizer's chat
template takes, and says what a call looks like in text. Where the template has a tools branch of its
own (Llama 3.1, Qwen 2.5, Hermes 3), the template does the rendering and the dialect only reads.

What a dialect renders only ever grows at its end from turn to turn; otherwise the KV cache of one
turn would be useless to the next.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    InvalidToolCall,
    SystemMessage,
    ToolCall,
    ToolMessage,
)
from langchain_core.messages.tool import invalid_tool_call, tool_call

from headstart.errors import ModelError
from headstart.llama.format.contents import mapped, text_of, whole_characters
from headstart.llama.format.results import one_by_one, paired
from headstart.llama.format.schema_form import formed

ChatTurn: TypeAlias = dict[str, Any]
"""One entry of what `apply_chat_template` takes: `role`, `content` and, in some templates, `tool_calls`."""

ToolSchema: TypeAlias = Mapping[str, Any]
"""A tool in OpenAI's form, as `convert_to_openai_tool` gives it."""

ReadCall: TypeAlias = ToolCall | InvalidToolCall

_RESULT_MARKERS = ("<tool_response>", "</tool_response>")


@dataclass(frozen=True, slots=True)
class Dialect:
    """One family's way with tools.

    `call_start` and `call_end` enclose a call in the model's text. An empty `call_end` means that calls
    run to the end of the message, with a semicolon between two; an empty `call_start` is not allowed.
    """

    name: str
    call_start: str
    call_end: str
    arguments_key: str = "arguments"
    native_tools: bool = False
    """Whether the chat template renders tools, calls and results itself."""
    result_role: str = "user"
    instructions: str = ""
    """How to call, for templates without a tools branch; `{tools}` stands for the schemas."""
    call_space: str = ""
    """What the family puts between the markers and the call within them."""
    call_tag: str = ""
    """What may stand before a call and means nothing more."""
    single_calls: bool = False
    """Whether the chat template refuses two calls in one message: they are then shown one by one."""
    template_options: tuple[tuple[str, Any], ...] = ()
    """Further variables of the chat template."""

    @property
    def written_markers(self) -> tuple[str, ...]:
        """What it puts around content itself, in plain letters."""
        return () if self.native_tools else _RESULT_MARKERS

    def turns(self, messages: Sequence[BaseMessage], tools: Sequence[ToolSchema]) -> list[ChatTurn]:
        """The conversation as the template takes it; `tools` go into the system turn if the template has no branch."""
        shown = paired(messages)
        turns = [self._turn(message) for message in (one_by_one(shown) if self.single_calls else shown)]
        if not tools or self.native_tools:
            return turns
        schemas = "\n".join(json.dumps(compact_schema(tool), ensure_ascii=False) for tool in tools)
        shown = self.instructions.replace("{tools}", schemas)
        if turns and turns[0]["role"] == "system":
            return [{"role": "system", "content": f"{turns[0]['content']}\n\n{shown}"}, *turns[1:]]
        return [{"role": "system", "content": shown}, *turns]

    def call_text(self, call: ToolCall) -> str:
        """A call as the model writes it."""
        body = json.dumps({"name": call["name"], self.arguments_key: call["args"]}, ensure_ascii=False)
        if not self.call_end:
            return body
        return f"{self.call_start}{self.call_space}{body}{self.call_space}{self.call_end}"

    def read_calls(self, body: str) -> list[ReadCall]:
        """The calls in the text between the markers; what cannot be read is an `InvalidToolCall` and raises nothing.

        Without markers only what names its arguments is a call: any other object may have a name.
        """
        try:
            found = json.loads(body) if self.call_end else _objects(body)
        except (ValueError, RecursionError) as error:
            return [invalid_tool_call(name=None, args=body, id=call_id(), error=f"not JSON: {error}")]
        return [self._read(one, body) for one in (found if isinstance(found, list) else [found])]

    def _read(self, found: object, body: str) -> ReadCall:
        if isinstance(found, dict):
            name = found.get("name")
            none = {} if self.call_end else None
            arguments = found.get(self.arguments_key, found.get("parameters", found.get("arguments", none)))
            if isinstance(name, str) and isinstance(arguments, dict):
                # JSON has escapes for halves of characters, which nobody can write down.
                args = mapped(arguments, whole_characters)
                return tool_call(name=whole_characters(name), args=args, id=call_id())
        expected = f'expected {{"name": …, "{self.arguments_key}": {{…}}}}'
        return invalid_tool_call(name=None, args=body, id=call_id(), error=expected)

    def _turn(self, message: BaseMessage) -> ChatTurn:
        match message:
            case SystemMessage():
                return {"role": "system", "content": text_of(message)}
            case ToolMessage() if self.native_tools:
                return {"role": "tool", "content": _result(message), "name": message.name or ""}
            case ToolMessage():
                start, end = _RESULT_MARKERS
                return {"role": self.result_role, "content": "\n".join((start, _result(message), end))}
            case AIMessage():
                return self._answer_turn(message)
            case HumanMessage():
                return {"role": "user", "content": text_of(message)}
            case _:
                return {"role": getattr(message, "role", "user"), "content": text_of(message)}

    def _answer_turn(self, message: AIMessage) -> ChatTurn:
        calls = [] if self.native_tools else [self.call_text(call) for call in message.tool_calls]
        calls += [self._invalid_text(call) for call in message.invalid_tool_calls]
        turn: ChatTurn = {"role": "assistant", "content": "\n".join(filter(None, [text_of(message), *calls]))}
        if self.native_tools and message.tool_calls:
            turn["tool_calls"] = [
                {"type": "function", "function": {"name": call["name"], "arguments": call["args"]}}
                for call in message.tool_calls
            ]
        return turn

    def _invalid_text(self, call: InvalidToolCall) -> str:
        """What the model wrote in place of a call."""
        body = call["args"] or ""
        if call["name"] and not body.lstrip().startswith(('{"name"', "[")):
            body = f'{{"name": {json.dumps(call["name"], ensure_ascii=False)}, "{self.arguments_key}": {body}'
        return f"{self.call_start}{self.call_space}{body}{self.call_space}{self.call_end}" if self.call_end else body


_CHATML_INSTRUCTIONS = """# Tools
<tools>
{tools}
</tools>
To use a tool, answer only with <tool_call>{"name": ..., "arguments": {...}}</tool_call>"""

_LLAMA3_INSTRUCTIONS = """You have access to these functions, one JSON object a line:
{tools}
To call a function, answer only with <tool_call>{"name": function name, "parameters": dictionary of argument name and \
its value}</tool_call>. Do not use variables. The result comes back to you within <tool_response></tool_response>."""

CHATML = Dialect("chatml", "<tool_call>", "</tool_call>", instructions=_CHATML_INSTRUCTIONS)
"""SmolLM2 and other ChatML models whose template has no tools branch; the embedded adapter is trained on it."""

CHATML_NATIVE = Dialect("chatml-native", "<tool_call>", "</tool_call>", native_tools=True, call_space="\n")
"""Qwen 2.5 and Hermes 3: `<tool_call>` with a tools branch in the template."""

LLAMA3 = Dialect("llama3", "<tool_call>", "</tool_call>", "parameters", instructions=_LLAMA3_INSTRUCTIONS)
"""Llama 3 8B Instruct, which was shown no tools in training: they are described in the system turn."""

LLAMA31 = Dialect(
    "llama3.1",
    '{"name":',
    "",
    "parameters",
    native_tools=True,
    call_tag="<|python_tag|>",
    single_calls=True,
    # Otherwise the tools stand in the first customer's turn, and whatever comes first is taken for it.
    template_options=(("tools_in_user_message", False),),
)
"""Llama 3.1 and later, where a message that is a JSON object is a call."""


DIALECTS = {dialect.name: dialect for dialect in (CHATML, CHATML_NATIVE, LLAMA3, LLAMA31)}


def choose_dialect(chat_template: str | Mapping[str, str], model_name: str = "") -> Dialect:
    """The dialect of a model, told by its chat template and, where that is of no family, by its name.

    Args: `chat_template` may be several by name, as those of Hermes are: one for tools, one for talk.
    """
    template = chat_template if isinstance(chat_template, str) else "\n".join(chat_template.values())
    if "<tool_call>" in template:
        return CHATML_NATIVE
    if "ipython" in template or "python_tag" in template:
        return LLAMA31
    if "<|start_header_id|>" in template:
        return LLAMA3
    return CHATML if "<|im_start|>" in template or "llama-3" not in model_name.lower() else LLAMA3


def compact_schema(tool: ToolSchema) -> dict[str, Any]:
    """A tool's schema without what every tool repeats, so that nine of them stay some hundred tokens."""
    function = tool.get("function", tool)
    parameters = function.get("parameters")
    if not isinstance(parameters, Mapping):
        parameters = {}
    parameters = formed(parameters, function["name"], says=False)
    properties = {
        name: {key: value for key, value in schema.items() if key not in {"title", "default"}}
        if isinstance(schema, Mapping)
        else schema
        for name, schema in parameters.get("properties", {}).items()
    }
    compact: dict[str, Any] = {"name": function["name"], "description": function.get("description", "")}
    if properties:
        compact["parameters"] = properties
    required = parameters.get("required", [])
    if optional := [name for name in properties if name not in required]:
        compact["optional"] = optional
    if unnamed := [name for name in required if name not in properties]:
        compact["required"] = unnamed
    for key, value in parameters.items():
        if key not in _USUAL and not (key == "additionalProperties" and value is False):
            compact[key] = value
    return compact


_USUAL = {"type", "properties", "required", "title", "description", "$schema", "$id"}
"""What a schema of parameters says in `parameters` and `optional`, or for people; all else is shown as it stands."""


def checked_tools(tools: Sequence[ToolSchema]) -> Sequence[ToolSchema]:
    """The tools, if each is a function with a name.

    Raises: ModelError for tools that only their provider can run, and for those without a name.
    """
    for tool in tools:
        function: Any = tool.get("function", tool)
        kind: Any = tool.get("type", "function")
        if kind != "function" or not isinstance(function, Mapping) or not isinstance(function.get("name"), str):
            raise ModelError(
                f"Expected each tool to be a function with a name, found {dict(tool)!r}: a local model has no tools of "
                "its own, so give one as a function with `name`, `description` and `parameters`."
            )
    return tools


@dataclass(frozen=True, slots=True)
class ForcedCall:
    """That the model has to call a tool: this one, or with no `name` any."""

    name: str | None


def forced_call(tool_choice: object, tools: Sequence[ToolSchema]) -> ForcedCall | None:
    """What a `tool_choice` in any of LangChain's and OpenAI's forms demands; None leaves it to the model.

    Raises: ValueError for a tool that is not among `tools`.
    """
    names = [cast(str, tool.get("function", tool)["name"]) for tool in tools]
    match tool_choice:
        case None | False | "auto" | "none":
            return None
        case True | "any" | "required":
            wanted = names[0] if len(names) == 1 else None
        case {"function": {"name": str(name)}} | {"name": str(name)} | str(name):
            wanted = name
        case _:
            raise ValueError(f"Expected a tool's name, auto, any or none as tool_choice, found {tool_choice!r}.")
    if not names or (wanted is not None and wanted not in names):
        raise ValueError(f"Expected tool_choice to be one of the bound tools {names}, found {tool_choice!r}.")
    return ForcedCall(wanted)


def _result(message: ToolMessage) -> str:
    """What a tool gave back; that it failed is said once, where the text does not say so itself."""
    text = text_of(message)
    failed = message.status == "error" and not text.lower().startswith("error")
    return f"Error: {text}" if failed else text


def _objects(body: str) -> list[Any]:
    """JSON values with semicolons between them."""
    found: list[Any] = []
    decoder, at = json.JSONDecoder(), 0
    while at < len(body):
        one, end = decoder.raw_decode(body, at)
        found.extend(one if isinstance(one, list) else [one])
        rest = body[end:].lstrip()
        if rest and not rest.startswith(";"):
            raise ValueError(f"something follows the call: {rest[:20]!r}")
        at = len(body) - len(rest[1:].lstrip())
    return found


def call_id() -> str:
    """An id for a call that the model wrote: it writes none itself."""
    return f"call_{uuid.uuid4().hex[:16]}"
