"""The verdict over one question of the second exam: the call, the facts, and whether the customer got anywhere."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from training.exam.ask_services import may
from training.exam.checking import DENIAL, WORDS, Checker, Findings
from training.exam.expectation import ExamQuestion, Expected
from training.exam.score import (
    DECLINED,
    REFUSED,
    Said,
    found_by_searches,
    product_text,
    spoken,
    stated,
    tool_right,
    without_articles,
)
from training.exam.second.conversations import Asked
from training.exam.second.kinds import ARTICLES, CHANGES
from training.exam.second.rows import Reading, Wanted, Way
from training.exam.second.totals import Totals, read_totals
from training.exam.second.wanted import wanted
from training.exam.shop import help_articles
from training.exam.truth import Shop

TITLES = re.compile(r"[“\"«][^”\"»\n]*[”\"»]")
NOT_ANSWERED = re.compile(
    r"(?:do(?:n't| not) have|no) (?:that|this|any|enough) information|can't say|cannot say|not sure what"
    r"|(?:didn't|don't|do not) (?:quite )?understand|say it in other words|cannot be read right now",
    re.I,
)
"""An answer that answers nothing; no fact is denied by it."""
OFFERED = re.compile(
    r"\bperson\b|\bhuman\b|\bsomebody\b|\bsomeone\b|colleague|our (?:staff|team)|hand (?:this|it|you) (?:on|over|to)",
    re.I,
)
SORRY = re.compile(r"sorry|apolog|regret|understand (?:your|how|that|why)|frustrat", re.I)
ASKS = re.compile(
    r"\bwhich (?:order|item|one|of|product|parcel)|(?:tell|give|name|send)\b[^.?!]*\b(?:order|item|number|which)"
    r"|(?:tell|give)\b[^.?!]* address"
    r"|what (?:is|would be|'s) the (?:new )?(?:address|number|order|item)|where (?:should|shall|to)",
    re.I,
)
NONE_MAY = re.compile(r"(?:None of your orders|Nothing) can (?:be|go)\b[^.]*\.?", re.I)
"""The shop's no to a change of any order, which denies no order; it is true where its rules allow none."""
FACTS = frozenset({"status", "ordered", "total", "tracking", "item price"})
TALK_ARTICLES = ("person", "contact")
"""What small talk may be answered with: "are you a real person?"."""


@dataclass(frozen=True)
class Verdict:
    """How right it was."""

    right_call: bool
    facts: bool | None
    """Whether the answer states what the rows say; None where no fact is asked for."""
    answered: bool
    """The question is settled: the facts, the article, the change or the rules' no, a person for who wants one."""
    way_on: bool
    """It is answered, or at least an article of the subject or a person is offered; and nothing shown is wrong."""
    wrong: tuple[str, ...]
    leaked: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        """Nothing is amiss."""
        return self.right_call and self.answered and not self.wrong and not self.leaked


@dataclass(frozen=True)
class _Answer:
    """An answer with all that was read in it."""

    asked: Asked
    said: Said
    text: str
    """Without what it quotes from articles."""
    totals: Totals
    findings: Findings

    def quotes(self, names: Sequence[str]) -> bool:
        """Whether it holds most of what one of these articles says first."""
        first = [one.text.replace("’", "'").partition("\n\n")[0] for one in help_articles() if one.name in names]
        return any(product_text(self.said.answer, paragraph) for paragraph in first)

    @property
    def tells(self) -> bool:
        """Whether it states a fact of an order."""
        return any(kind in FACTS for kind, *_ in self.findings.right)


def judge(asked: Asked, said: Said, shop: Shop) -> Verdict:
    """The verdict over one question."""
    said = replace(said, answer=said.answer.replace("’", "'"))
    want = wanted(asked, said.before)
    text = TITLES.sub(_title, without_articles(said))
    none_may = _none_may_be_changed(asked, said)
    totals = read_totals(NONE_MAY.sub(" ", text), said.after, shop)
    checker = Checker(said.before, said.after, shop, asked.text, want.orders, found_by_searches(said))
    findings = checker.check(totals.rest)
    answer = _Answer(asked, said, text, totals, findings)
    wrong = [*totals.wrong, *findings.wrong, *_denied(answer, want)]
    wrong += [match[0] for match in NONE_MAY.finditer(text) if not none_may]
    missing = _missing(answer, want.readings, shop)
    facts = (not missing and not wrong) if want.readings else None
    clean = not wrong and not findings.leaked
    answered = clean and (facts is True or any(WAYS[way](answer, want) for way in want.ways))
    # A reason that is given in the customer's words may say "it is" of the item that they name.
    question = ExamQuestion(f"{asked.text} it is", asked.kind, asked.kind, want.needs, allowed=want.allowed)
    return Verdict(
        right_call=tool_right(question, said),
        facts=facts,
        answered=answered,
        way_on=clean and (answered or _helped(answer)),
        wrong=tuple(dict.fromkeys(wrong)),
        leaked=tuple(dict.fromkeys(findings.leaked)),
        missing=tuple(missing),
    )


