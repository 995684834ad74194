import random
import re
from collections.abc import Callable

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from agent.shop import contents
from agent.shop.policy import item_meant
from agent.shop.records import HISTORY_LIMIT
from training.conversations import account, follow_ups, lookups, services, world
from training.conversations.talk import Talk
from training.conversations.typing_habits import lines
from training.phrasings.tables import tables

list_phrasings = tables("list")
place_phrasings = tables("place")


def talk_of(seed: int, size: int = 5, *, history: bool = True) -> Talk:
    draw = random.Random(seed)
    talk = Talk(draw, world.customer(draw, size=size), held_out=False)
    if history:
        talk.ahead("get_order_history", {})
    return talk


def asked(turn: Callable[[Talk], bool], size: int = 5, *, count: int = 30, history: bool = True) -> list[Talk]:
    talks = [talk_of(seed, size, history=history) for seed in range(count)]
    return [talk for talk in talks if turn(talk)]


def question(talk: Talk) -> str:
    return next(message.text for message in reversed(talk.messages) if isinstance(message, HumanMessage))


def calls(talk: Talk) -> list[dict]:
    learned = [talk.messages[place] for place in sorted(talk.kinds)]
    return [call for message in learned if isinstance(message, AIMessage) for call in message.tool_calls]


def test_an_order_told_by_its_place_is_the_one_at_that_place_of_the_list() -> None:
    found = 0
    for seed in range(60):
        talk = talk_of(seed)
        assert lookups.history(talk, "all")
        listed = list(talk.told)
        assert listed == [order.order_id for order in talk.customer.listed]
        if not follow_ups.by_place(talk):
            continue
        for at, table in [*enumerate(place_phrasings.PLACES), (-1, place_phrasings.BOTTOM)]:
            if any(re.search(rf"\b{re.escape(words)}\b", question(talk)) for words in lines(table, held_out=False)):
                assert talk.told == [listed[at]], question(talk)
                found += 1
                break
    assert found > 20


def test_the_one_before_is_the_next_older_order() -> None:
    found = 0
    for seed in range(60):
        talk = talk_of(seed)
        if not lookups.look_up(talk) or talk.last is None:
            continue
        numbers = [order.order_id for order in talk.customer.listed]
        before = numbers.index(talk.last[0]) + 1
        if follow_ups.the_one_before(talk):
            assert talk.told == [numbers[before]]
            found += 1
    assert found > 20


def test_what_is_in_it_is_read_from_the_order_and_told_with_its_items() -> None:
    found = 0
    for seed in range(200):
        talk = talk_of(seed)
        if lookups.look_up(talk) and follow_ups.follow_up(talk) and "contents by it" in talk.kinds.values():
            order = talk.customer.find(talk.told[0])
            assert order
            assert calls(talk)[-1]["args"] == {"order_id": order.order_id}
            assert talk.messages[-1].text.endswith(contents.holding(order))
            found += 1
    assert found > 10


def test_an_unknown_number_is_mostly_nearly_one_of_the_customers_and_told_as_unknown() -> None:
    near = 0
    talks = asked(lookups.absent_number, count=60) + asked(services.change_absent, count=60)
    for talk in talks:
        number = re.findall(r"There is no order (\w+) in your account\.", talk.messages[-1].text)[0]
        known = {order.order_id for order in talk.customer.orders}
        assert number not in known
        assert calls(talk)[-1]["args"]["order_id"] == number
        near += any(len(set(enumerate(number)) ^ set(enumerate(one))) <= 4 for one in known)
    assert near > len(talks) / 2


def test_a_return_by_product_code_is_of_the_order_that_holds_it() -> None:
    returned = 0
    for talk in asked(services.return_by_code, count=80, history=False):
        code = re.findall(r"P\d{3,5}", question(talk), re.IGNORECASE)[0].upper()
        holders = [order for order in talk.customer.orders if code in {item.product_id for item in order.items}]
        last = calls(talk)[-1]
        if not holders:
            name = talk.customer.products[code].name
            assert re.sub(r" [(\"<].*|:.*", "", name) in talk.messages[-1].text
            assert last["name"] != "request_return"
            continue
        assert (last["name"], last["args"]["order_id"]) == ("request_return", holders[0].order_id)
        meant = item_meant(holders[0], last["args"]["item"])
        assert meant is None or meant.product_id == code
        returned += meant is not None
    assert returned > 40


def test_two_things_of_the_account_are_told_in_its_own_lines() -> None:
    talks = asked(account.two_of_account)
    told = [talk.messages[-1].text.split("\n") for talk in talks]
    for talk, answer in zip(talks, told, strict=True):
        own = contents.account(talk.customer.account).split("\n")
        assert answer == [line for line in own if line in answer]
        assert [call["name"] for call in calls(talk)] == ["get_account"]
    assert sum(len(answer) == 2 for answer in told) > 20


def test_of_somebody_else_nothing_is_told_with_the_own_account_in_the_prompt() -> None:
    for talk in asked(lambda talk: account.own_account(talk) and account.of_others(talk)):
        assert talk.messages[-1].text == services.ONLY_YOURS
        assert talk.customer.account.customer_id not in question(talk)


def test_a_list_in_other_words_has_the_orders_of_the_statuses_meant() -> None:
    listed = 0
    for talk in asked(lambda talk: lookups.history(talk, "in words"), size=8, count=60):
        answer = talk.messages[-1].text
        if not answer.startswith("- "):
            assert answer == contents.history_summary(talk.customer.history())
            continue
        told = [order.status.value for order in map(talk.customer.find, talk.told) if order]
        fitting = [meant for meant in list_phrasings.IN_WORDS if set(told) <= set(meant)]
        counts = [sum(order.status.value in meant for order in talk.customer.orders) for meant in fitting]
        assert len(told) in counts
        listed += 1
    assert listed > 30


def test_no_item_is_denied_among_many_orders_without_a_search() -> None:
    talks = asked(lookups.absent_among_many, size=40)
    assert len(talks) > 10
    assert all(talk.customer.count > HISTORY_LIMIT for talk in talks)
    for talk in talks:
        searched = talk.messages[-2]
        assert isinstance(searched, ToolMessage)
        assert searched.name == "search_orders"
        words = re.findall(r"I can't find (?:an? )?(.+) among", talk.messages[-1].text)[0]
        assert not talk.customer.with_words(words), "what is near it is found, and is not it"
    assert not asked(lookups.absent_among_many, size=8)


def test_no_paraphrase_stands_twice_in_a_table() -> None:
    for table in [*list_phrasings.IN_WORDS.values(), *place_phrasings.PLACES, *follow_ups.BARE.values()]:
        every = table.strip().split("\n")
        assert len(set(every)) == len(every)
