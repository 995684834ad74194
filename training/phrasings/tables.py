"""Loads the phrasings: what customers write, as data in a TOML file each.

Placeholders have names there. When the model was first taught they were single letters, and which lines are kept from
training is told by a line's spelling (`names.is_held_out`): so a file says under `[letters]` what each was called, and
lines are given out with the letters. The split, and every conversation that is generated, stays what it was.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from pydantic import BaseModel, ConfigDict, ValidationError

FOLDER = Path(__file__).parent
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SEVERAL = " + "
"""Between the parts of a key that is several things."""


class Phrasings(BaseModel):
    """A file: paraphrases by what they ask for. A block is one of them a line."""

    model_config = ConfigDict(extra="forbid")

    letters: dict[str, str] = {}
    """By a placeholder's name, its letter."""
    blocks: dict[str, list[str]] = {}
    rows: dict[str, list[list[str]]] = {}
    """Blocks in an order that means something: the first place, the second."""
    by_one: dict[str, dict[str, list[str]]] = {}
    """Blocks by one word."""
    by_several: dict[str, dict[str, list[str]]] = {}
    """Blocks by several words, joined by ` + `."""
    choices: dict[str, list[str]] = {}
    """Words that stand within a question: all of them are used in training."""
    choices_by_one: dict[str, dict[str, list[str]]] = {}

    def lettered(self, texts: list[str]) -> list[str]:
        """Texts with each placeholder's letter."""
        return [_PLACEHOLDER.sub(lambda match: f"{{{self.letters[match.group(1)]}}}", text) for text in texts]

    def block(self, texts: list[str]) -> str:
        """The same, a line each."""
        return "\n".join(self.lettered(texts))

    def lists(self) -> Iterator[tuple[str, list[str]]]:
        """Every list of texts with where it stands."""
        yield from self.blocks.items()
        yield from self.choices.items()
        for name, rows in self.rows.items():
            yield from ((f"{name}[{number}]", row) for number, row in enumerate(rows))
        for group in (self.by_one, self.by_several, self.choices_by_one):
            for name, table in group.items():
                yield from ((f"{name}.{key}", texts) for key, texts in table.items())


@cache
def tables(name: str) -> SimpleNamespace:
    """The tables of `NAME.toml` by their names. Raises ValueError for a file that is not as expected."""
    return read(FOLDER / f"{name}.toml")


def read(path: Path) -> SimpleNamespace:
    """The tables of a file; see `tables`."""
    try:
        found = Phrasings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ValueError(f"{path.name} is no file of phrasings: {error}") from error
    _check(found, path.name)
    made: dict[str, object] = {name: found.block(texts) for name, texts in found.blocks.items()}
    made |= {name: list(map(found.block, rows)) for name, rows in found.rows.items()}
    made |= {name: {key: found.block(texts) for key, texts in table.items()} for name, table in found.by_one.items()}
    made |= {
        name: {tuple(key.split(_SEVERAL)): found.block(texts) for key, texts in table.items()}
        for name, table in found.by_several.items()
    }
    made |= {name: found.lettered(texts) for name, texts in found.choices.items()}
    made |= {
        name: {key: found.lettered(texts) for key, texts in table.items()}
        for name, table in found.choices_by_one.items()
    }
    return SimpleNamespace(**made)


def _check(found: Phrasings, name: str) -> None:
    used: set[str] = set()
    for where, texts in found.lists():
        if not texts or not all(text.strip() == text != "" for text in texts):
            raise ValueError(f"{name}, {where}: expected texts without blanks around them, found none or an empty one.")
        placeholders = {placeholder for text in texts for placeholder in _PLACEHOLDER.findall(text)}
        if unknown := placeholders - set(found.letters):
            expected = ", ".join(sorted(found.letters)) or "none"
            raise ValueError(f"{name}, {where}: expected placeholders {expected}, found {', '.join(sorted(unknown))}.")
        used |= placeholders
    if unused := set(found.letters) - used:
        raise ValueError(f"{name}: no text uses {', '.join(sorted(unused))}. Take it out of [letters].")
