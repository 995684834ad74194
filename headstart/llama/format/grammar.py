"""Tool calls that are valid by construction.

A model of any size now and then calls a tool that is not there or leaves out a bracket. So from the
first character of a call on, only such tokens are let through as can still become a call of a bound
tool with arguments of its schema, in exactly the form the model was taught: `json.dumps` spacing, the
schema's order, optional arguments left out or given. The work is done by llguidance; here is what it
is told, and when: while plain text is written it is asked nothing.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, cast

import torch
from llguidance import LLMatcher, LLTokenizer, TokenizerWrapper
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from headstart.errors import ModelError
from headstart.llama.format.call_schema import arguments_schema
from headstart.llama.format.text_stream import overlap
from headstart.llama.format.tool_calls import Dialect, ForcedCall, ToolSchema

_SPACING = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""llguidance's names for what `json.dumps` does."""
_ENDINGS = [re.compile(ending) for ending in (rb'"["\]},]*', rb'[\]}]["\]}]*', rb'"["\]}]*', rb'["\]}, ]+')]
"""What ends a string; and outside of strings, the better ones first: an object or array, a value, a part of one."""
_PIECE = 6
"""Tokens that the punctuation around one argument may take."""
_MOST_NAMES = 400
"""A bound on what is reserved for a schema that refers to itself many times over."""


