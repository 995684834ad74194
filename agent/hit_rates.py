"""What the rules' lookups were worth so far, kept from one run of the program to the next.

The file holds names of rules and counts, nothing of a customer.
"""

import json
import logging
from pathlib import Path

from headstart.speculation.prediction import Predictor
from headstart.storage import set_aside, unusable

log = logging.getLogger(__name__)

HIT_RATES = "hit_rates.json"
"""In the state folder."""
MAX_CHARS = 1_000_000
"""What follows was not written by this program."""


def load_hit_rates(predictor: Predictor, folder: Path) -> None:
    """Give the predictor what earlier sessions learned; a damaged file is set aside and the rules learn afresh."""
    path = folder / HIT_RATES
    try:
        with path.open(encoding="utf-8") as file:
            predictor.load(json.loads(file.read(MAX_CHARS)))
    except FileNotFoundError:
        return
    except OSError as error:
        log.warning("%s The rules learn afresh.", unusable(error, path))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        try:
            aside = set_aside(path)
        except OSError as problem:
            log.warning("%s The rules learn afresh.", unusable(problem, path))
            return
        log.warning("%s was damaged (%s) and is now %s; the rules learn afresh.", path, error, aside.name)


def save_hit_rates(predictor: Predictor, folder: Path) -> None:
    """Keep what the rules have learned; where that is not possible, the log says so."""
    path = folder / HIT_RATES
    part = path.with_suffix(".part")
    try:
        part.write_text(json.dumps(predictor.as_json(), indent=1), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        log.warning("%s What the rules learned is lost.", unusable(error, path))
