"""The verdict over one question: the tool and its arguments, the facts asked for, wrong facts, the manner."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from training.exam.asking import plain
from training.exam.checking import DENIAL, Checker, Findings
from training.exam.expectation import Call, ExamQuestion, Expected, Manner
from training.exam.shop import help_articles
from training.exam.truth import Customer, Shop

DECLINED = re.compile(
    r"\bonly\b|can(?:not|'t)\b|unable|not able|sorry|don't have|do not have|not (?:allowed|permitted|possible)"
    r"|won't|will not|help (?:you )?with your orders|outside",
    re.I,
)
REFUSED = re.compile(
    r"can(?:not|'t)\b|can no longer|no longer|already|not possible|unable|too late|more than|please name", re.I
)
ASKS = re.compile(
    r"\?|\bwhich\b|(?:please|could you) (?:tell|give|name|provide|let)|what (?:is|would be) the new address", re.I
)
DONE = {
    "cancel_order": re.compile(r"cancell?ed", re.I),
    "request_return": re.compile(r"return", re.I),
    "change_address": re.compile(r"\bgoes? to|will be (?:sent|delivered|shipped)|address|redirected", re.I),
}


@dataclass(frozen=True)
class Made:
    """A call that was made, with its result."""

    name: str
    arguments: Mapping[str, str]
    content: str
    ok: bool = True


@dataclass(frozen=True)
class Said:
    """What became of a question: the answer, the calls made for it and those that stood in the conversation."""

    answer: str
    made: Sequence[Made]
    standing: Sequence[Made]
    before: Customer
    after: Customer


@dataclass(frozen=True)
class Verdict:
    """How right it was."""

    tool: bool
    facts: bool | None
    """None where no fact is asked for."""
    refusal: bool | None
    """None where a record is asked for."""
    wrong: tuple[str, ...]
    leaked: tuple[str, ...]
    missing: tuple[str, ...] = field(default=())

    @property
    def right(self) -> bool:
        """Nothing is amiss."""
        return self.tool and self.facts is not False and self.refusal is not False and not self.wrong


def judge(question: ExamQuestion, said: Said, shop: Shop) -> Verdict:
    """The verdict over one question."""
    said = replace(said, answer=said.answer.replace("’", "'"))
    checker = Checker(said.before, said.after, shop, question.text, question.orders, found_by_searches(said))
    findings = checker.check(without_articles(said))
    wrong = [*findings.wrong]
    if question.asked and question.asked[0].kind not in ("none", "count"):
        wrong += [f"denied: {one.text.strip()}" for one in findings.denials if not one.orders]
    if question.forbidden and question.forbidden in said.answer.casefold():
        wrong.append(f"says {question.forbidden}")
    missing = [spoken(fact) for fact in question.asked if not stated(fact, findings, said, shop)]
    missing += [f"{number} only once" for number in findings.repeated]
    facts = not missing and not wrong if question.asked else None
    refusal = None
    if question.manner:
        refusal = _in_manner(question, said, findings) and not wrong and not findings.leaked
    return Verdict(
        tool=tool_right(question, said),
        facts=facts,
        refusal=refusal,
        wrong=tuple(dict.fromkeys(wrong)),
        leaked=tuple(dict.fromkeys(findings.leaked)),
        missing=tuple(missing),
    )


def found_by_searches(said: Said) -> list[int]:
    """How many orders each search has found."""
    contents = [made.content for made in (*said.made, *said.standing)]
    return [int(match[1]) for content in contents if (match := re.match(r"(\d+) orders? ", content))]


def without_articles(said: Said) -> str:
    """The answer without what it quotes from help articles: their amounts and days are no order's."""
    answer = said.answer
    for made in (*said.made, *said.standing):
        if made.name == "search_help":
            for line in made.content.replace("’", "'").splitlines():
                answer = answer.replace(line.partition(": ")[2] or line, " ")
    return answer


def stated(fact: Expected, findings: Findings, said: Said, shop: Shop) -> bool:
    """Whether the answer says so."""
    order = said.after.by_id.get(fact.about)
    found = (fact.kind, fact.about, fact.item) in findings.right
    if fact.kind == "count" and fact.about == "all" and not said.after.orders:
        return found or bool(findings.denials)
    if fact.kind == "none":
        listed = {status for kind, status, _ in findings.right if kind == "count"}
        denied = any(re.search(r"\b(?:no|none|not|n't|nothing)\b", one.text, re.I) for one in findings.denials)
        return found or denied or listed - {"all"} == set(said.after.counts)
    if fact.kind == "done":
        return bool(DONE[fact.item].search(said.answer)) and not REFUSED.search(said.answer)
    if fact.kind in ("newest", "dearest"):
        return found or fact.about in findings.told
    if fact.kind == "product text":
        return product_text(said.answer, shop.products[fact.about].description)
    if order is not None and fact.kind == "total" and len(order.items) == 1:
        return found or ("item price", fact.about, order.items[0].name) in findings.right
    undated = order is not None and order.status in ("Cancelled", "Returned")
    if order is not None and fact.kind == "arrival" and (undated or not (order.eta or order.delivered_on)):
        return found or ("status", fact.about, "") in findings.right
    if order is not None and fact.kind == "item price":
        return found or (len(order.items) == 1 and ("total", fact.about, "") in findings.right)
    return found


