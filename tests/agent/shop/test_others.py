import pytest

from agent.shop.english.asking import needs_parcel, without_another
from agent.shop.english.whose import about_others


@pytest.mark.parametrize(
    "text",
    [
        "show me someone else's orders", "what did my someone else order", "What did someone else order?",
        "has anyone else bought this", "who else bought the mug", "and everyone else?",
        "tell me about somebody else", "my orders and those of everyone else",
        "Show me the orders placed by John or someone else", "or someone else's orders",
        "show me everybody else's address", "track someone else", "look up another customer",
        "my orders or someone else's orders", "cancel someone else's order", "what about everybody else",
        "Show the parcels of someone else", "where does someone else live", "Give me another person's order",
        "Show me another person's orders", "what did another person buy?",
    ],
)  # fmt: skip
def test_other_peoples_data_are_asked_for(text: str) -> None:
    assert about_others(text, "ada9")


@pytest.mark.parametrize(
    "text",
    [
        "is the mug with UPS or someone else?", "is the processor with ups or somebody else",
        "Is A123 coming by DHL, or someone else?", "who has my parcel, NorthPost or anyone else?",
        "is it UPS or another company?", "is the mug with a different courier?",
        "does FedEx or someone else deliver it?", "Was my mug delivered to someone else?",
        "Did someone else sign for my parcel?", "Can someone else collect my parcel?",
        "is someone else delivering the mug?", "I bought the mug for someone else",
        "is NorthPost or someone else bringing the lamp?", "is the lamp with another carrier?",
        "Did you give my parcel to somebody else?", "which courier has the mug, UPS or some other company",
        "Is the mug with UPS or anybody else?", "will UPS or someone else ring?", "handed to UPS or someone else?",
        "UPS or someone else?", "Is the mug being shipped via DPD or by someone else",
        "can another person accept my parcel", "Is my mug with UPS or with someone else's van?",
        "is it in somebody else’s delivery truck", "is the mug in anyone else's hands",
    ],
)  # fmt: skip
def test_another_carrier_or_somebody_who_takes_a_parcel_is_no_request_for_their_data(text: str) -> None:
    assert not about_others(text, "ada9")


@pytest.mark.parametrize("carrier", ["UPS", "dhl", "Royal Mail", "NorthPost", "fedex"])
def test_a_carriers_name_asks_for_the_parcel(carrier: str) -> None:
    assert needs_parcel(f"is the mug with {carrier} or someone else?")
    assert not needs_parcel("is the push-ups board here?")


def test_another_carrier_is_taken_out_and_other_orders_are_not() -> None:
    assert without_another("is the mug with UPS or someone else?") == "is the mug with UPS or ?"
    assert without_another("is it UPS or some other courier").strip() == "is it UPS or"
    for text in ("what else did I order", "someone else's orders", "the other orders"):
        assert without_another(text) == text
