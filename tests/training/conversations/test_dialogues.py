import re

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from transformers import AutoTokenizer

from agent.shop.phrases import PHRASES
from agent.shop.records import HISTORY_LIMIT
from agent.shop.tools import TOOLS
from agent.turn import synthetic
from headstart.llama.format.tool_calls import CHATML
from headstart.llama.loading.embedded import find_gguf
from headstart.world.langchain import schemas
from training.conversations import names
from training.conversations.dialogues import Conversation, conversation, encode
from training.fit.evaluate import FACT

SEEDS = range(150)
OF_SHOP = [talked for talked in map(conversation, SEEDS) if talked.of_shop]


@pytest.fixture(scope="module")
def tokenizer():
    weights = find_gguf()
    return AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name)


def rendered(talked: Conversation) -> list[dict]:
    return talked.turns()


def test_the_same_seed_gives_the_same_conversation() -> None:
    assert [rendered(conversation(seed)) for seed in range(20)] == [rendered(conversation(seed)) for seed in range(20)]


def test_training_and_held_out_conversations_differ() -> None:
    assert rendered(conversation(3)) != rendered(conversation(3, held_out=True))


def test_text_is_what_the_dialect_and_the_chat_template_make_of_the_messages(tokenizer) -> None:
    for talked in [conversation(seed) for seed in range(25)]:
        tools = schemas(tool for tool in TOOLS if tool.shown) if talked.of_shop else talked.tools
        ids = tokenizer.apply_chat_template(CHATML.turns(talked.messages, tools), tokenize=True, return_dict=False)
        assert encode(tokenizer, talked).ids == ids


def test_learned_is_what_the_assistant_says_itself_with_its_end(tokenizer) -> None:
    for talked in [conversation(seed) for seed in range(25)]:
        encoded = encode(tokenizer, talked)
        said = [CHATML.turns([talked.messages[place]], [])[0]["content"] for place in sorted(talked.kinds)]
        assert [tokenizer.decode(encoded.ids[a:b]) for a, b, _ in encoded.spans] == [f"{s}<|im_end|>" for s in said]
        assert sum(encoded.learned) == sum(b - a for a, b, _ in encoded.spans)
        assert all(isinstance(talked.messages[place], AIMessage) for place in talked.kinds)


def test_an_exchange_placed_ahead_is_not_learned_and_the_next_word_is_the_customers() -> None:
    found = 0
    for talked in OF_SHOP:
        for place, message in enumerate(talked.messages):
            if synthetic.is_synthetic(message):
                assert message.text == (PHRASES.typing if found_before(talked, place) else PHRASES.signed_in)
                assert isinstance(talked.messages[place + 2], ToolMessage)
                assert all(isinstance(m, HumanMessage) for m in talked.messages[place + 3 : place + 4])
                assert not {place, place + 1, place + 2} & talked.kinds.keys()
                found += 1
    assert found > 50


def found_before(talked: Conversation, place: int) -> bool:
    return any(map(synthetic.is_synthetic, talked.messages[:place]))


def test_every_fact_in_an_answer_stands_in_a_result_before_it() -> None:
    answers = 0
    for talked in OF_SHOP:
        for place in talked.kinds:
            message = talked.messages[place]
            if message.tool_calls:
                continue
            before = "\n".join(m.text for m in talked.messages[:place] if isinstance(m, ToolMessage))
            facts = FACT.findall(message.text)
            assert all(fact in before for fact in facts), message.text
            answers += bool(facts)
    assert answers > 300


def test_every_call_fits_its_tool() -> None:
    parameters = {tool["function"]["name"]: tool["function"]["parameters"] for tool in schemas(TOOLS)}
    made = [
        call
        for talked in OF_SHOP
        for message in talked.messages
        if isinstance(message, AIMessage)
        for call in message.tool_calls
    ]
    assert len(made) > 100
    for call in made:
        assert set(parameters[call["name"]].get("required", [])) <= set(call["args"])
        assert set(call["args"]) <= set(parameters[call["name"]].get("properties", {}))


def test_order_numbers_in_calls_are_written_as_the_shop_writes_them() -> None:
    numbers = [
        call["args"]["order_id"]
        for talked in OF_SHOP
        for message in talked.messages
        if isinstance(message, AIMessage)
        for call in message.tool_calls
        if "order_id" in call["args"]
    ]
    assert len(numbers) > 100
    assert all(re.fullmatch(r"[A-Z]\d{3,7}", number) for number in numbers)


def test_more_than_half_of_what_is_learned_of_the_shop_is_about_single_orders() -> None:
    kinds = [kind.removeprefix("call:") for talked in OF_SHOP for kind in talked.kinds.values()]
    single = ("status", "price", "ordered", "carrier", "parcel", "contents", "follow-up", "two", "absent", "ambig")
    changes = ("cancel", "request", "change")
    assert sum(kind.startswith(single + changes) for kind in kinds) > len(kinds) / 2


@pytest.mark.parametrize("size", [0, 1, 2, 8, 40])
def test_every_account_size_lists_at_most_the_limit(size: int) -> None:
    talked = conversation(7, size=size)
    listed = [
        line
        for message in talked.messages
        if isinstance(message, ToolMessage) and message.name == "get_order_history"
        for line in message.text.split("\n")
        if re.match(r"[A-Z]\d+: ", line)
    ]
    assert len(set(listed)) <= (size if size < HISTORY_LIMIT else 2 * HISTORY_LIMIT)


def test_held_out_items_never_occur_in_training() -> None:
    held = [
        message.text.rpartition(" It holds ")[2]
        for seed in range(40)
        for message in conversation(seed, held_out=True, size=5).messages
        if isinstance(message, ToolMessage) and message.name == "get_order"
    ]
    found = re.findall(r"\d+ x (.+?) \(P\d+\)", "\n".join(held))
    assert len(found) > 10
    assert all(names.is_held_out(names.plain(name)) for name in found)


def test_the_demo_products_are_never_trained_on() -> None:
    assert names.demo_names()
    text = "\n".join(
        message.text for talked in OF_SHOP for message in talked.messages if isinstance(message, ToolMessage)
    )
    assert not [name for name in names.demo_names() if f": {name} (" in text]
