"""Worlds of figures: totals of a period and what they are made of, as a dashboard gives them."""

import random
from collections.abc import Collection, Sequence

from headstart.speculation.calls import Call
from training.conversations import names
from training.conversations.foreign.part import Question, in_style, schema, style_of

METRICS = {
    "visits": "{k} visits",
    "downloads": "{k} downloads",
    "revenue": "${k}",
    "signups": "{k} signups",
    "power": "{k} kWh",
    "calls": "{k} calls",
    "turnover": "€{k}",
    "errors": "{k} errors",
    "clicks": "{k} clicks",
    "water": "{k} litres",
    "costs": "${k}",
    "hours": "{k} hours",
    "reservations": "{k} reservations",
    "refunds": "${k}",
    "donations": "€{k}",
    "requests": "{k} requests",
    "output": "{k} pieces",
    "emissions": "{k} kg",
    "payments": "${k}",
    "steps": "{k} steps",
}
PERIODS = [
    ["today", "yesterday", "this week", "last week", "this month", "last month"],
    ["last 7 days", "last 30 days", "last 12 months"],
    ["day", "week", "month", "year"],
    ["2025", "2026", "2027"],
    ["first quarter", "second quarter", "third quarter", "fourth quarter"],
    ["January", "February", "March", "April", "May", "June", "July"],
    ["this season", "last season", "all time"],
    ["today", "this week", "this year"],
]
GROUPS: dict[str, Sequence[str]] = {
    "country": ["France", "Spain", "Norway", "Poland", "Canada", "Kenya", "Brazil", "Japan", "India", "Peru", "Chile"],
    "channel": ["email", "search", "social media", "ads", "referrals", "direct", "partners", "newsletter"],
    "device": ["phones", "tablets", "laptops", "desktops", "televisions", "watches"],
    "weekday": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "team": ["Blue team", "Red team", "Support", "Field team", "Night crew", "Team Alpha", "Back office"],
    "branch": ["Harbour branch", "Airport branch", "Old Town branch", "Station branch", "Mall branch"],
    "machine": ["Press 1", "Press 2", "Lathe", "Packer", "Furnace", "Robot arm", "Cutter"],
    "category": ["food", "travel", "rent", "books", "clothing", "repairs", "insurance", "games", "garden"],
    "browser": ["Firefox", "Chrome", "Safari", "Edge", "Opera"],
    "age": ["under 18", "18 to 25", "26 to 40", "41 to 60", "over 60"],
}
TOTAL_NAMES = ["total {m}", "{m} total", "get {m}", "{m} sum", "{m} of period", "sum of {m}", "count {m}"]
TOTAL_TELLS = ["Total {m} of a period.", "All {m} together.", "How much {m} there was.", "Sum of the {m}."]
BY_NAMES = ["{m} by", "{m} per", "group {m}", "break down {m}", "{m} breakdown", "top {m}", "split {m}"]
BY_TELLS = [
    "{M} by {g}.",
    "{M} split by {g}, largest first.",
    "Breaks the {m} down by {g}.",
    "What the {m} are made of: {g}.",
]
TOTAL_ASKS = [
    "What were the {m} {t}?",
    "How high were the {m} {t}?",
    "total {m} {t}",
    "{m} {t}?",
    "How are the {m} {t}?",
    "tell me the {m} {t}",
]
BY_ASKS = [
    "{m} by {g} {t}",
    "Show the {m} by {g} {t}",
    "How do the {m} split by {g} {t}?",
    "{m} per {g} {t}?",
    "break the {m} down by {g} {t}",
]
ONE_ASKS = [
    "What were the {m} of {o} {t}?",
    "How did {o} do on {m} {t}?",
    "How much {m} came from {o} {t}?",
    "{m} for {o} {t}",
]
MOST_ASKS = [
    "Which {g} had the most {m} {t}?",
    "top {g} by {m} {t}?",
    "Which {g} is first in {m} {t}?",
    "best {g} for {m} {t}",
]
LEAST_ASKS = ["Which {g} had the least {m} {t}?", "Which {g} is last in {m} {t}?", "worst {g} for {m} {t}?"]
TOTALS = ["{M} {t} {are} {v}.", "{M} ({t}): {v}", "{t}: {v} in all.", "The total for {t} is {v}.", "{v} {t}."]
LINES = ["{o}: {v}", "{o} had {v}.", "{o} – {v}", "{v} from {o}", "{o} made {v}.", "{o} | {v}"]


