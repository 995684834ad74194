"""Conversations with tools as each model family documents them, byte for byte.

The templates here are this project's own, reduced to what a conversation with tools needs; what they render, and what
the published ones render of the same conversation, is in `PROMPTS`. Sources of the formats: Llama 3 and 3.1, "prompt
formats" in github.com/meta-llama/llama-models, and `chat_template` of meta-llama/Meta-Llama-3-8B-Instruct,
Llama-3.1-8B-Instruct and Llama-3.2-3B-Instruct; Qwen 2.5, `chat_template` of Qwen/Qwen2.5-0.5B-Instruct and
qwen.readthedocs.io, "function calling"; Hermes, github.com/NousResearch/Hermes-Function-Calling; SmolLM2,
`chat_template` of HuggingFaceTB/SmolLM2-135M-Instruct. A model whose weights lie on this machine is held to the same.
"""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from tokenizers import Tokenizer, models
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from headstart.llama.format.call_reader import CallPiece, CallReader, TextPiece
from headstart.llama.format.prompt import PromptRenderer
from headstart.llama.format.tool_calls import choose_dialect
from headstart.llama.loading.choice import is_cached
from headstart.llama.loading.weights import Loaded

TOOL = {
    "type": "function",
    "function": {
        "name": "get_order",
        "description": "One order.",
        "parameters": {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]},
    },
}
CALL = {"name": "get_order", "args": {"order_id": "A123"}, "id": "1", "type": "tool_call"}
CONVERSATION = [
    SystemMessage("Be kind."),
    HumanMessage("Where is A123?"),
    AIMessage("", tool_calls=[CALL]),
    ToolMessage("Mug (A123) is shipped.", tool_call_id="1", name="get_order"),
    AIMessage("It is shipped."),
    HumanMessage("Thanks"),
]

LLAMA3_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>\n\n"
    "{{ message.content | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