class Vocabulary:
    """A tokenizer's tokens as bytes, in the form that grammars need; made once a model, in a tenth of a second."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, size: int, stop_ids: Sequence[int] = ()) -> None:
        """Args: `size` is the width of the model's logits, which may be more than the tokenizer's tokens."""
        self.size = size
        self._tokens = _tokenizer(cast(Any, tokenizer), size, list(stop_ids))
        texts = [self.read(token) for token in range(size)]
        ends = [torch.tensor([bool(ending.fullmatch(text)) for text in texts]) for ending in _ENDINGS]
        self._in_text, self._between = (ends[0],), tuple(ends[1:])
        self._letter = next((token for token, text in enumerate(texts) if text == b"z"), None)

    def closing(self, allowed: Tensor) -> Tensor:
        """Those of the `allowed` tokens that bring a call nearest to its end; all of them where none does."""
        # Where any letter may come a string is open, and a bracket would be one of its letters.
        in_text = self._letter is not None and bool(allowed[self._letter])
        for ending in self._in_text if in_text else self._between:
            if (allowed & ending).any():
                return allowed & ending
        return allowed

    @property
    def tokens(self) -> LLTokenizer:
        """The tokens as llguidance takes them."""
        return self._tokens

    def read(self, token: int) -> bytes:
        """What a token stands for; none for a special one, which is not shown either."""
        return b"" if self._tokens.is_special_token(token) else self._tokens.decode_bytes([token])

    def write(self, text: bytes) -> list[int]:
        """Some tokens that stand for `text`."""
        return self._tokens.tokenize_bytes(text)


class CallGrammar:
    """What calls of some tools look like in one dialect, compiled once for many answers."""

    def __init__(
        self, vocabulary: Vocabulary, dialect: Dialect, tools: Sequence[ToolSchema], forced: ForcedCall | None = None
    ) -> None:
        """Args: `forced` makes the answer one call, of this tool or any; else calls come where the model begins one."""
        self.vocabulary = vocabulary
        self.forced = forced is not None
        self.ends_answer = self.forced or not dialect.call_end
        self.call_start = dialect.call_start.encode()
        functions = [cast(Mapping[str, Any], tool.get("function", tool)) for tool in tools]
        wanted = [one for one in functions if forced is None or forced.name in (None, one["name"])]
        # Without markers an object in the middle of prose is a call only if it has a tool's name.
        named = [_call_text(dialect, one)[0].rpartition(",")[0].encode() for one in functions]
        self.later_starts = [self.call_start] if dialect.call_end else named
        """What begins a call where text stands before it."""
        self.tail = max(map(len, [self.call_start, *self.later_starts]))
        """How many bytes what begins a call has at most."""
        schemas = [_arguments(vocabulary, one) for one in wanted]
        least = (_least_tokens(vocabulary, str(one["name"]), its) for one, its in zip(wanted, schemas, strict=True))
        self.reserve = max(least)
        """Tokens that suffice to bring any call that has begun to its end."""
        self._compiled = _compile(vocabulary, dialect, wanted, schemas)

    def matcher(self) -> LLMatcher:
        """The grammar at the beginning of a call."""
        return self._compiled.deep_copy()


class CallGuide:
    """One answer's way through the grammar; for a `Decoder`, token by token."""

    def __init__(self, grammar: CallGrammar, max_new_tokens: int) -> None:
        self._grammar = grammar
        self._vocabulary = grammar.vocabulary
        self._reserve = min(grammar.reserve, max_new_tokens // 2)
        self._call = grammar.matcher() if grammar.forced else None
        self._tail = b""
        self._spoken = False
        self.done = False
        """Whether the answer is over with what was accepted: nothing more may follow."""

    def begin(self, text: str) -> None:
        """Go on from a text that stands already, with the call that it leaves open, if it does.

        Raises: ModelError when that cannot become a call of a bound tool.
        """
        if self._call is not None:
            start = text.rfind(self._grammar.call_start.decode())
            begun = text[start:] if start >= 0 else text[len(text) - overlap(text, self._grammar.call_start.decode()) :]
            self._continue(self._call, begun)
            return
        for letter in text if self._grammar.call_start.decode() in text else text[-self._grammar.tail :]:
            if not self._take(letter.encode(), self._vocabulary.write(letter.encode())):
                raise _no_call(text)
            self.done = False
        self._spoken |= bool(text.strip())

    @property
    def active(self) -> bool:
        """Whether a call is being written, so that not every token is allowed."""
        return self._call is not None

    def allowed(self, room: int) -> Tensor:
        """Which tokens may come next, `(vocabulary,)` booleans; with little `room` left, those that end the call."""
        assert self._call is not None
        allowed = torch.frombuffer(bytearray(self._call.compute_logit_bias()), dtype=torch.uint8) > 0
        return self._vocabulary.closing(allowed) if room <= self._reserve else allowed

    def accept(self, token: int) -> bool:
        """Take the next token; False, and nothing has changed, where it begins a call that cannot become valid."""
        return self._take(self._vocabulary.read(token), [token])

    def draft(self, proposed: list[int]) -> list[int]:
        """What is worth a check: what the grammar leaves no choice about, or as much of `proposed` as it allows."""
        if self._call is None:
            return proposed
        return self._call.compute_ff_tokens() or proposed[: self._call.validate_tokens(proposed)]

    def _take(self, text: bytes, tokens: list[int]) -> bool:
        if self._call is not None:
            whole = self._call.try_consume_tokens(tokens) == len(tokens)
            self._leave(self._call)
            return whole
        tail = self._tail + text
        at = self._start(tail)
        if at < 0:
            self._tail = tail[-self._grammar.tail + 1 :] if self._grammar.tail > 1 else b""
            self._spoken |= bool(tail[: len(tail) - len(self._tail)].strip())
            return True
        call, begun = self._grammar.matcher(), self._vocabulary.write(tail[at:])
        if call.try_consume_tokens(begun) < len(begun):
            return False
        self._call, self._tail = call, b""
        self._leave(call)
        return True

    def _start(self, tail: bytes) -> int:
        """Where a call begins, -1 where none does."""
        at = tail.find(self._grammar.call_start)
        if at < 0 or not (self._spoken or tail[:at].strip()):
            return at
        return min((found for start in self._grammar.later_starts if (found := tail.find(start)) >= 0), default=-1)

    def _continue(self, call: LLMatcher, begun: str) -> None:
        tokens = self._vocabulary.write(begun.encode())
        if call.try_consume_tokens(tokens) < len(tokens):
            raise _no_call(begun)
        self._leave(call)

    def _leave(self, call: LLMatcher) -> None:
        if call.is_stopped():
            self._call, self.done = None, self._grammar.ends_answer
            self._spoken = True


def _no_call(text: str) -> ModelError:
    return ModelError(f"Expected an answer that begins with a call of a bound tool, found {text[-80:]!r}.")


def _tokenizer(tokenizer: Any, size: int, stop_ids: list[int]) -> LLTokenizer:
    """Without slices, and for byte-level tokenizers from the tokens themselves.

    Both are for the time it takes under the interpreter's lock: 0.07 s instead of 0.3 s for 49,152 tokens.
    A mask takes the same time either way.
    """
    ends = stop_ids or [0]
    if "ByteLevel" not in str(tokenizer.backend_tokenizer.decoder):
        return LLTokenizer(tokenizer.backend_tokenizer.to_str(), n_vocab=size, eos_token=ends, slices=[])
    letters = _byte_letters()
    added: dict[int, Any] = tokenizer.added_tokens_decoder
    tokens = [
        str(added[number]).encode() if number in added else bytes(letters[letter] for letter in token)
        for number, token in enumerate(tokenizer.convert_ids_to_tokens(range(len(tokenizer))))
    ]
    tokens += [b""] * (size - len(tokens))
    special = [number for number, token in added.items() if token.special]
    return LLTokenizer(TokenizerWrapper(_Tokens(tokenizer, tokens, ends, special)), eos_token=ends, slices=[])


class _Tokens:
    """What llguidance asks of a tokenizer."""

    bos_token_id = None

    def __init__(self, tokenizer: Any, tokens: list[bytes], ends: list[int], special: list[int]) -> None:
        self._tokenizer = tokenizer
        self.tokens, self.eos_token_id, self.special_token_ids = tokens, ends[0], special

    def __call__(self, text: str | bytes) -> list[int]:
        shown = text.decode(errors="replace") if isinstance(text, bytes) else text
        return cast(list[int], self._tokenizer.encode(shown, add_special_tokens=False))


def _byte_letters() -> dict[str, int]:
    """The letters that byte-level BPE writes bytes with; source: GPT-2's `bytes_to_unicode`."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    return {chr(byte): byte for byte in shown} | {chr(256 + at): byte for at, byte in enumerate(hidden)}


def _compile(
    vocabulary: Vocabulary,
    dialect: Dialect,
    functions: Sequence[Mapping[str, Any]],
    schemas: Sequence[Mapping[str, Any]],
) -> LLMatcher:
    lines = ["start: " + " | ".join(f"call_{number}" for number in range(len(functions)))]
    for number, (function, schema) in enumerate(zip(functions, schemas, strict=True)):
        before, after = _call_text(dialect, function)
        lines.append(f"call_{number}: {json.dumps(before)} args_{number} {json.dumps(after) if after else ''}")
        lines.append(f"args_{number}: %json {json.dumps(schema)}")
    return _matcher(vocabulary, "\n".join(lines))


def _call_text(dialect: Dialect, function: Mapping[str, Any]) -> tuple[str, str]:
    """A call's text before and after its arguments."""
    call = dialect.call_text({"name": function["name"], "args": {}, "id": None, "type": "tool_call"})
    before, _, after = call.rpartition("{}")
    return before, after


def _arguments(vocabulary: Vocabulary, function: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a call's arguments, as far as llguidance follows it."""

    def problem(schema: Any) -> str:
        tried = _matcher(vocabulary, f"start: %json {json.dumps({**schema, 'x-guidance': _SPACING})}")
        return tried.get_error() if tried.is_error() else ""

    return {**arguments_schema(str(function["name"]), function.get("parameters"), problem), "x-guidance": _SPACING}


def _matcher(vocabulary: Vocabulary, grammar: str) -> LLMatcher:
    return LLMatcher(vocabulary.tokens, LLMatcher.grammar_from_lark(grammar), log_level=0)


def _least_tokens(vocabulary: Vocabulary, name: str, schema: Mapping[str, Any]) -> int:
    """More tokens than the shortest call takes: every name in its schema, with what is around it."""
    names = [name, *islice(_names(schema, schema.get("$defs", {}), ()), _MOST_NAMES)]
    return sum(len(vocabulary.write(one.encode())) + _PIECE for one in names) + 2 * _PIECE


def _names(schema: Any, definitions: Mapping[str, Any], within: tuple[str, ...]) -> Iterator[str]:
    """What a value has to hold at most, where references are followed until they lead back."""
    if isinstance(schema, list):
        for one in cast(list[Any], schema):
            yield from _names(one, definitions, within)
    if not isinstance(schema, dict):
        return
    found = cast(dict[str, Any], schema)
    for key, value in found.items():
        if key == "properties" and isinstance(value, dict):
            yield from cast(dict[str, Any], value)
            yield from _names(list(cast(dict[str, Any], value).values()), definitions, within)
        elif key in ("enum", "const"):
            yield max((json.dumps(one) for one in (value if key == "enum" else [value])), key=len, default="")
        elif key == "minLength":
            yield "x" * int(value)
        elif key == "$ref" and value not in within:
            yield from _names(definitions.get(value.removeprefix("#/$defs/")), definitions, (*within, value))
        elif key == "items":
            for _ in range(min(max(1, found.get("minItems", 1)), _MOST_NAMES)):
                yield from _names(value, definitions, within)
        elif key != "$defs":
            yield from _names(value, definitions, within)
