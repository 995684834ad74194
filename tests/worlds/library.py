"""A lending library: a small world with users, a write, a rule, cards and an option, as an outsider would write it."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from pydantic import BaseModel

from headstart.errors import SignInError
from headstart.world import Backend, Call, Candidate, Card, Found, Moment, Option, Options, Tool, User, Write, rule

SHELF = Call.of("list_books")
PEOPLE = {"ada": User("ada", "Ada Moreno"), "ben": User("ben", "Ben Cohen")}


class Title(BaseModel):
    title: str


class Shelves(Backend):
    def __init__(self, books: dict[str, str]) -> None:
        self.lent = books
        self.keys: set[str] = set()
        self.revisions = dict.fromkeys(PEOPLE, 0)
        self.reads: list[str] = []

    async def sign_in(self, name: str, password: str) -> User:
        if password != "book" or name not in PEOPLE:
            raise SignInError("The name or the password is wrong.")
        return PEOPLE[name]

    async def revision(self, user: User) -> int | None:
        return self.revisions[user.id]

    async def call(self, user: User, tool: str, arguments: Mapping[str, Any], write: Write | None) -> Found:
        if write is not None:
            return self.lend(user, arguments["title"], write)
        self.reads.append(tool)
        if tool == "find_book":
            return self.book(user, arguments["title"])
        listed = [f"{title} is {'in' if not who else 'lent'}." for title, who in sorted(self.lent.items())]
        return Found("\n".join(listed), {"titles": sorted(self.lent)}, "shelf", self.revisions[user.id])

    def book(self, user: User, title: str) -> Found:
        lent = self.lent.get(title, "unknown")
        text = {"": f"{title} is in.", "unknown": f"There is no {title}."}.get(
            lent, f"{title} is lent until 2027-01-31."
        )
        return Found(text, {"title": title, "lent": lent}, "book", self.revisions[user.id])

    def lend(self, user: User, title: str, write: Write) -> Found:
        if self.lent.get(title) and write.key not in self.keys:
            return Found(f"{title} is lent already.", refused=True)
        if write.dry_run:
            return Found(f"{title} will be lent to you.", before="in", after="lent")
        if write.key not in self.keys:
            self.keys.add(write.key)
            self.lent[title] = user.id
            self.revisions[user.id] += 1
        book = (Call.of("find_book", {"title": title}), self.book(user, title))
        return Found(f"{title} is yours until 2027-01-31.", {"title": title}, before="in", after="lent", renewed=[book])


@rule("sign-in")
def the_shelf(_: Moment) -> Iterator[Candidate]:
    yield Candidate(SHELF, 0.9, "the_shelf", "you came in")


@rule("typing")
def the_book_typed(moment: Moment) -> Iterator[Candidate]:
    titles = (moment.held(SHELF) or {}).get("titles", ())
    for title in (one for one in titles if one.lower() in moment.text.lower()):
        yield Candidate(Call.of("find_book", {"title": title}), 0.8, "the_book_typed", "you typed its title")


class Library:
    name = "library"
    instructions = "You lend books."
    tools = (
        Tool("list_books", "Every book.", speculation_safe=True),
        Tool("find_book", "One book by its title.", Title, speculation_safe=True),
        Tool("lend", "Lend a book.", Title, "write"),
    )
    rules = (the_shelf, the_book_typed)
    cards: ClassVar = {"book": lambda data: Card(data["title"], [data["lent"] or "in"], f"About {data['title']}: ")}
    options = (Option("books", "How many of the books there are.", int, 3),)

    @asynccontextmanager
    async def connect(self, options: Options) -> AsyncGenerator[Shelves]:
        yield Shelves(dict.fromkeys(["Emma", "Dune", "Ulysses"][: options["books"]], ""))


WORLD = Library()