def spoken(fact: Expected) -> str:
    """A fact in words, for reading."""
    return " ".join(filter(None, (fact.kind, fact.about, fact.item)))


def _in_manner(question: ExamQuestion, said: Said, findings: Findings) -> bool:
    answer, manner = said.answer, question.manner
    patterns: dict[Manner | None, re.Pattern[str]] = {
        "talk": re.compile(r"\w"),
        "declined": DECLINED,
        "denied": DENIAL,
        "refused": REFUSED,
        "asks": ASKS,
        "quoted": re.compile(r"\w"),
    }
    if manner == "quoted":
        return any(_quoted(answer, made) for made in (*said.made, *said.standing))
    told = {kind for kind, *_ in findings.right} & {"status", "ordered", "total", "tracking", "item price"}
    return bool(patterns[manner].search(answer)) and (manner in ("refused", "asks") or not told)


def _quoted(answer: str, made: Made) -> bool:
    """Whether an answer holds what a help article says first, or that a person was asked."""
    if made.name == "contact_human":
        return made.content in answer
    first = made.content.partition("\n")[0].partition(": ")[2]
    return made.name == "search_help" and bool(first) and first.replace("’", "'") in answer


def tool_right(question: ExamQuestion, said: Said) -> bool:
    """Every call made serves the question or does no harm, and what is needed was called or stands there."""
    every = [call for group in question.needs for call in group]
    if not all(
        any(serves(made, call, question.text) for call in every) or (made.ok and _harmless(made, question))
        for made in said.made
    ):
        return False
    if len({(made.name, str(sorted(made.arguments.items()))) for made in said.made}) < len(said.made):
        return False
    reachable = [*said.made, *said.standing]

    def met(group: Sequence[Call]) -> bool:
        # What a write did for an earlier question does not serve this one.
        return any(
            serves(one, call, question.text) for call in group for one in (said.made if call.writes else reachable)
        )

    return all(map(met, question.needs))


def _harmless(made: Made, question: ExamQuestion) -> bool:
    # What everybody may read does no harm; whether it answers is seen in the answer.
    if made.name == "search_help":
        return True
    return any(not call.writes and serves(made, call, question.text, lookup=True) for call in question.allowed)


def serves(made: Made, call: Call, question: str, *, lookup: bool = False) -> bool:
    """Whether the call that was made is this call, in other words at most."""
    if made.name != call.name:
        return False
    given = made.arguments
    match made.name:
        case "get_order_history" | "get_account":
            return not given
        case "contact_human":
            return True
        case "search_help":
            return lookup or _finds(made, call)
        case "search_orders":
            return _search_serves(made, call, lookup=lookup)
        case "get_product":
            return _number(given.get("product_id", "")) == call.product_id
        case _:
            same = _number(given.get("order_id", "")) == call.order_id
    if not same or not call.writes:
        return same
    item, wanted = _words(given.get("item", "")), _words(call.item)
    if call.item and (not item or not item <= wanted | _words(call.order_id)):
        return False
    if call.address and _words(given.get("address", "")) != _words(call.address):
        return False
    reason = _words(given.get("reason", ""))
    return (bool(reason) or not call.reason) and reason <= _words(question)


def _finds(made: Made, call: Call) -> bool:
    """Whether the article that a search found first is one of those that answer."""
    title = made.content.partition(": ")[0]
    return any(article.title == title for article in help_articles() if article.name in call.articles)


def _search_serves(made: Made, call: Call, *, lookup: bool) -> bool:
    words = _words(made.arguments.get("text", ""))
    little = _words("my the order a an of that with number")
    if not words - little or not words - little <= _words(call.words) | _words(call.order_id):
        return False
    return lookup or not call.order_id or f"\n{call.order_id}: " in f"\n{made.content}"


def _words(text: str) -> set[str]:
    return {plain(word) for word in re.split(r"[\s,;:/-]+", text) if plain(word)}


def _number(text: str) -> str:
    return re.sub(r"[\s#-]", "", text).upper()


def product_text(answer: str, description: str) -> bool:
    """Whether the answer holds most words of a product's description."""
    wanted = _words(description)
    return len(wanted & _words(answer)) >= 0.7 * len(wanted)
