"""What is beyond doubt before the model writes a word: an article, a sum, a person.

A customer always gets somewhere. What the shop's help answers is quoted from its article, what all orders come to is
said from the history, who wants a person gets one, and who was not helped is offered one. None of it needs a model:
small ones answer such questions with the nearest order.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Literal

from agent.shop import contents
from agent.shop.english import asking, kinds, numbers
from agent.shop.english.changes_asked import change_asked
from agent.shop.english.facts import Known
from agent.shop.english.sentences import (
    ALL_RIGHT,
    DEAD_END,
    GLAD,
    HELPED,
    NOT_MINE,
    OFFER,
    SORRY_FOR_THAT,
)
from agent.shop.english.understanding import Understanding
from agent.shop.records import OrderHistory
from agent.shop.tools import TOOLS
from headstart.guard import Asked, Verdict
from headstart.guard.check import Made

PERHAPS = 0.3
"""The likelihood from which on an article may be quoted, as long as nothing else is likelier."""
NEARLY = 0.8
"""The share of the likeliest kind's likelihood from which on an article may be what is asked for."""
GUESSED, GUESSED_SHARE = 0.2, 0.6
"""The same two for an article that is only looked up: a lookup that is not needed costs little."""
HISTORY, SEARCH_HELP, CONTACT = "get_order_history", "search_help", "contact_human"

OF_AN_ORDER = frozenset(
    {
        "damaged",
        "wrong-item",
        "missing-parcel",
        "late-parcel",
        "refund-status",
        "exchanges",
        "warranty",
        "invoices",
        "changing-an-order",
        "payment-problems",
        "reviews",
    }
)
"""The articles that are asked for with an order's name in the question."""

OF_A_PARCEL = frozenset({"missing-parcel", "late-parcel"})
"""Those of them for which the parcel's stops are told too."""
REFUND_STATUS = "refund-status"
REFUNDS = 3
"""So many returns are told of at most, the newest."""

_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_YEAR = re.compile(r"\b20\d\d\b")
_LAST_YEAR = re.compile(r"\b(?:last|previous) year\b", re.IGNORECASE)
_YES = frozenset(
    _WORDS.findall("yes yeah yep yup y sure ok okay please definitely absolutely certainly great good fine perfect")
)
_NO = frozenset(_WORDS.findall("no nope nah n not nothing never didn't doesn't don't it"))
_BESIDE = frozenset(
    _WORDS.findall(
        "a ahead all am be course did do does go hand help helped human i i'd i'm it like me mind much nice no not of"
        " over person really so thank thanks that that's the this to very was would you yes"
    )
)
"""Words that may stand beside a yes or a no; with any other, a text says more than that."""


def beforehand(asked: Asked, question: Understanding, known: Known, today: date) -> Verdict | None:
    """The calls or the answer that are due without the model; None where it is to write."""
    if asked.has_written:
        return _written(asked)
    if question.declined:
        return None
    if SEARCH_HELP in asked.called_tools:
        return _from_the_article(question, known) or _by_words(asked)
    if (replied := _replied(asked)) is not None:
        return replied
    if kinds.likelihoods(asked.question).get(kinds.PERSON, 0.0) >= kinds.SURE:
        return _person(asked.question)
    named = bool(question.orders or numbers.full_numbers(asked.question))
    if not known.unknown_number(asked.question) and (change := change_asked(asked, question, known, today)) is not None:
        return change
    if known.unknown_number(asked.question) or numbers.TYPED_PRODUCT.search(asked.question):
        return None  # A number that is nobody's, or a product's, is what is asked about.
    if not named and (total := _of_all_orders(asked, known, today)) is not None:
        return total
    if article := article_asked(asked.question, named=named):
        return Verdict(calls=_for_the_article(article, asked, question, known))
    kind, chance = kinds.likeliest(asked.question)
    if not named and kind == kinds.ANGRY and chance >= kinds.SURE:
        return Verdict(answer=f"{SORRY_FOR_THAT} {OFFER}")
    return None


def article_asked(text: str, *, named: bool) -> str:
    """The name of the help article that a text asks for; empty where it asks for something else.

    `named`: an order is named in it, so that it asks for an article only where that is about one.
    """
    name, chance = next(iter(kinds.articles(text).items()), ("", 0.0))
    least = max(kinds.SURE if named else PERHAPS, NEARLY * kinds.likeliest(text)[1])
    if name == kinds.PERSON or chance < least or (named and name not in OF_AN_ORDER):
        return ""
    return name


def article_guessed(text: str, *, named: bool) -> str:
    """The article that a text, which is still being typed, will likely ask for; less is enough than to quote it."""
    name, chance = next(iter(kinds.articles(text).items()), ("", 0.0))
    if named or name == kinds.PERSON or chance < max(GUESSED, GUESSED_SHARE * kinds.likeliest(text)[1]):
        return article_asked(text, named=named)
    return name


def unanswered(answer: str, said: Sequence[str]) -> str:
    """The question that an answer leaves unanswered; empty where it does answer."""
    return _unhelped(said) if said and (DEAD_END.search(answer) or answer.startswith(NOT_MINE)) else ""


def _for_the_article(article: str, asked: Asked, question: Understanding, known: Known) -> list[Made]:
    """The calls for an article and, where it is about orders, for what is known of these."""
    calls = [Made(SEARCH_HELP, {"text": article})]
    if article == REFUND_STATUS and known.history is None:
        calls.append(Made(HISTORY, {}))
    for key in question.orders:
        record = known.records.get(key)
        if article in OF_A_PARCEL and not (record and record.parcel):
            calls.append(Made("track_shipment", {"order_id": key}))
        elif record is None:
            calls.append(Made("get_order", {"order_id": key}))
    return [call for call in calls if not asked.called(call)]


