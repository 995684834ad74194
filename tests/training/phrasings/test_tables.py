from pathlib import Path

import pytest

from training.phrasings import tables

WHOLE = """
[letters]
order = "x"

[blocks]
STATUS = ["Where is {order}?", "Has {order} come?"]

[rows]
PLACES = [["the first"], ["the second", "the next {order}"]]

[by_one.BARE]
price = ["And its price?"]

[by_several.MIXED]
"status + price" = ["Where is {order}, and what was it?"]

[choices]
JOINTS = ["and {order}", "or"]

[choices_by_one.BEFORE]
Shipped = ["sent", "shipped"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "a.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_tables_come_with_the_letters_that_lines_were_spelled_with(tmp_path: Path) -> None:
    assert vars(tables.read(written(tmp_path, WHOLE))) == {
        "STATUS": "Where is {x}?\nHas {x} come?",
        "PLACES": ["the first", "the second\nthe next {x}"],
        "BARE": {"price": "And its price?"},
        "MIXED": {("status", "price"): "Where is {x}, and what was it?"},
        "JOINTS": ["and {x}", "or"],
        "BEFORE": {"Shipped": ["sent", "shipped"]},
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Has {order} come?", "Has {mug} come?"), "STATUS: expected placeholders order, found mug"),
        (('["And its price?"]', "[]"), "BARE.price: expected texts"),
        (('"sent", ', '" sent", '), "BEFORE.Shipped: expected texts"),
        (('order = "x"', 'order = "x"\nitem = "y"'), "no text uses item"),
        (("[choices]", "[chocies]"), "chocies"),
        (("[blocks]", "[blocks"), "a.toml is no file of phrasings"),
    ],
)
def test_a_file_that_is_not_as_expected_is_refused(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said.replace("[", r"\[")):
        tables.read(written(tmp_path, WHOLE.replace(*change)))


def test_every_file_is_as_expected() -> None:
    files = sorted(tables.FOLDER.glob("*.toml"))
    assert len(files) > 10
    assert all(vars(tables.tables(path.stem)) for path in files)