def _title(match: re.Match[str]) -> str:
    """Nothing for the title of an article: "Delivered, but you don't have it" says nothing of an order."""
    titles = {one.title.replace("’", "'") for one in help_articles()}
    return " " if match[0][1:-1] in titles else match[0]


def _denied(answer: _Answer, want: Wanted) -> list[str]:
    """What the answer denies although it is there."""
    if not want.exists or any(fact.kind in ("none", "count", "number") for one in want.readings for fact in one):
        return []
    texts = [one.text.strip() for one in answer.findings.denials if not one.orders]
    return [f"denied: {text}" for text in texts if not NOT_ANSWERED.search(text)]


def _none_may_be_changed(asked: Asked, said: Said) -> bool:
    """Whether the shop's rules allow the change that is asked for of no order at all."""
    names = CHANGES.get(asked.kind, ())
    return bool(names) and not any(may(names[0], order) for order in said.before.orders if not order.returned)


def _missing(answer: _Answer, readings: Sequence[Reading], shop: Shop) -> list[str]:
    """What the best reading lacks."""
    lacking = [[spoken(fact) for fact in reading if not _states(fact, answer, shop)] for reading in readings]
    twice = [f"{number} only once" for number in answer.findings.repeated]
    return [*min(lacking, key=len, default=[]), *twice]


def _states(fact: Expected, answer: _Answer, shop: Shop) -> bool:
    told = set(answer.findings.told)
    match fact.kind:
        case "spent" | "refund":
            return (fact.kind, fact.about, fact.item) in answer.totals.right
        case "cheapest" | "next":
            return (fact.kind, fact.about, "") in answer.totals.right or told == {fact.about}
        case "newest" | "dearest":
            # A list of all orders names it too and does not say which it is.
            return (fact.kind, fact.about, "") in answer.findings.right or told == {fact.about}
        case "number":
            word = WORDS[int(fact.about)] if int(fact.about) < len(WORDS) else fact.about
            return re.search(rf"(?<![\w$.-])(?:{fact.about}|{word})(?![\w.-]*\d)\b", answer.text, re.I) is not None
        case "done":
            return _rows_changed(answer) and stated(fact, answer.findings, answer.said, shop)
        case _:
            return stated(fact, answer.findings, answer.said, shop)


def _rows_changed(answer: _Answer) -> bool:
    """Whether the order that was asked about was changed, and no other."""
    before, after = answer.said.before, answer.said.after
    changed = {number for number, order in after.by_id.items() if before.by_id[number] != order}
    if not answer.asked.order_id and after.address != before.address:
        return not changed
    return bool(changed) and (not answer.asked.order_id or changed == {answer.asked.order_id})


def _helped(answer: _Answer) -> bool:
    """Whether an answer that is none leads on: to an article of the subject, or to a person."""
    offered = OFFERED.search(answer.text) is not None
    return offered or _handed_over(answer) or answer.quotes(ARTICLES.get(answer.asked.kind, ()))


def _handed_over(answer: _Answer) -> bool:
    return any(made.name == "contact_human" and made.ok for made in answer.said.made)


def _talks(answer: _Answer) -> bool:
    """Friendly words, no order and no article."""
    article = answer.quotes([one.name for one in help_articles() if one.name not in TALK_ARTICLES])
    speaks = re.search(r"\w", answer.text) and not NOT_ANSWERED.search(answer.text)
    return bool(speaks) and not answer.tells and not article


def _refuses(answer: _Answer, want: Wanted) -> bool:
    told = answer.findings.told
    about_it = not want.orders or not told or set(want.orders) <= set(told)
    unchanged = answer.said.before.orders == answer.said.after.orders
    # Where no order is named, "I can't do that" says nothing: it has to be said of an order or of all.
    refused = REFUSED.search(answer.text) if want.orders or told else None
    return bool(refused or NONE_MAY.search(answer.text)) and about_it and unchanged


def _tells_its_record(answer: _Answer, want: Wanted) -> bool:
    numbers = {number for kind, number, _ in answer.findings.right if kind == "status"}
    return bool(numbers) and set(want.orders) <= numbers


WAYS: Mapping[Way, Callable[[_Answer, Wanted], bool]] = {
    "article": lambda answer, _: answer.quotes(ARTICLES.get(answer.asked.kind, ())),
    "handed over": lambda answer, _: _handed_over(answer),
    "denied": lambda answer, _: DENIAL.search(answer.text) is not None and not answer.tells,
    "declined": lambda answer, _: DECLINED.search(answer.text) is not None and not answer.tells,
    "refused": _refuses,
    "asks": lambda answer, _: ASKS.search(answer.text) is not None,
    "talk": lambda answer, _: _talks(answer),
    "sorry": lambda answer, _: SORRY.search(answer.text) is not None,
    "changed": lambda answer, _: _rows_changed(answer),
    "told": _tells_its_record,
}
