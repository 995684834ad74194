import json
import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.tools import tool
from pydantic import BaseModel, Field
from transformers import PreTrainedTokenizerFast

from agent.shop.tools import TOOLS as SHOP_TOOLS
from headstart.llama.chat_model import ChatLlama
from headstart.llama.decoding import decoder as decoding
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.format.grammar import CallGrammar, CallGuide, Vocabulary
from headstart.llama.format.tool_calls import CHATML, DIALECTS, LLAMA31, Dialect, ForcedCall, forced_call
from headstart.llama.loading.choice import ModelChoice
from headstart.llama.loading.weights import Loaded
from headstart.world.langchain import schemas
from tests.headstart.llama.conftest import tiny_llama

QUESTION = [SystemMessage("Be kind."), HumanMessage("Where is my coffee mug?")]


class Line(BaseModel):
    """One line of a bill."""

    item: str
    quantity: int = Field(ge=1, le=9)
    gift: bool = False


@tool
def bill(lines: list[Line], note: str | None = None, currency: str = "USD") -> str:
    """Make a bill."""
    return ""


@tool
def get_account() -> str:
    """The customer's account."""
    return ""


@tool
def rate(stars: int, words: str = "") -> str:
    """Rate a purchase."""
    return ""


TOOLS = [bill, get_account, rate]