class Figures:
    """One metric, its periods and what it is grouped by."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.metric = draw.choice(list(METRICS))
        self.topic = f"the {self.metric}"
        self.periods = draw.choice(PERIODS)
        self.groups = draw.sample(list(GROUPS), draw.randrange(1, 4))
        if draw.random() < 0.3:
            self.groups[0] = "item"
        self._members = {group: self._drawn(group) for group in self.groups}
        self._seed = draw.random()
        self._lines, self._totals = draw.choice(LINES), draw.choice(TOTALS)
        self._numbered = draw.random() < 0.15
        self._optional = draw.random() < 0.6
        self.likely = None
        self._make_tools(style_of(draw))

    def _drawn(self, group: str) -> list[str]:
        if group == "item":
            return list(dict.fromkeys(names.item(self.draw, False) for _ in range(self.draw.randrange(3, 9))))
        known = list(GROUPS[group])
        return self.draw.sample(known, self.draw.randrange(3, len(known) + 1))

    def _make_tools(self, style: str) -> None:
        draw, metric = self.draw, self.metric
        groups = ", ".join(self.groups[:-1]) + (" or " if len(self.groups) > 1 else "") + self.groups[-1]
        words = {"m": metric, "M": metric.capitalize(), "g": groups}
        self.total = in_style(draw.choice(TOTAL_NAMES).format(**words), style)
        self.by = in_style(draw.choice(BY_NAMES).format(**words), style)
        self.period_key = draw.choice(["period", "range", "when", "timeframe"])
        self.group_key = draw.choice(["by", "group_by", "dimension", "split"])
        period = {"type": "string", "enum": list(self.periods)}
        required = [] if self._optional else [self.period_key]
        group = {"type": "string", "enum": list(self.groups)}
        tools = [schema(self.total, draw.choice(TOTAL_TELLS).format(**words), {self.period_key: period}, required)]
        tools.append(
            schema(
                self.by,
                draw.choice(BY_TELLS).format(**words),
                {self.group_key: group, self.period_key: period},
                [self.group_key, *required],
            )
        )
        draw.shuffle(tools)
        self.tools = tools
        if draw.random() < 0.7:
            self.likely = Call.of(self.total, {self.period_key: draw.choice(self.periods)})

    def _amount(self, *of: str) -> int:
        return random.Random(f"{self._seed} {of}").randrange(3, 90_000)

    def _value(self, amount: int) -> str:
        return METRICS[self.metric].format(k=f"{amount:,}")

    def _rows(self, group: str, period: str) -> dict[str, str]:
        """The lines by what they are about, the largest first."""
        amounts = sorted(((self._amount(one, period), one) for one in self._members[group]), reverse=True)
        return {name: self._lines.format(o=name, v=self._value(amount)) for amount, name in amounts}

    def run(self, call: Call) -> str:
        """The result of a call."""
        given = call.mapping()
        period = given.get(self.period_key, self.periods[0])
        if call.name == self.total:
            are = "is" if not self.metric.endswith("s") else "are"
            text = self._totals.format(
                M=self.metric.capitalize(), t=period, v=self._value(self._amount(period)), are=are
            )
            return text[:1].upper() + text[1:]
        group = given[self.group_key]
        head = f"{self.metric.capitalize()} by {group}, {period}:"
        lines = enumerate(self._rows(group, period).values(), 1)
        return "\n".join([head, *(f"{place}. {line}" if self._numbered else line for place, line in lines)])

    def ask(self, standing: Collection[Call]) -> Question:
        """A total, a split, or one line of a split."""
        draw = self.draw
        said = bool(draw.random() < 0.75 or not self._optional)
        period = draw.choice(self.periods) if said else ""
        if said and draw.random() < 0.3 and (known := [one for one in standing if one.name in (self.total, self.by)]):
            period = draw.choice(known).mapping().get(self.period_key, period)
        kind = draw.choices(["total", "by", "one", "most", "least"], [25, 20, 30, 15, 10])[0]
        return self._question(kind, period, draw.choice(self.groups))

    def _question(self, kind: str, period: str, group: str, text: str = "") -> Question:
        draw = self.draw
        asked = {"total": TOTAL_ASKS, "by": BY_ASKS, "one": ONE_ASKS, "most": MOST_ASKS, "least": LEAST_ASKS}[kind]
        when = {self.period_key: period} if period else {}
        rows = self._rows(group, period or self.periods[0])
        members = list(rows)
        member = {"most": members[0], "least": members[-1]}.get(kind, draw.choice(members))
        call = Call.of(self.total, when) if kind == "total" else Call.of(self.by, {self.group_key: group, **when})
        answer = self.run(call) if kind in ("total", "by") else rows[member]
        text = text or draw.choice(asked)
        spoken = self._spoken(period)
        text = text.format(m=self.metric, g=group, t=spoken, o=member).replace(" ?", "?").strip()
        return Question(text[:1].upper() + text[1:], call, answer, f"figure {kind} {group}|{period}", (member,))

    def _spoken(self, period: str) -> str:
        if period[:1].isupper() or period.isdigit():
            return f"in {period}"
        first = period.split(" ")[0] if period else ""
        if period in ("day", "week", "month", "year"):
            return f"of the {period}"
        return f"in the {period}" if first in ("first", "second", "third", "fourth") or "days" in period else period

    def follow_up(self, last: Question, standing: Collection[Call]) -> Question | None:
        """The same of another period, another split, or another line of the same."""
        if not last.kind.startswith("figure "):
            return None
        _, kind, rest = last.kind.split(" ", 2)
        group, period = rest.split("|")
        way = self.draw.choice(["period", "line", "group"])
        if way == "period":
            other = self.draw.choice([one for one in self.periods if one != period])
            text = self.draw.choice(["And {t}?", "and {t}", "what about {t}?", "How was it {t}?"])
            return self._question(kind, other, group, text if kind in ("total", "by") else "")
        if way == "line" and kind != "total":
            return self._question(
                "one", period, group, self.draw.choice(["And {o}?", "what about {o}?", "and {o}", "How about {o}?"])
            )
        other = self.draw.choice(self.groups)
        return self._question(
            "by", period, other, self.draw.choice(["And by {g}?", "by {g}?", "split that by {g}", "and per {g}"])
        )
