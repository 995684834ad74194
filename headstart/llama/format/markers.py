"""Keeps what people and tools write apart from a conversation's structure, when both become tokens.

A chat template puts content between markers such as `<|im_end|>`, and a tokenizer makes a special token of every
spelling of one, whoever wrote it: a customer, or a parcel's label, could end a turn and begin one of the instructions.
So a marker counts only where the template wrote it. Where no content spells one, nothing is done at all, and the tokens
are those that the tokenizer makes of the whole; else content is rendered with guards in its markers, which shows
where the structure is, and the tokens are made by a copy of the tokenizer that knows structure by secret names.

Some of a template's markers are no tokens but plain letters, such as the `<tool_response>` around a result. Where
content spells one of those, it is encoded letter by letter, which is not how the template's own are.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from langchain_core.messages import AIMessage, BaseMessage, ChatMessage
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerBase

from headstart.llama.format.contents import mapped

_PRIVATE_USE = range(0xE000, 0xF900)
_THOUGHT = "</think>"
_WRITTEN = re.compile(r"<{1,2}/?\|?\w+\|?>{1,2}|\[/?[A-Z_]+\]")
"""What a chat template marks with letters: `<|user|>`, `</tools>`, `[INST]`, `<<SYS>>`."""


class Markers:
    """The tokens of one tokenizer that structure a conversation, and how text that spells them is made harmless."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, written: Iterable[str] = ()) -> None:
        """Args: `written` are markers in plain letters, beside those that the chat template holds."""
        given: Any = tokenizer
        self._tokenizer: Any = given
        self._backend: Tokenizer = given.backend_tokenizer
        added: dict[int, Any] = given.added_tokens_decoder
        self._ids = {number: str(token) for number, token in added.items() if _structures(str(token), token.special)}
        normalizer: Any = self._backend.normalizer
        self._normalized: Callable[[str], str] | None = normalizer.normalize_str if normalizer else None
        spellings = set(self._ids.values())
        # Thoughts are in an answer as the model wrote them, and a template may look for them.
        letters = {*written, *_WRITTEN.findall(str(given.chat_template))} - spellings - {"<think>", _THOUGHT}
        self._letters = re.compile(_any(letters) or r"(?!)")
        spellings |= letters
        if self._normalized is not None:
            spellings |= {self._normalized(one).strip(" ▁") for one in spellings}
        self._spellings = frozenset(filter(None, spellings))
        self._whole = re.compile(_any(self._spellings) or r"(?!)")
        self._end = re.compile(_any({one[at:] for one in self._spellings for at in range(1, len(one))}) or r"(?!)")
        beginnings = {one[:at] for one in self._spellings for at in range(1, len(one))}
        self._beginnings = tuple(beginnings)
        # A template that leaves the thoughts of earlier answers out looks for where they end.
        self._thought = _THOUGHT if _THOUGHT in self._spellings and _THOUGHT in str(given.chat_template) else ""

    def spelled_in(self, texts: Iterable[str]) -> bool:
        """Whether some text holds a marker, or a beginning or an end of one at its edge, which others may complete."""
        return any(map(self._is_risky, set(texts)))

    def guard_for(self, texts: Sequence[str]) -> "Guard":
        """A guard that none of the texts holds already."""
        # It must not be there as JSON writes it, either.
        joined = "".join(texts).lower()
        free = (code for code in _PRIVATE_USE if chr(code) not in joined and f"\\u{code:04x}" not in joined)
        return Guard(chr(next(free)), self._is_risky, self._thought)

    def encode(self, guarded: str, guard: "Guard") -> list[int]:
        """The tokens of rendered text: only markers without a guard are structure."""
        found: Any = self._backend.encode(guarded, add_special_tokens=False)
        aliases, parts, end = self._aliases, list[str](), 0
        for number, (start, stop) in zip(found.ids, found.offsets, strict=True):
            if number not in aliases:
                continue
            if number == self._tokenizer.unk_token_id and self._ids[number] not in guarded[start:stop]:
                continue  # No marker, but a character that the vocabulary lacks, such as the guard.
            parts += [guard.opened(guarded[end:start], self._apart), aliases[number]]
            end = stop
        parts.append(guard.opened(guarded[end:], self._apart))
        encoded: Any = self._aliased.encode("".join(parts), add_special_tokens=False)
        return [token for found in encoded.ids for token in self._own(found)]

    def _apart(self, text: str) -> str:
        """Content with its letters apart where it spells a marker that is no token."""
        if self._letters.search(text):
            return self._letters.sub(lambda found: self._divider.join(found.group()), text)
        if self._normalized is not None and self._letters.search(self._normalized(text)):
            return self._divider.join(text)
        return text

    def _is_risky(self, text: str) -> bool:
        return self._touches(text) or (self._normalized is not None and self._touches(self._normalized(text)))

    def _touches(self, text: str) -> bool:
        """Whether a marker is in the text, begins at its end, or ends at its beginning."""
        inner = text.strip()
        return bool(self._whole.search(inner) or self._end.match(inner)) or inner.endswith(self._beginnings)

    def _own(self, token: int) -> list[int]:
        """What the model knows a token of the copy as."""
        if token in self._structure:
            return [self._structure[token]]
        if token == self._aliased.token_to_id(self._divider):
            return []
        if token not in self._ids or token == self._tokenizer.unk_token_id:
            return [token]
        # The vocabulary's own rules lead from plain text to a marker: its letters stand for it.
        letters = [self._aliased.token_to_id(letter) for letter in self._ids[token]]
        return [letter for letter in letters if letter is not None]

    @cached_property
    def _aliases(self) -> dict[int, str]:
        """A name for each marker that nobody can guess, and so nobody can write."""
        return {number: self._secret(str(number)) for number in self._ids}

    @cached_property
    def _divider(self) -> str:
        """What stands between letters that are to be encoded apart, and is no token of the model's."""
        return self._secret("divider")

    def _secret(self, name: str) -> str:
        return f"\ufdd0{secrets.token_hex(16)}-{name}\ufdd1"

    @cached_property
    def _aliased(self) -> Tokenizer:
        """The tokenizer with every marker under its alias."""
        described: dict[str, Any] = json.loads(self._backend.to_str())
        plain = {"special": True, "normalized": False, "lstrip": False, "rstrip": False, "single_word": False}
        described["added_tokens"] = [
            {**token, **plain, "content": self._aliases[token["id"]]} if token["id"] in self._ids else token
            for token in described["added_tokens"]
        ]
        # What it puts around a whole text is asked for never, and may name a marker that has another name now.
        described |= {"post_processor": None, "truncation": None, "padding": None}
        made = Tokenizer.from_str(json.dumps(described))
        made.add_special_tokens([self._divider])
        return made

    @cached_property
    def _structure(self) -> dict[int, int]:
        return {cast(int, self._aliased.token_to_id(alias)): number for number, alias in self._aliases.items()}