LLAMA31_TEMPLATE = (
    "{% macro turn(role, text) %}<|start_header_id|>{{ role }}<|end_header_id|>\n\n{{ text }}<|eot_id|>{% endmacro %}"
    "{% set listed %}{% for tool in tools or [] %}{{ tool | tojson(indent=4) }}\n\n{% endfor %}{% endset %}"
    "{% set how %}{% if not tools_in_user_message %}You have access to the following functions. To call a function, "
    "please respond with JSON for a function call.{% else %}Given the following functions, please respond with a JSON "
    "for a function call with its proper arguments that best answers the given prompt.\n\n{% endif %}"
    'Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.'
    "Do not use variables.\n\n{{ listed }}{% endset %}"
    "{{ bos_token }}"
    "{% set about %}{% if tools %}Environment: ipython\n{% endif %}Cutting Knowledge Date: December 2023\n"
    "Today Date: 26 Jul 2024\n\n{% if tools and not tools_in_user_message %}{{ how }}{% endif %}"
    "{{ messages[0].content | trim if messages[0].role == 'system' }}{% endset %}{{ turn('system', about) }}"
    "{% for message in messages if message.role != 'system' %}"
    "{% if message.tool_calls %}{% if message.tool_calls | length > 1 %}"
    '{{ raise_exception("one call a message") }}{% endif %}'
    "{% set call = message.tool_calls[0].function %}"
    '{{ turn("assistant", \'{"name": "\' + call.name + \'", "parameters": \' + (call.arguments | tojson) + "}") }}'
    "{% elif message.role == 'tool' %}{{ turn('ipython', message.content | tojson) }}"
    "{% elif loop.first and tools and tools_in_user_message %}{{ turn('user', how + message.content) }}"
    "{% else %}{{ turn(message.role, message.content | trim) }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
QWEN_TEMPLATE = (
    # The environment that templates run in drops a line break right after a statement: such breaks are expressions.
    "<|im_start|>system\n"
    "{{ messages[0].content if messages[0].role == 'system' else 'You are Qwen, created by Alibaba Cloud. You are a "
    "helpful assistant.' }}{% if tools %}{{ '\n\n' }}# Tools\n\nYou may call one or more functions to assist with the "
    "user query.\n\nYou are provided with function signatures within <tools></tools> XML tags:\n<tools>"
    "{% for tool in tools %}{{ '\n' }}{{ tool | tojson }}{% endfor %}{{ '\n' }}</tools>\n\nFor each function call, "
    "return a json object with function name and arguments within <tool_call></tool_call> XML tags:\n<tool_call>\n"
    '{{ \'{{"name": <function-name>, "arguments": <args-json-object>}}\' }}\n</tool_call>{% endif %}<|im_end|>\n'
    "{% for message in messages if message.role != 'system' %}"
    "<|im_start|>{{ 'user' if message.role == 'tool' else message.role }}"
    "{% if message.role == 'tool' %}{{ '\n' }}<tool_response>\n{{ message.content }}\n</tool_response>"
    "{% else %}{% if message.content or not message.tool_calls %}{{ '\n' + message.content }}{% endif %}"
    "{% for call in message.tool_calls or [] %}{{ '\n' }}<tool_call>\n"
    '{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}\n</tool_call>'
    "{% endfor %}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant{{ '\n' }}{% endif %}"
)
CHATML_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

_SCHEMA = '{"name": "get_order", "description": "One order.", "parameters": {"order_id": {"type": "string"}}}'
PROMPTS = {
    "llama3": f"""<|begin_of_text|><|start_header_id|>system<|end_header_id|>

Be kind.

You have access to these functions, one JSON object a line:
{_SCHEMA}
To call a function, answer only with <tool_call>{{"name": function name, "parameters": dictionary of argument name and \
its value}}</tool_call>. Do not use variables. The result comes back to you within <tool_response></tool_response>.\
<|eot_id|><|start_header_id|>user<|end_header_id|>

Where is A123?<|eot_id|><|start_header_id|>assistant<|end_header_id|>

<tool_call>{{"name": "get_order", "parameters": {{"order_id": "A123"}}}}</tool_call><|eot_id|>\
<|start_header_id|>user<|end_header_id|>

<tool_response>
Mug (A123) is shipped.
</tool_response><|eot_id|><|start_header_id|>assistant<|end_header_id|>

It is shipped.<|eot_id|><|start_header_id|>user<|end_header_id|>

Thanks<|eot_id|><|start_header_id|>assistant<|end_header_id|>

""",
    "llama3.1": """<|begin_of_text|><|start_header_id|>system<|end_header_id|>

Environment: ipython
Cutting Knowledge Date: December 2023
Today Date: 26 Jul 2024

You have access to the following functions. To call a function, please respond with JSON for a function call.\
Respond in the format {"name": function name, "parameters": dictionary of argument name and its value}.\
Do not use variables.

{
    "type": "function",
    "function": {
        "name": "get_order",
        "description": "One order.",
        "parameters": {
            "type": "object",
            "properties": {
                "order_id": {
                    "type": "string"
                }
            },
            "required": [
                "order_id"
            ]
        }
    }
}

Be kind.<|eot_id|><|start_header_id|>user<|end_header_id|>

Where is A123?<|eot_id|><|start_header_id|>assistant<|end_header_id|>

{"name": "get_order", "parameters": {"order_id": "A123"}}<|eot_id|><|start_header_id|>ipython<|end_header_id|>

"Mug (A123) is shipped."<|eot_id|><|start_header_id|>assistant<|end_header_id|>

It is shipped.<|eot_id|><|start_header_id|>user<|end_header_id|>

Thanks<|eot_id|><|start_header_id|>assistant<|end_header_id|>

""",
    "qwen2.5": """<|im_start|>system
Be kind.

# Tools

You may call one or more functions to assist with the user query.

You are provided with function signatures within <tools></tools> XML tags:
<tools>
{"type": "function", "function": {"name": "get_order", "description": "One order.", "parameters": {"type": "object", \
"properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}}}
</tools>

For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:
<tool_call>
{{"name": <function-name>, "arguments": <args-json-object>}}
</tool_call><|im_end|>
<|im_start|>user
Where is A123?<|im_end|>
<|im_start|>assistant
<tool_call>
{"name": "get_order", "arguments": {"order_id": "A123"}}
</tool_call><|im_end|>
<|im_start|>user
<tool_response>
Mug (A123) is shipped.
</tool_response><|im_end|>
<|im_start|>assistant
It is shipped.<|im_end|>
<|im_start|>user
Thanks<|im_end|>
<|im_start|>assistant
""",
    "smollm2": f"""<|im_start|>system
Be kind.

# Tools
<tools>
{_SCHEMA}
</tools>
To use a tool, answer only with <tool_call>{{"name": ..., "arguments": {{...}}}}</tool_call><|im_end|>
<|im_start|>user
Where is A123?<|im_end|>
<|im_start|>assistant
<tool_call>{{"name": "get_order", "arguments": {{"order_id": "A123"}}}}</tool_call><|im_end|>
<|im_start|>user
<tool_response>
Mug (A123) is shipped.
</tool_response><|im_end|>
<|im_start|>assistant
It is shipped.<|im_end|>
<|im_start|>user
Thanks<|im_end|>
<|im_start|>assistant
""",
}
TEMPLATES = {
    "llama3": LLAMA3_TEMPLATE,
    "llama3.1": LLAMA31_TEMPLATE,
    "qwen2.5": QWEN_TEMPLATE,
    "smollm2": CHATML_TEMPLATE,
}
PUBLISHED = {
    "meta-llama/Meta-Llama-3-8B-Instruct": "llama3",
    "meta-llama/Llama-3.1-8B-Instruct": "llama3.1",
    "Qwen/Qwen2.5-0.5B-Instruct": "qwen2.5",
    "HuggingFaceTB/SmolLM2-135M-Instruct": "smollm2",
}


def rendered(tokenizer: Any, name: str = "") -> str:
    renderer = PromptRenderer(tokenizer, choose_dialect(tokenizer.chat_template, name))
    return renderer._render(CONVERSATION, [TOOL], generation=True)


def with_template(template: str | dict[str, str]) -> PreTrainedTokenizerFast:
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), bos_token="<|begin_of_text|>")
    tokenizer.chat_template = template
    return tokenizer