def _from_the_article(question: Understanding, known: Known) -> Verdict | None:
    """The first paragraph of the article that was found, after what is known of the orders that it is asked for."""
    found = known.help.articles if known.help else ()
    if not found or found[0].fit < PERHAPS:
        return None
    article = found[0]
    said = _refunds(question, known) if article.name == REFUND_STATUS else _of_the_orders(question, known)
    parts = [*([said] if said else []), contents.help_answer(article)]
    return Verdict(answer="\n\n".join([*parts, f"That is from our article “{article.title}”. {HELPED}"]))


def _by_words(asked: Asked) -> Verdict | None:
    """Where no article has the name that the kinds know: the shop's own may have the question's words."""
    search = Made(SEARCH_HELP, {"text": asked.question})
    return None if asked.called(search) else Verdict(calls=[search])


def _of_the_orders(question: Understanding, known: Known) -> str:
    records = [known.records[key] for key in question.orders if key in known.records]
    return "\n".join(f"Your {one.line}{f' {one.parcel}' if one.parcel else ''}" for one in records)


def _refunds(question: Understanding, known: Known) -> str:
    """Where the refunds stand of the orders that are asked about, or of all."""
    if known.history is None:
        return question.answer
    returns = [one for one in known.history.returns if not question.orders or one.order_id in question.orders]
    if not returns:
        return question.answer or contents.NO_RETURNS
    return "\n".join(contents.refund(one) for one in returns[:REFUNDS])


def _replied(asked: Asked) -> Verdict | None:
    """What a yes or a no to the last answer's question leads to."""
    last = asked.answers[-1] if asked.answers else ""
    if not last.endswith((OFFER, HELPED)):
        return None
    match yes_or_no(asked.question), last.endswith(OFFER):
        case "yes", True:
            return _person(_unhelped(asked.said))
        case "no", True:
            return Verdict(answer=ALL_RIGHT)
        case "yes", False:
            return Verdict(answer=GLAD)
        case "no", False:
            return Verdict(answer=f"{NOT_MINE} {OFFER}")
        case _:
            return None


def yes_or_no(text: str) -> Literal["yes", "no", ""]:
    """What a text says that is a yes or a no and nothing else: `yes please`, `no, it did not help`, `go ahead`."""
    words = [word.replace("’", "'") for word in _WORDS.findall(text.casefold())]
    if not words or not set(words) <= _YES | _NO | _BESIDE:
        return ""
    if words[0] in _NO - {"it"} or (words[0] == "it" and set(words) & _NO - {"it"}):
        return "no"
    if words[:2] in (["go", "ahead"], ["of", "course"], ["do", "it"], ["do", "that"], ["do", "so"], ["it", "did"]):
        return "yes"
    return "yes" if words[0] in _YES else ""


def _written(asked: Asked) -> Verdict | None:
    """What came of several changes, or of one that the model was not taught to tell of."""
    told = [result.text for result in asked.written]
    taught = all(tool.shown for tool in TOOLS if tool.effect == "write" and tool.name in asked.called_tools)
    return None if taught and len(told) == 1 else Verdict(answer="\n".join(dict.fromkeys(told)))


def _person(reason: str) -> Verdict:
    return Verdict(calls=[Made(CONTACT, {"reason": reason})])


def _unhelped(said: Sequence[str]) -> str:
    """What the customer was offered a person for: the last message that is no mere yes or no."""
    return next((text for text in reversed(said) if not yes_or_no(text)), said[-1])


TOTALS: dict[str, Callable[[OrderHistory, date], str]] = {
    kinds.SPENT: lambda history, _: contents.spent(history),
    kinds.SPENT_THIS_YEAR: lambda history, today: contents.spent_in(history, today.year),
    kinds.CHEAPEST: lambda history, _: contents.cheapest(history.cheapest) if history.cheapest else contents.NO_ORDERS,
    kinds.OLDEST: lambda history, _: contents.oldest(history.oldest) if history.oldest else contents.NO_ORDERS,
    kinds.NEXT_TO_ARRIVE: lambda history, _: (
        contents.next_to_arrive(history.next_to_arrive) if history.next_to_arrive else contents.NOTHING_TO_COME
    ),
}
"""What is said of all orders together, by what is asked."""


def _of_all_orders(asked: Asked, known: Known, today: date) -> Verdict | None:
    kind, chance = kinds.likeliest(asked.question)
    if kind not in TOTALS or chance < kinds.SURE or asking.extreme_asked(asked.question):
        return None
    if (
        kind in (kinds.SPENT, kinds.SPENT_THIS_YEAR)
        and known.history is not None
        and (year := _year(asked.question, today))
    ):
        return Verdict(answer=contents.spent_in(known.history, year))
    if known.history is not None:
        answer = TOTALS[kind](known.history, today) if known.history.count else contents.NO_ORDERS
        return Verdict(answer=answer)
    return None if HISTORY in asked.called_tools else Verdict(calls=[Made(HISTORY, {})])


def _year(text: str, today: date) -> int:
    """The year that a text names; 0 where it names none."""
    if named := _YEAR.search(text):
        return int(named.group())
    return today.year - 1 if _LAST_YEAR.search(text) else 0
