"""A museum: exhibitions, single works, guided tours and the way in."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal

from pydantic import BaseModel, Field

from headstart.world import Backend, Call, Candidate, Found, Moment, Options, Tool, User, Write, rule

INSTRUCTIONS = """\
You guide visitors of the Castell Museum. Answer from the museum's own records below, one or two sentences, with every \
number and name as written. Ask a tool for what is missing."""

SHOWS = {
    "now": [
        "Ink and Iron (ground floor, until 2027-05-30): Japanese prints of the railway age.",
        "The Patient Loom (second floor, until 2027-08-15): two hundred years of tapestry.",
        "Small Gods (basement, permanent): bronzes from household shrines.",
    ],
    "coming": [
        "Salt (ground floor, from 2027-06-19): photographs from the coasts of Chile.",
        "Maps of Nowhere (second floor, from 2027-09-11): invented countries in old atlases.",
    ],
    "past": ["Night Trains (ground floor, closed on 2026-12-31): posters of sleeping cars."],
}
WORKS = {
    "The Heron": """\
The Heron, a woodcut by Shiko Mori, 1921.
It hangs in room 4.
It measures 38 x 52 cm.
The museum bought it at an auction in Lyon in 1978.
The signature is in the lower left corner.""",
    "Three Weavers": """\
Three Weavers, a tapestry by Agnes Hallam, 1866.
It hangs in room 21, behind glass.
Wool and silk, 2.4 x 3.1 m.
A gift of the Hallam family from 1934.
It was restored in 2015 after moth damage.""",
    "Dancing Lar": """\
Dancing Lar, a bronze from Campania, about 50 AD.
It stands in room B2.
It is 19 cm high.
It was found in a well in 1902.""",
}
TOURS = {
    "2027-03-06": [
        "10:30 Highlights, with Noor, 60 minutes.",
        "14:00 Prints up close, with Tomas, 45 minutes, 3 places left.",
    ],
    "2027-03-07": [
        "11:00 Family tour, with Irene, 50 minutes, 8 places left.",
        "15:30 Highlights, with Noor, 60 minutes.",
    ],
}
TICKETS = {
    "adult": "Adults pay $14.",
    "reduced": "Students and pensioners pay $9 with a card.",
    "child": "Children under 12 get in free; from 12 to 17 they pay $5.",
    "group": "Groups of ten and more pay $11 each and book a week ahead.",
    "year": "A year pass costs $52 and lets a friend in on Thursdays.",
}
VISIT = """\
Open Wednesday to Sunday from 10:00 to 18:00, on Thursdays until 21:00.
Closed on Mondays and Tuesdays.
Bags larger than a sheet of paper go into the lockers, which take a $1 coin.
Photographs are allowed without flash.
A lift at the side entrance goes to all floors.
The café closes half an hour before the museum."""


class When(BaseModel):
    """Takes whether it is on now."""

    when: Literal["now", "coming", "past"] = "now"


class Title(BaseModel):
    """Takes a work's title."""

    title: str = Field(description="title of a work")


class Day(BaseModel):
    """Takes a day."""

    day: str = Field(description="YYYY-MM-DD")


class Kind(BaseModel):
    """Takes a kind of ticket."""

    kind: Literal["adult", "reduced", "child", "group", "year"]


class Museum(Backend):
    """The museum's records."""

    async def call(self, user: User, tool: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        """Run a tool."""
        match tool:
            case "exhibitions":
                return Found("\n".join(SHOWS[arguments["when"]]))
            case "work":
                said = arguments["title"].casefold().strip().removeprefix("the ")
                title = next((one for one in WORKS if said and said in one.casefold()), None)
                return Found(WORKS[title] if title else f"The museum has no work called {arguments['title']}.")
            case "guided_tours":
                return Found("\n".join(TOURS.get(arguments["day"], [])) or f"No tours on {arguments['day']}.")
            case "ticket":
                return Found(TICKETS[arguments["kind"]])
            case _:
                return Found(VISIT)


@rule("sign-in")
def what_is_on(_: Moment) -> Iterator[Candidate]:
    """Most visitors ask what there is to see."""
    yield Candidate(Call.of("exhibitions", {"when": "now"}), 0.7, "what_is_on", "you came in")


class Castell:
    """The world."""

    name = "museum"
    instructions = INSTRUCTIONS
    users = User("visitor")
    tools = (
        Tool("exhibitions", "The exhibitions: those on now, coming or past.", When, speculation_safe=True),
        Tool(
            "work",
            "One work of the collection: where it is, its size, where it comes from.",
            Title,
            speculation_safe=True,
        ),
        Tool("guided_tours", "The guided tours of a day.", Day, speculation_safe=True),
        Tool("ticket", "The price of a ticket.", Kind, speculation_safe=True),
        Tool("visit", "Opening hours, bags, photographs, lift and café.", speculation_safe=True),
    )
    rules = (what_is_on,)

    @asynccontextmanager
    async def connect(self, options: Options) -> AsyncGenerator[Museum]:
        """Nothing has to be opened."""
        yield Museum()


WORLD = Castell()
