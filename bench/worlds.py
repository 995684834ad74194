"""Questions in worlds that training never sees: is the right tool called, and is what answers quoted?

    python -m bench.worlds                        the embedded model
    python -m bench.worlds --adapter FOLDER       with another adapter

The two examples and three worlds written for this (`bench/unseen/`) are asked through the program's own session, with
what each world has of rules and of a guard. Nothing is tuned on the questions (`bench/unseen/questions.toml`).
"""

import argparse
import asyncio
import os
import re
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("GOMP_SPINCOUNT", "20000")

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from pydantic import BaseModel, ConfigDict

from agent.events import Confirmation
from agent.session.session import Session
from agent.turn.conversation import calls_by_id, is_ahead
from bench import report, sitting
from headstart.errors import ArgumentsError, HeadstartError
from headstart.speculation.calls import Call
from headstart.world.opened import Described
from training.exam import models

HERE = report.ROOT / "bench" / "unseen"
EXAMPLES = report.ROOT / "examples"
WORLDS = {
    "town": HERE / "town.py",
    "vet": HERE / "vet.py",
    "museum": HERE / "museum.py",
    "dashboard": EXAMPLES / "dashboard" / "world.py",
    "docs": EXAMPLES / "docs" / "world.py",
}
PATIENCE_S = 120.0
OTHER_LINES = 2
"""So many further lines of a result may stand beside the one that answers: more is no answer but the whole of it."""


class Question(BaseModel):
    """A question and what is true of it; `questions.toml` says what each member means."""

    model_config = ConfigDict(extra="forbid")

    text: str
    tool: str = ""
    arguments: dict[str, Any] = {}
    may: dict[str, Any] = {}
    value: list[str] = []
    line: str = ""
    place: int | None = None
    whole: bool = False
    says: list[str] = []


@dataclass(frozen=True)
class Asked:
    """A question as it went."""

    world: str
    text: str
    answer: str
    made: list[str]
    """The calls that the model made, as text."""
    wanted: str
    tool_right: bool
    quote_right: bool


def conversations(path: Path = HERE / "questions.toml") -> list[tuple[str, list[Question]]]:
    """Of each conversation the name of its world and its questions."""
    read = tomllib.loads(path.read_text(encoding="utf-8"))["conversations"]
    return [(one["world"], [Question.model_validate(question) for question in one["questions"]]) for one in read]


def fits(question: Question, call: Call, world: Described) -> bool:
    """Whether a call is the one that answers; what is left out of it has the tool's default."""
    if call.name != question.tool or call.name not in world.by_name:
        return False
    tool = world.by_name[call.name]
    try:
        given = world.taken(call.name, call.mapping(), tool.effect)
    except ArgumentsError:
        return False
    wanted = {name: field.default for name, field in tool.arguments.model_fields.items()} | question.arguments
    return all(
        _alike(value, wanted[name]) or (name in question.may and _alike(value, question.may[name]))
        for name, value in given.items()
    )


def _alike(given: Any, wanted: Any) -> bool:
    said, expected = plain(str(given)), plain(str(wanted))
    return expected[1:] in said if expected.startswith("~") else said == expected


def plain(text: str) -> str:
    """Without differences of case, space and the dot at the end."""
    return " ".join(text.casefold().split()).rstrip(".")


def quoted(question: Question, answer: str, result: str) -> bool:
    """Whether an answer holds what answers of a result, and no more than a little besides."""
    said = plain(answer)
    if question.says:
        return any(re.search(one, said) for one in question.says)
    lines = [plain(line) for line in result.splitlines() if line.strip()]
    wanted = wanted_lines(question, lines)
    if not wanted and not question.value:
        return False
    if not all(line in said for line in wanted) or not all(plain(value) in said for value in question.value):
        return False
    others = [line for line in lines if line not in wanted and line in said and not _holds(line, question.value)]
    return question.whole or len(lines) <= OTHER_LINES + 2 or len(others) <= OTHER_LINES


def _holds(line: str, values: Sequence[str]) -> bool:
    return any(plain(value) in line for value in values)


def wanted_lines(question: Question, lines: Sequence[str]) -> list[str]:
    """The lines of a result, plain, that the answer has to hold whole."""
    if question.whole:
        return list(lines)
    if question.place is not None:
        return list(lines[question.place : question.place + 1])
    return [line for line in lines if plain(question.line) in line][:1] if question.line else []


def results(messages: Iterable[BaseMessage]) -> dict[str, str]:
    """What came of each call, by the calls' ids."""
    return {m.tool_call_id: m.text for m in messages if isinstance(m, ToolMessage) and m.status == "success"}


