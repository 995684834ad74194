"""Calls are valid by schemas of every shape, and what the grammar cannot follow is said."""

import json
import logging
import random
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage
from transformers import PreTrainedTokenizerFast

from agent.shop.tools import TOOLS
from headstart.errors import ModelError
from headstart.llama.chat_model import ChatLlama
from headstart.llama.format.grammar import CallGrammar, CallGuide, Vocabulary
from headstart.llama.format.tool_calls import CHATML, DIALECTS, ForcedCall, compact_schema
from headstart.world.langchain import schemas
from tests.headstart.llama.format.test_grammar import schema, written_by

A = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}
B = {"type": "object", "properties": {"y": {"enum": ["p", "q"]}}, "required": ["y"]}
C = {"type": "object", "properties": {"t": {"const": "c"}, "n": {"type": "integer"}}, "required": ["t"]}
E = {"type": "object", "properties": {"t": {"const": "e"}, "n": {"type": "string"}}, "required": ["t"]}
TO_A, TO_B = {"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}
DEFS = {"$defs": {"A": A, "B": B, "C": C, "E": E}}
K_IS_U = {"properties": {"k": {"const": "u"}}}
K = {"enum": ["u", "v"]}
W = {"properties": {"w": {"type": "integer"}}, "required": ["w"]}


@pytest.fixture(scope="module")
def vocabulary(tokenizer: PreTrainedTokenizerFast) -> Vocabulary:
    return Vocabulary(tokenizer, len(tokenizer) + 3, [tokenizer.eos_token_id])


def passes(vocabulary: Vocabulary, parameters: Any, arguments: Any) -> bool:
    made = schema("save", parameters)
    guide = CallGuide(CallGrammar(vocabulary, CHATML, [made], ForcedCall("save")), 999)
    call = f'<tool_call>{{"name": "save", "arguments": {json.dumps(arguments, ensure_ascii=False)}}}</tool_call>'
    return written_by(guide, vocabulary, vocabulary.write(call.encode())) and guide.done


def of(required: str = "", **fields: Any) -> dict[str, Any]:
    return {"type": "object", **fields, **({"required": required.split()} if required else {})}


def one(value: Any, **fields: Any) -> dict[str, Any]:
    return of("b", properties={"b": value}, **fields)


SHAPES: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "all of": (
        one({"allOf": [A, B]}),
        [{"b": {"x": 3, "y": "p"}}],
        [{"b": 3}, {"b": {"x": 3}}, {"b": {"x": 3, "y": "p", "z": 1}}, {"b": {"x": 3, "y": "z"}}],
    ),
    "all of at the top": ({"allOf": [TO_A, TO_B], **DEFS}, [{"x": 3, "y": "p"}], [{"x": 3}, {}]),
    "all of references": (one({"allOf": [TO_A, TO_B]}, **DEFS), [{"b": {"x": 3, "y": "p"}}], [{"b": {"x": 3}}]),
    "properties beside any of": (
        of(properties={"z": {"type": "integer"}}, anyOf=[A, B]),
        [{"z": 1, "x": 3}, {"z": 1, "y": "p"}],
        [{"z": 1}, {"z": 1, "q": 3}, {"z": "1", "x": 3}],
    ),
    "any of needs": (
        of(properties={"a": {"type": "string"}, "c": {"type": "string"}}, anyOf=[of("a"), of("c")]),
        [{"a": "1"}, {"c": "1"}, {"a": "1", "c": "1"}],
        [{}, {"z": "1"}],
    ),
    "any of references": (one({"anyOf": [TO_A, TO_B]}, **DEFS), [{"b": {"x": 3}}, {"b": {"y": "p"}}], [{"b": {}}]),
    "one of": (one({"oneOf": [TO_A, TO_B]}, **DEFS), [{"b": {"x": 3}}], [{"b": {"x": 3, "y": "p"}}]),
    "one of by kind": (
        one({"oneOf": [{"$ref": "#/$defs/C"}, {"$ref": "#/$defs/E"}], "discriminator": {"propertyName": "t"}}, **DEFS),
        [{"b": {"t": "c", "n": 1}}, {"b": {"t": "e", "n": "1"}}],
        [{"b": {"t": "e", "n": 1}}],
    ),
    "a reference and more": (
        one({"$ref": "#/$defs/A", "properties": {"k": {"type": "string"}}}, **DEFS),
        [{"b": {"k": "s", "x": 3}}, {"b": {"x": 3}}],
        [{"b": {"k": "s"}}, {"b": {"x": 3, "z": 1}}],
    ),
    "older definitions": (one({"$ref": "#/definitions/A"}, definitions={"A": A}), [{"b": {"x": 1}}], [{"b": {}}]),
    "a reference into properties": (
        of("b", properties={"a": {"type": "integer"}, "b": {"$ref": "#/properties/a"}}),
        [{"b": 1}],
        [{"b": "1"}],
    ),
    "itself": (
        of("v", properties={"v": {"type": "integer"}, "n": {"$ref": "#"}}),
        [{"v": 1, "n": {"v": 2, "n": {"v": 3}}}],
        [{"v": 1, "n": {}}, {"v": 1, "n": {"v": 2, "m": 3}}],
    ),
    "a tree": (
        one(
            {"$ref": "#/$defs/N"},
            **{"$defs": {"N": of("l", properties={"l": {"type": "array", "items": {"$ref": "#/$defs/N"}}})}},
        ),
        [{"b": {"l": [{"l": []}]}}],
        [{"b": {"l": [1]}}, {"b": {}}],
    ),
    "none": (of(), [{}], [{"a": 1}]),
    "none and null": (None, [{}], [{"a": 1}]),
    "none and empty": ({}, [{}], [{"a": 1}]),
    "booleans": (of(properties={"a": True, "b": False}), [{"a": [1]}, {}], [{"b": 1}, {"c": 1}]),
    "nullable": (one({"type": "string", "nullable": True}), [{"b": None}, {"b": "x"}], [{"b": 1}]),
    "nullable reference": (one({**TO_A, "nullable": True}, **DEFS), [{"b": None}, {"b": {"x": 1}}], [{"b": {}}]),
    "kinds": (one({"type": ["string", "null"]}), [{"b": None}, {"b": "x"}], [{"b": 1}]),
    "constants": (one({"const": {"properties": 1}}), [{"b": {"properties": 1}}], [{"b": {}}]),
    "older limits": (one({"type": "integer", "minimum": 1, "exclusiveMinimum": True}), [{"b": 2}], [{"b": 1}]),
    "others of a kind": (
        of(properties={"k": {"type": "integer"}}, additionalProperties={"type": "string"}),
        [{"k": 1, "z": "x"}],
        [{"z": 1}],
    ),
    "others of a name": (
        of(
            properties={"k": {"type": "integer"}},
            patternProperties={"^s_": {"type": "string"}},
            additionalProperties=False,
        ),
        [{"k": 1, "s_a": "x"}],
        [{"t": 1}, {"s_a": 1}],
    ),
    "unevaluated": (of(properties={"a": {"type": "string"}}, unevaluatedProperties=False), [{"a": "x"}], [{"b": 1}]),
    "needed and not described": (of("c", properties={"a": {"type": "string"}}), [{"c": 1}], [{}, {"d": 1}]),
    "one needs another": (
        of(properties={"a": {"type": "string"}, "c": {"type": "string"}}, dependentRequired={"a": ["c"]}),
        [{"a": "1", "c": "2"}, {"c": "2"}, {}],
        [{"a": "1"}],
    ),
    "one changes another": (
        of(properties={"a": {"type": "string"}, "c": {"type": "string"}}, dependentSchemas={"a": one({"const": "k"})}),
        [{"a": "1", "b": "k"}, {"c": "2"}],
        [{"a": "1", "b": "z"}, {"a": "1"}],
    ),
    "if then": (
        of("k", properties={"k": K, "w": {"type": "integer"}}, **{"if": K_IS_U, "then": {"required": ["w"]}}),
        [{"k": "u", "w": 1}, {"k": "v"}],
        [{"k": "u"}],
    ),
    "if then else": (
        of("k", properties={"k": K}, **{"if": K_IS_U, "then": W, "else": one({"type": "string"})}),
        [{"k": "u", "w": 1}, {"k": "v", "b": "a"}],
        [{"k": "u", "b": "a"}, {"k": "v"}],
    ),
    "if it is there": (
        of(properties={"k": K, "w": {"type": "integer"}}, **{"if": of("k"), "then": of("w")}),
        [{"k": "u", "w": 1}, {"w": 1}, {}],
        [{"k": "u"}],
    ),
    "not one of them": (one({**K, "not": {"const": "u"}}), [{"b": "v"}], [{"b": "u"}]),
    "not there": (of(properties={"a": True, "c": True}, **{"not": {"required": ["a"]}}), [{"c": 1}], [{"a": 1}]),
    "an anchor": (
        {**of("a", properties={"a": {"$ref": "#k"}}), "$defs": {"K": {"$anchor": "k", **K}}},
        [{"a": "u"}],
        [{"a": 1}, {"a": "w"}],
    ),
    "a place with signs": (
        {**of("a", properties={"a": {"$ref": "#/$defs/a%20K~1k"}}), "$defs": {"a K/k": K}},
        [{"a": "u"}],
        [{"a": 1}],
    ),
    "names of keywords": (
        of(properties={name: {"type": "integer"} for name in ("properties", "required", "$ref", "enum", "anyOf")}),
        [{"properties": 1, "required": 2, "$ref": 3, "enum": 4, "anyOf": 5}],
        [{"properties": "x"}],
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_calls_are_valid_by_schemas_of_this_shape(
    vocabulary: Vocabulary, shape: str, caplog: pytest.LogCaptureFixture
) -> None:
    parameters, good, bad = SHAPES[shape]

    assert [arguments for arguments in good if not passes(vocabulary, parameters, arguments)] == []
    assert [arguments for arguments in bad if passes(vocabulary, parameters, arguments)] == []
    assert not caplog.records


DETAILS: dict[str, tuple[Any, str]] = {
    "pattern": ({"type": "string", "pattern": "(?=x)y"}, '"q"'),
    "format": ({"type": "string", "format": "shoe-size"}, '"q"'),
    "uniqueItems": ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, "[1, 1]"),
    "not": ({"type": "string", "not": {"const": "u"}}, '"u"'),
    "if": ({"type": "object", "if": {"minProperties": 3}, "then": {"required": ["z"]}}, "{}"),
    "oneOf": ({"oneOf": [{"type": "integer", "multipleOf": 3}, {"type": "integer", "multipleOf": 5}]}, "15"),
    "type": ({"type": "date"}, '"q"'),
    "$ref": ({"$ref": "#/$defs/Lost"}, "[1]"),
    "#/$defs/Round": ({"$ref": "#/$defs/Round"}, "[1]"),
    "#/$defs/All": ({"$ref": "#/$defs/All"}, "[1]"),
    "required": ({"type": "integer", "required": True}, "3"),
    "properties": ({"type": "object", "properties": ["z"], "additionalProperties": True}, '{"z": 1}'),
    "enum": ({"type": "string", "enum": "u"}, '"q"'),
    "anyOf": ({"anyOf": []}, "[1]"),
    "items": ({"type": "array", "items": "integer"}, '["q"]'),
}


@pytest.mark.parametrize("detail", DETAILS)
def test_a_detail_that_cannot_be_followed_is_named_and_the_rest_is_followed(
    vocabulary: Vocabulary, detail: str, caplog: pytest.LogCaptureFixture
) -> None:
    part, anything = DETAILS[detail]
    nested = of("deep number", properties={"deep": of("b", properties={"b": part}), "number": {"type": "integer"}})
    nested["$defs"] = {
        "Round": {"$ref": "#/$defs/Back"},
        "Back": {"$ref": "#/$defs/Round"},
        "All": {"allOf": [{"$ref": "#/$defs/All"}]},
    }
    value = json.loads(anything)
    with caplog.at_level(logging.WARNING):
        assert passes(vocabulary, nested, {"deep": {"b": value}, "number": 1})

    assert "'save'" in caplog.text
    assert ("Lost" if detail == "$ref" else detail) in caplog.text
    assert not passes(vocabulary, nested, {"deep": {"b": value}, "number": "1"})
    assert not passes(vocabulary, nested, {"deep": {}, "number": 1})
    assert not passes(vocabulary, nested, {"deep": {"b": value, "c": 1}, "number": 1})


@pytest.mark.parametrize("parameters", ["x", [], {"type": "string"}, False])
def test_parameters_that_are_no_objects_schema_are_refused_by_the_tools_name(
    vocabulary: Vocabulary, parameters: Any
) -> None:
    with pytest.raises(ModelError, match="'save'"):
        CallGrammar(vocabulary, CHATML, [schema("save", parameters)])


@pytest.mark.parametrize("parameters", [{"properties": ["x"]}, {"properties": {"x": "integer"}}, {"required": True}])
def test_a_tool_whose_schema_is_none_is_shown_all_the_same(vocabulary: Vocabulary, parameters: Any) -> None:
    assert compact_schema(schema("save", parameters))["name"] == "save"
    assert passes(vocabulary, {"type": "object", **parameters}, {})


@pytest.mark.parametrize("tool", [{"type": "web_search"}, {"type": "function", "function": {}}, {"type": "computer"}])
def test_a_tool_that_is_no_function_is_refused_by_name(chat: ChatLlama, tool: dict[str, Any]) -> None:
    for ask in (
        lambda: chat.bind_tools([tool]),
        lambda: chat.invoke("hi", tools=[tool]),
        lambda: chat.prefill([HumanMessage("hi")], tools=[tool]),
    ):
        with pytest.raises(ModelError, match=re.escape(str(tool["type"]))):
            ask()


def test_the_model_is_shown_what_a_schema_refers_to() -> None:
    referring = of(properties={"a": TO_A, "free": True}, anyOf=[of("a")], **{"$defs": {"A": A}})
    [turn] = CHATML.turns([], [schema("save", referring)])

    assert compact_schema(schema("save", referring))["$defs"] == {"A": A}
    assert json.dumps({"A": A}) in turn["content"]
    assert '"anyOf"' in turn["content"]


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
def test_the_shops_tools_are_shown_as_the_adapter_learned_them(dialect: Any) -> None:
    for made in schemas(TOOLS):
        assert set(compact_schema(made)) <= {"name", "description", "parameters", "optional"}


# What a value may look like, as a schema and as a check written by hand.
leaf = st.sampled_from(
    [
        {"type": "integer"},
        {"type": "boolean"},
        {"enum": ["p", 1, None]},
        {"const": "c"},
        {"type": "string", "maxLength": 3},
        {"type": ["integer", "null"]},
        {"type": "string", "maxLength": 2, "nullable": True},
        {"$ref": "#/$defs/Leaf"},
        {"$ref": "#/$defs/Node"},
    ]
)
names = st.sampled_from(["a", "b", "c", "d"])


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def made(properties: dict[str, Any], required: list[str], more: dict[str, Any]) -> dict[str, Any]:
        return {"type": "object", "properties": properties, "required": sorted(set(required)), **more}

    plain = st.builds(
        made,
        st.dictionaries(names, inner, min_size=1, max_size=3),
        st.lists(names, max_size=2),
        st.sampled_from([{}, {}, {"additionalProperties": {"type": "integer"}}]),
    )
    return (
        plain
        | st.builds(lambda one, two: {"anyOf": [one, two]}, plain, inner)
        | st.builds(lambda one, two: {**one, "anyOf": two}, plain, st.lists(plain, min_size=1, max_size=2))
        | st.builds(lambda items: {"type": "array", "items": items, "maxItems": 2}, inner)
        | st.builds(lambda one, key, needs: {**one, "dependentRequired": {key: [needs]}}, plain, names, names)
    )


values = st.recursive(leaf, objects, max_leaves=5)
arguments = objects(values).filter(lambda made: made.get("type") == "object")


@settings(suppress_health_check=list(HealthCheck), max_examples=40)
@given(parameters=arguments, seed=st.integers(0, 10**6))
def test_whatever_a_random_model_writes_is_valid_by_a_random_schema(
    vocabulary: Vocabulary, caplog: pytest.LogCaptureFixture, parameters: dict[str, Any], seed: int
) -> None:
    caplog.clear()
    definitions = {
        "Leaf": {"type": "integer", "maximum": 9, "minimum": 0},
        "Node": of(properties={"next": {"$ref": "#/$defs/Node"}, "v": {"type": "boolean"}}),
    }
    root = {**parameters, "$defs": definitions}
    grammar = CallGrammar(vocabulary, CHATML, [schema("save", root)], ForcedCall("save"))
    if caplog.records:
        # Parts that contradict each other, or recursion on both sides of a composition: it is said, and no more.
        assert "nsatisfiable" in caplog.text or "level exceeded" in caplog.text
        return
    guide, draw, written, room = CallGuide(grammar, 400), random.Random(seed), b"", 400
    while not guide.done and room:
        allowed = guide.allowed(room).nonzero().flatten().tolist()
        if not allowed:
            return
        token = draw.choice(allowed)
        assert guide.accept(token)
        written += vocabulary.read(token)
        room -= 1
    body = written.decode().removeprefix("<tool_call>").removesuffix("</tool_call>")

    assert guide.done
    assert fits(json.loads(body)["arguments"], root, root), body


KINDS: dict[str, Any] = {
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def fits(value: Any, rule: Any, root: dict[str, Any]) -> bool:
    """Whether a value is valid by a schema of the keywords that are used here."""
    if isinstance(rule, bool):
        return rule
    if rule.get("nullable") and value is None:
        return True
    kinds = rule.get("type", list(KINDS))
    checks = [any(KINDS[kind](value) for kind in ([kinds] if isinstance(kinds, str) else kinds))]
    if "$ref" in rule:
        checks.append(fits(value, root["$defs"][rule["$ref"].rpartition("/")[2]], root))
    if "enum" in rule:
        checks.append(any(value == one and type(value) is type(one) for one in rule["enum"]))
    if "const" in rule:
        checks.append(value == rule["const"])
    checks += [any(fits(value, each, root) for each in rule["anyOf"])] if "anyOf" in rule else []
    if isinstance(value, str):
        checks.append(len(value) <= rule.get("maxLength", 10**6))
    if isinstance(value, int):
        checks.append(rule.get("minimum", value) <= value <= rule.get("maximum", value))
    if isinstance(value, list):
        checks.append(len(value) <= rule.get("maxItems", 10**6))
        checks += [fits(each, rule.get("items", True), root) for each in value]
    if isinstance(value, dict):
        described = rule.get("properties", {})
        checks += [name in value for name in rule.get("required", [])]
        checks += [fits(each, described[name], root) for name, each in value.items() if name in described]
        others = rule.get("additionalProperties", True)
        checks += [fits(each, others, root) for name, each in value.items() if name not in described]
        for name, needs in rule.get("dependentRequired", {}).items():
            checks += [each in value for each in needs] if name in value else []
    return all(checks)