class Guard:
    """A character that stands between the letters of text in which markers are not to be seen."""

    def __init__(self, character: str, is_risky: Callable[[str], bool], thought: str = "") -> None:
        """Args: `thought` is what ends the thoughts in an answer, if the template looks for that."""
        self._character, self._is_risky, self._thought = character, is_risky, thought
        written = f"(?:{character}|\\\\u{ord(character):04x})"
        self._written = re.compile(written, re.IGNORECASE)
        self._run = re.compile(f"{written}+(?:(?!{written}).{written}+)*", re.IGNORECASE | re.DOTALL)

    def put_into(self, text: str) -> str:
        """The text with the guard in it where that is needed; a template may still strip the white space around it."""
        if not self._is_risky(text):
            return text
        inner = text.strip()
        start = text.index(inner)
        guarded = f"{self._character}{self._character.join(inner)}{self._character}" if inner else ""
        return f"{text[:start]}{guarded}{text[start + len(inner) :]}"

    def opened(self, text: str, change: Callable[[str], str]) -> str:
        """The text as it was, also where a template wrote it as JSON, with what was guarded changed."""
        return self._run.sub(lambda found: change(self._written.sub("", found.group())), text)

    def message(self, message: BaseMessage) -> BaseMessage:
        """The message with guards in all that was not written by this program."""
        guarded = with_texts(message, self.put_into)
        content: Any = message.content
        if not self._thought or not isinstance(message, AIMessage) or self._thought not in str(content):
            return guarded
        return guarded.model_copy(update={"content": mapped(content, self._answer)})

    def _answer(self, text: str) -> str:
        thoughts, end, answer = text.rpartition(self._thought)
        return f"{self.put_into(thoughts)}{end}{self.put_into(answer)}"

    def schema(self, tool: Mapping[str, Any]) -> dict[str, Any]:
        """The tool with guards in its names and descriptions."""
        return cast(dict[str, Any], mapped(tool, self.put_into))


def texts_of(messages: Iterable[BaseMessage], tools: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every text that goes into a prompt and was not written by this program."""
    found: list[str] = []
    for message in messages:
        _collect(message.content, found)
        found.append(message.name or "")
        match message:
            case AIMessage():
                _collect([[call["name"], call["args"]] for call in message.tool_calls], found)
                _collect([[call["name"], call["args"]] for call in message.invalid_tool_calls], found)
            case ChatMessage():
                found.append(message.role)
            case _:
                pass
    _collect(list(tools), found)
    return found


def _collect(value: Any, found: list[str]) -> None:
    if isinstance(value, str):
        found.append(value)
    elif isinstance(value, Mapping):
        for key, one in cast(Mapping[Any, Any], value).items():
            _collect(key, found)
            _collect(one, found)
    elif isinstance(value, list | tuple):
        for one in cast(list[Any], value):
            _collect(one, found)


def with_texts(message: BaseMessage, change: Callable[[str], str]) -> BaseMessage:
    """The message with each text in it changed: content, names, arguments, roles."""
    update: dict[str, Any] = {"content": mapped(message.content, change)}
    if message.name:
        update["name"] = change(message.name)
    match message:
        case AIMessage():
            for kind, calls in (("tool_calls", message.tool_calls), ("invalid_tool_calls", message.invalid_tool_calls)):
                update[kind] = [
                    {**call, "name": mapped(call["name"], change), "args": mapped(call["args"], change)}
                    for call in calls
                ]
        case ChatMessage():
            update["role"] = change(message.role)
        case _:
            pass
    return message.model_copy(update=update)


def _structures(token: str, special: bool) -> bool:
    """Whether an added token is a marker, and no mere vocabulary such as runs of spaces or words of a trade."""
    return special or not all(letter.isalnum() or letter.isspace() for letter in token)


def _any(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))