def judged(world: Described, question: Question, answer: str, seen: list[BaseMessage], new: list[BaseMessage]) -> Asked:
    """The verdict on an answer: `new` are the messages of its turn, `seen` those before it."""
    own = [message for message in new if isinstance(message, AIMessage) and not is_ahead(message)]
    made = [Call.of(call["name"], call["args"]) for message in own for call in message.tool_calls]
    broken = any(message.invalid_tool_calls for message in own)
    found = results([*seen, *new])
    there = {i: call for i, call in calls_by_id([*seen, *new]).items() if i in found and fits(question, call, world)}
    stray = [call for call in made if not fits(question, call, world)]
    tool_right = not stray and not broken and (bool(there) if question.tool else not made)
    result = found[list(there)[-1]] if there else ""
    lines = [line for line in result.splitlines() if line.strip()]
    wanted = question.value or question.says or wanted_lines(question, lines) or [f"line {question.line}"]
    return Asked(
        world=world.name,
        text=question.text,
        answer=answer,
        made=[f"{call.name}({', '.join(f'{k}={v}' for k, v in call.mapping().items())})" for call in made],
        wanted=f"{question.tool or 'no tool'}: {' / '.join(wanted)}",
        tool_right=tool_right,
        quote_right=quoted(question, answer, result) and not (made and question.says),
    )


async def sit(session: Session, world: Described, questions: Sequence[Question]) -> list[Asked]:
    """One conversation, asked by somebody who takes their time."""
    asked: list[Asked] = []
    seen: list[BaseMessage] = []
    for question in questions:
        async with asyncio.timeout(PATIENCE_S):
            await sitting.settled(session)
            session.typed(question.text)
            await sitting.settled(session)
        try:
            outcome = await asyncio.to_thread(session.ask, question.text)
            while isinstance(outcome, Confirmation):
                outcome = await asyncio.to_thread(session.confirm, outcome, confirmed=True)
            answer = outcome.answer
        except HeadstartError as error:
            answer = f"({error})"
        messages = await asyncio.to_thread(session.messages)
        known = {message.id for message in seen}
        new = [message for message in messages if message.id not in known]
        asked.append(judged(world, question, answer, seen, new))
        seen = messages
    return asked


async def measured(model: BaseChatModel, only: str = "", **settings: Any) -> list[Asked]:
    """Every question, world by world, each conversation in a session of its own."""
    asked: list[Asked] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, path in WORLDS.items():
            if only and name not in only.split(","):
                continue
            async with sitting.opened(Path(folder), model, name, world=str(path), **settings) as engine:
                for world, questions in conversations():
                    if world == name:
                        async with engine.signed_in("", "") as session:
                            asked += await sit(session, engine.world.described, questions)
            of_world = [one for one in asked if one.world == name]
            print(f"{name}: {figures(of_world)}", flush=True)
    return asked


def figures(asked: Sequence[Asked]) -> dict[str, float]:
    """The shares of right tools and right quotes, and of how many questions."""
    count = len(asked)
    return {
        "tool_right": round(sum(one.tool_right for one in asked) / count, 4) if count else 0.0,
        "quote_right": round(sum(one.quote_right for one in asked) / count, 4) if count else 0.0,
        "questions": float(count),
    }


def misses(asked: Sequence[Asked]) -> list[Mapping[str, Any]]:
    """What was not right, as the result keeps it."""
    return [asdict(one) for one in asked if not (one.tool_right and one.quote_right)]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="bench.worlds", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", default=models.EMBEDDED, help="embedded, untaught, a hub id or a folder")
    parser.add_argument("--adapter", type=Path, help="another folder with an adapter for the embedded model")
    parser.add_argument("--guard", choices=("on", "off"), default="on", help="as each world has one, or none")
    parser.add_argument("--worlds", default="", help="only these, with commas")
    parser.add_argument("--json", type=Path, help="where the result goes; bench/results/worlds.json for all worlds")
    given = parser.parse_args(arguments)
    model = models.load(given.model, given.adapter)
    asked = asyncio.run(measured(model, given.worlds, guard=given.guard == "on"))
    for one in asked:
        if not (one.tool_right and one.quote_right):
            print(f"\n[{one.world}] {one.text}\n  wanted  {one.wanted}\n  calls   {', '.join(one.made) or '-'}")
            print(f"  said    {one.answer}\n  tool {one.tool_right}, quote {one.quote_right}")
    names = [name for name in WORLDS if any(one.world == name for one in asked)]
    by_world = {name: figures([one for one in asked if one.world == name]) for name in names}
    rows = [
        [name, f"{one['questions']:.0f}", f"{100 * one['tool_right']:.0f}", f"{100 * one['quote_right']:.0f}"]
        for name, one in {**by_world, "all": figures(asked)}.items()
    ]
    print("\n" + report.table(("world", "questions", "tool right, %", "quote right, %"), rows))
    whole = not given.worlds and given.model == models.EMBEDDED and given.adapter is None and given.guard == "on"
    if given.json or whole:
        samples = {"model": Path(given.model).name, "by_world": by_world, "misses": misses(asked)}
        report.write("worlds", figures(asked), samples, packages=("torch", "transformers"), path=given.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
