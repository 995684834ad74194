import pytest

from agent.shop.english.wishes import asks_how_a_change_stands, change_of_mine


@pytest.mark.parametrize(
    "text",
    [
        "where's my refund for the mug?", "Where is my refund?", "When will my refund arrive?", "refund status?",
        "has my refund come through?", "I haven't received my refund", "did you cancel A123?",
        "How is my refund going?",
        "was my order cancelled?", "why was my order cancelled", "What happened to my return?",
        "any news on my refund?",
        "still waiting for my refund for the mug", "I never got my money back for the mug", "has the mug been returned",
        "tell me where my refund for the mug is", "Is the return of the mug registered?",
    ],
)  # fmt: skip
def test_what_became_of_a_change_is_no_wish_for_one(text: str) -> None:
    assert asks_how_a_change_stands(text)


@pytest.mark.parametrize(
    "text",
    [
        "I want a refund for the mug", "can I get a refund for the mug?", "refund the mug please", "return the mug",
        "is it possible to cancel A123?", "Is it too late to cancel?", "Is there still time to cancel A123?",
        "I'd like to have A123 cancelled", "have A123 cancelled, please", "why don't you just cancel it",
        "When I got the mug it was broken, I want to return it", "I haven't received it yet, cancel my order",
        "How do I return the mug?", "Where can I return the mug?", "The refund for the mug, please", "cancel A123",
    ],
)  # fmt: skip
def test_a_wish_for_a_change_is_one(text: str) -> None:
    assert not asks_how_a_change_stands(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Cancel my order", "cancel_order"),
        ("Hi, I'd like to cancel the order please", "cancel_order"),
        ("can you return my last purchase?", "request_return"),
        ("cancel one of my orders", ""),
        ("cancel my order of the mug?!", "cancel_order"),
        ("don't cancel my order", ""),
        ("when will you cancel my order", ""),
    ],
)
def test_a_change_of_my_order_is_told_by_its_words(text: str, name: str) -> None:
    assert change_of_mine(text) == name