@pytest.mark.parametrize("family", PROMPTS)
def test_a_conversation_with_tools_is_rendered_as_the_family_documents_it(family: str) -> None:
    assert rendered(with_template(TEMPLATES[family])) == PROMPTS[family]


@pytest.mark.parametrize("hub_id", PUBLISHED)
def test_the_published_template_renders_the_same(hub_id: str) -> None:
    if not is_cached(hub_id):
        pytest.skip(f"{hub_id} is not on this machine")
    found = rendered(AutoTokenizer.from_pretrained(hub_id, local_files_only=True), hub_id)

    assert found == PROMPTS[PUBLISHED[hub_id]]


def test_the_embedded_models_own_template_renders_the_same(smollm: Loaded) -> None:
    assert rendered(smollm.tokenizer) == PROMPTS["smollm2"]


@pytest.mark.parametrize("family", PROMPTS)
def test_every_prompt_of_a_family_begins_with_the_one_before(family: str) -> None:
    renderer = PromptRenderer(with_template(TEMPLATES[family]), choose_dialect(TEMPLATES[family]))
    for end in (2, 4, 6):
        shorter = renderer._render(CONVERSATION[:end], [TOOL], generation=False)
        assert PROMPTS[family].startswith(shorter)


def test_a_template_for_tools_beside_one_for_talk_is_found_whatever_the_model_is_called() -> None:
    # Hermes 3 is a Llama 3.1 by name, speaks ChatML, and keeps its two templates apart.
    both = {"default": CHATML_TEMPLATE, "tool_use": QWEN_TEMPLATE}

    assert choose_dialect(both, "NousResearch/Hermes-3-Llama-3.1-8B").name == "chatml-native"
    assert rendered(with_template(both)) == PROMPTS["qwen2.5"]
    assert choose_dialect(CHATML_TEMPLATE, "NousResearch/Hermes-3-Llama-3.1-8B").name == "chatml"


DOCUMENTED_CALLS = {
    "llama3.1, asked for this form": ("llama3.1", '{"name": "get_order", "parameters": {"order_id": "A123"}}'),
    "llama3.1, by itself": (
        "llama3.1",
        '<|python_tag|>{\n    "type": "function",\n    "name": "get_order",\n    "parameters": {\n'
        '        "order_id": "A123"\n    }\n}',
    ),
    "qwen2.5": ("qwen2.5", '<tool_call>\n{"name": "get_order", "arguments": {"order_id": "A123"}}\n</tool_call>'),
    "hermes 2, arguments first": (
        "qwen2.5",
        '<tool_call>\n{"arguments": {"order_id": "A123"}, "name": "get_order"}\n</tool_call>',
    ),
    "smollm2, a list": ("smollm2", '<tool_call>[{"name": "get_order", "arguments": {"order_id": "A123"}}]</tool_call>'),
}


@pytest.mark.parametrize("written", DOCUMENTED_CALLS.values(), ids=DOCUMENTED_CALLS)
def test_the_calls_that_a_family_documents_are_read(written: tuple[str, str]) -> None:
    family, text = written
    reader = CallReader(choose_dialect(TEMPLATES[family]))
    found = [piece for char in text for piece in reader.feed(char)] + list(reader.finish())
    calls = [{**piece.call, "id": "1"} for piece in found if isinstance(piece, CallPiece)]

    assert calls == [CALL]
    assert not any(isinstance(piece, TextPiece) for piece in found)


def test_an_object_that_is_no_call_stays_text() -> None:
    reader = CallReader(choose_dialect(LLAMA31_TEMPLATE))
    found = [*reader.feed('{"order": "A123"'), *reader.feed("}"), *reader.finish()]

    assert found == [TextPiece('{"order": "A123"}')]
    assert not reader.called
