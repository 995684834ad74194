import pytest

from agent.shop.english.changes_asked import count_of, named_items


@pytest.mark.parametrize(
    ("text", "of", "count"),
    [
        ("make it one mug instead of two", 2, 1),
        ("I only need one of them", 3, 2),
        ("only two please", 3, 1),
        ("remove one of the candles", 3, 1),
        ("take out 2", 3, 2),
        ("one less please", 2, 1),
        ("two are enough", 3, 0),
        ("two is enough", 3, 1),
        ("reduce the quantity to 1", 3, 2),
        ("take the mug out", 2, 0),
        ("remove three of them", 2, 0),
        ("remove one of the candles", 1, 0),
    ],
)
def test_so_many_pieces_go_and_all_where_none_are_told(text: str, of: int, count: int) -> None:
    assert count_of(text, of) == count


def test_the_items_that_a_text_names_are_told_apart() -> None:
    items = ("Desk Lamp", "Yoga Mat")
    assert named_items("the mat please", items) == ["Yoga Mat"]
    assert named_items("both the lamp and the mat", items) == list(items)
    assert named_items("neither", items) == []
