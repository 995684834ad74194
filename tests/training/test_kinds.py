from agent.shop.english import kinds
from headstart.kinds.learning import digest
from training.kinds import examples

MOST_KILOBYTES = 500


def test_the_kinds_were_learned_from_these_very_phrasings() -> None:
    assert kinds.kinds().learned_from == digest(examples()), "Run `python -m training.kinds`."


def test_they_take_little_room() -> None:
    assert kinds.FILE.stat().st_size < MOST_KILOBYTES * 1_000


def test_every_kind_that_is_acted_on_was_learned() -> None:
    acted_on = {kinds.PERSON, kinds.ANGRY, kinds.SPENT, kinds.SPENT_THIS_YEAR}
    acted_on |= {kinds.CHEAPEST, kinds.OLDEST, kinds.NEXT_TO_ARRIVE}
    assert acted_on <= set(kinds.kinds().names)