def schema(name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": "", "parameters": parameters}}


@pytest.fixture(scope="module")
def vocabulary(tokenizer: PreTrainedTokenizerFast) -> Vocabulary:
    return Vocabulary(tokenizer, len(tokenizer) + 3, [tokenizer.eos_token_id])


def guide(
    vocabulary: Vocabulary, dialect: Dialect = CHATML, forced: ForcedCall | None = None, room: int = 999
) -> CallGuide:
    return CallGuide(CallGrammar(vocabulary, dialect, schemas(SHOP_TOOLS), forced), room)


def written_by(guide: CallGuide, vocabulary: Vocabulary, tokens: Sequence[int]) -> bool:
    """Whether the guide lets every token through."""
    for token in tokens:
        if guide.done or (guide.active and not guide.allowed(999)[token]) or not guide.accept(token):
            return False
    return True


def chat_over(tokenizer: PreTrainedTokenizerFast, seed: int, **fields: Any) -> ChatLlama:
    model = tiny_llama(len(tokenizer), seed=seed, context=4096, spread=0.5)
    return ChatLlama.from_loaded(Loaded(model, tokenizer, ModelChoice("Tiny", "tiny", "cpu", "float32", "")), **fields)


@pytest.mark.parametrize("dialect", [name for name, dialect in DIALECTS.items() if not dialect.native_tools])
@pytest.mark.parametrize("choice", ["any", "bill", "rate"])
@pytest.mark.parametrize("seed", range(2))
def test_a_forced_call_of_a_random_model_is_one_valid_call(
    tokenizer: PreTrainedTokenizerFast, seed: int, choice: str, dialect: str
) -> None:
    chat = chat_over(tokenizer, seed, max_new_tokens=200, dialect=dialect)
    message = chat.bind_tools(TOOLS, tool_choice=choice).invoke(QUESTION, temperature=1.0, seed=seed)
    chat.close()

    assert message.text == ""
    assert message.invalid_tool_calls == []
    [call] = message.tool_calls
    assert choice in ("any", call["name"])
    called = next(one for one in TOOLS if one.name == call["name"])
    called.args_schema.model_validate(call["args"])
    assert message.response_metadata["finish_reason"] == "tool_calls"


@pytest.mark.parametrize("seed", range(3))
def test_structured_output_ends_whatever_the_model_is_like(tokenizer: PreTrainedTokenizerFast, seed: int) -> None:
    chat = chat_over(tokenizer, seed, max_new_tokens=60)
    found = chat.with_structured_output(Line).invoke(QUESTION)
    chat.close()

    assert isinstance(found, Line)


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("forced", [None, ForcedCall(None), ForcedCall("request_return")])
def test_the_form_that_was_taught_passes_byte_for_byte(
    vocabulary: Vocabulary, tokenizer: PreTrainedTokenizerFast, dialect: Dialect, forced: ForcedCall | None
) -> None:
    for arguments in (
        {"order_id": "A123", "item": 'Größe "M" 猫\n', "reason": "too big"},
        {"order_id": "A123", "item": "Mug"},
    ):
        call = dialect.call_text({"name": "request_return", "args": arguments, "id": None, "type": "tool_call"})
        one = guide(vocabulary, dialect, forced)

        assert written_by(one, vocabulary, tokenizer.encode(call, add_special_tokens=False))
        assert not one.active
        assert one.done == (forced is not None or dialect is LLAMA31)


@pytest.mark.parametrize(
    "call",
    [
        '{"name":"get_order", "arguments": {"order_id": "A1"}}',
        '{"name": "get_order", "arguments": {"order_id":"A1"}}',
        '{"name": "get_order", "arguments": {"order_id": 1}}',
        '{"name": "get_order", "arguments": {}}',
        '{"name": "get_order", "arguments": {"order_id": "A1", "more": 1}}',
        '{"name": "get_everything", "arguments": {}}',
        '[{"name": "get_account", "arguments": {}}]',
        '{"name": "request_return", "arguments": {"item": "Mug", "order_id": "A1"}}',
        '{"arguments": {}, "name": "get_account"}',
        '{"name": "get_account", "arguments": {}}}</tool_call>',
        "no call at all",
    ],
)
def test_nothing_else_passes(vocabulary: Vocabulary, tokenizer: PreTrainedTokenizerFast, call: str) -> None:
    tokens = tokenizer.encode(f"<tool_call>{call}</tool_call>", add_special_tokens=False)

    assert not written_by(guide(vocabulary), vocabulary, tokens)


def test_plain_text_asks_the_grammar_nothing(
    vocabulary: Vocabulary, tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = guide(vocabulary)
    for token in tokenizer.encode("Your <b>mug</b> is <tool_cal that was no call", add_special_tokens=False):
        assert not one.active
        assert one.draft([token, 7]) == [token, 7]
        assert one.accept(token)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(seed=st.integers(0, 10**6), before=st.text(max_size=12), dialect=st.sampled_from(list(DIALECTS.values())))
def test_a_call_that_has_begun_becomes_a_valid_one_whatever_follows(
    vocabulary: Vocabulary, tokenizer: PreTrainedTokenizerFast, seed: int, before: str, dialect: Dialect
) -> None:
    draw, one, room = random.Random(seed), guide(vocabulary, dialect, room=200), 200
    # Where calls have no markers, an object in the middle of prose is none by its form alone.
    before = before if dialect.call_end else ""
    text = list(tokenizer.encode(before, add_special_tokens=False))
    text += tokenizer.encode(dialect.call_start, add_special_tokens=False)
    for token in text:
        assert one.accept(token)
    assert one.active
    while one.active and room:
        allowed = one.allowed(room).nonzero().flatten().tolist()
        assert allowed
        text.append(draw.choice(allowed))
        assert one.accept(text[-1])
        room -= 1
    shown = b"".join(vocabulary.read(token) for token in text).decode()
    body = shown[shown.rindex(dialect.call_start) :].removeprefix("<tool_call>").removesuffix("</tool_call>")
    found = json.loads(body)
    [call] = dialect.read_calls(body)

    assert room, "it came to its end in time"
    assert call["name"] in {one["function"]["name"] for one in schemas(SHOP_TOOLS)}
    assert set(found) == {"name", dialect.arguments_key}


def test_a_token_that_would_begin_a_call_wrongly_is_refused_and_nothing_has_changed(
    tokenizer: PreTrainedTokenizerFast, vocabulary: Vocabulary
) -> None:
    one = guide(vocabulary)
    for token in tokenizer.encode("<tool_call", add_special_tokens=False):
        assert one.accept(token)
    joined = tokenizer.encode("><", add_special_tokens=False)
    # No token of this vocabulary is ">[": the two of them stand for it.
    one._vocabulary = FakeReading(vocabulary, {0: b">["})

    assert not one.accept(0)
    assert one.accept(joined[0])
    assert one.active


class FakeReading:
    """A vocabulary in which some tokens stand for something else."""

    def __init__(self, vocabulary: Vocabulary, read: dict[int, bytes]) -> None:
        self._vocabulary, self._read = vocabulary, read

    def read(self, token: int) -> bytes:
        return self._read.get(token) or self._vocabulary.read(token)

    def write(self, text: bytes) -> list[int]:
        return self._vocabulary.write(text)


@pytest.mark.parametrize("seed", range(4))
def test_drafts_do_not_change_a_guided_answer(
    tokenizer: PreTrainedTokenizerFast, vocabulary: Vocabulary, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny_llama(vocabulary.size, seed=seed, spread=0.1 if seed % 2 else 0.5)
    call = '<tool_call>{"name": "get_order", "arguments": {"order_id": "A123"}}</tool_call>'
    prompt = tokenizer.encode(f"{call}{call} Once more: ", add_special_tokens=False)

    def answer() -> tuple[list[int], decoding.DecodeStats]:
        decoder = Decoder(model)
        grammar = CallGrammar(vocabulary, CHATML, schemas(SHOP_TOOLS), ForcedCall(None))
        made = list(decoder.generate(prompt, max_new_tokens=240, guide=CallGuide(grammar, 240)))
        assert decoder.cached == (prompt + made)[: len(decoder.cached)]
        assert len(decoder.cached) >= len(prompt + made) - 1
        return made, decoder.stats

    drafted, stats = answer()
    monkeypatch.setattr(CallGuide, "draft", lambda *_: [])
    plain, slow = answer()

    assert drafted == plain
    assert stats.finish_reason == slow.finish_reason == "stop"
    assert stats.accepted_tokens > 0
    assert stats.forwards < slow.forwards


@pytest.mark.parametrize("before", ["", " ", "\n\n"])
def test_an_object_of_llama_3_1_that_begins_the_answer_is_held_to_the_tools(
    vocabulary: Vocabulary, tokenizer: PreTrainedTokenizerFast, before: str
) -> None:
    text = before + '{"name": "Ada"'

    assert not written_by(guide(vocabulary, LLAMA31), vocabulary, tokenizer.encode(text, add_special_tokens=False))


def test_an_object_of_llama_3_1_in_prose_is_held_to_the_tools_once_it_names_one(
    vocabulary: Vocabulary, tokenizer: PreTrainedTokenizerFast
) -> None:
    one = guide(vocabulary, LLAMA31)
    quoted = 'For example {"name": "Ada", "age": 36}, or {"name": "get_order"'
    for letter in quoted:
        assert not one.active
        for token in tokenizer.encode(letter, add_special_tokens=False):
            assert one.accept(token)
    assert one.active
    rest = ', "parameters": {"order_id": "A1"}}'

    assert written_by(one, vocabulary, tokenizer.encode(rest, add_special_tokens=False))
    assert one.done


def test_an_object_that_may_hold_anything_still_may(vocabulary: Vocabulary) -> None:
    free = schema("free", {"type": "object", "properties": {"a": {"type": "object", "additionalProperties": True}}})
    one = CallGuide(CallGrammar(vocabulary, CHATML, [free], forced_call("free", [free])), 999)
    tokens = vocabulary.write(b'<tool_call>{"name": "free", "arguments": {"a": {"x": 1}}}</tool_call>')

    assert written_by(one, vocabulary, tokens)


def test_references_within_a_schema_are_followed(tokenizer: PreTrainedTokenizerFast) -> None:
    chat = chat_over(tokenizer, 3, max_new_tokens=150)
    message = chat.bind_tools([bill], tool_choice="bill").invoke(QUESTION)
    chat.close()

    assert isinstance(message, AIMessage)
    bill.args_schema.model_validate(message.tool_calls[0]["args"])
