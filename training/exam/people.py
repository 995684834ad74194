"""Who shops in the exam: names, streets and towns that neither training nor the demo draws from."""

import random

FIRST = """
Aurelia|Bartholomew|Cosima|Dagmar|Eszter|Fergus|Gwendolyn|Hedda|Ibrahim|Jolanta|Katarzyna|Leopold|Marguerite
Ngozi|Orsolya|Percival|Ragnhild|Saoirse|Thaddeus|Ursula|Viggo|Winifred|Xanthe|Yevgenia|Zoltan|Agnieszka|Bertrand
Clementine|Domenico|Evangeline|Florian|Giselle|Humphrey|Isolde|Jarmila|Konstantin|Lysander|Mirabel|Nerys|Oswald
"""
LAST = """
Abernathy|Bjornstad|Cavendish|Drozdov|Eisenhower|Featherstone|Grabowski|Hollingsworth|Ivarsson|Jokinen
Kirschbaum|Lovelace|Mackintosh|Nakagawa|Oyelaran|Pellegrini|Quigley|Rasmussen|Szabo|Thistlethwaite|Uchida
Vanderberg|Whitcombe|Yarborough|Zielinski|Ashdown|Boulanger|Czerny|Delacroix|Esposito|Fitzgerald|Goldsmith
"""
STREETS = """
Tannery Row|Saddler's Yard|Pilgrim Street|Windmill Terrace|Copperfield Road|Larkspur Lane|Quarry Bank|Friary Walk
Mulberry Gardens|Foundry Street|Hawthorn Rise|Juniper Crescent|Old Ropewalk|Beacon Drive|Lighthouse Way
"""
TOWNS = """
Aberdeen|Trondheim|Salzburg|Antwerp|Ljubljana|Rotterdam|Gdansk|Palermo|Valencia|Uppsala|Limerick|Dundee|Tallinn
Marseille|Freiburg|Plovdiv|Coimbra|Odense|Kaunas|Winnipeg
"""


def table(text: str) -> list[str]:
    """The entries of one of the tables above."""
    return [word for line in text.strip().split("\n") for word in line.split("|")]


_FIRST, _LAST, _STREETS, _TOWNS = map(table, (FIRST, LAST, STREETS, TOWNS))


def person(draw: random.Random) -> str:
    """A name of a person."""
    return f"{draw.choice(_FIRST)} {draw.choice(_LAST)}"


def address(draw: random.Random) -> str:
    """A postal address on one line."""
    return f"{draw.randrange(2, 180)} {draw.choice(_STREETS)}, {draw.choice(_TOWNS)}"


def town(draw: random.Random) -> str:
    """A place that parcels pass through."""
    return draw.choice(_TOWNS)
