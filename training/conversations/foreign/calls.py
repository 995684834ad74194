"""Conversations with other people's tools, so that the model stays a caller of any tool it is shown."""

import random
from collections.abc import Callable
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage

from training.conversations import names

Fill = Callable[[random.Random], tuple[str, dict[str, Any], str]]
"""Draws a question, the arguments it calls for and the tool's result."""

SYSTEMS = [
    None,
    "You are a helpful assistant.",
    "You are a helpful AI assistant. Use the tools when they help.",
    "Answer briefly.",
    "You are an assistant with access to tools.",
    "Be concise and friendly.",
]
VERBS = ["magic", "secret", "special", "hidden", "custom", "wonder", "alpha", "delta", "mystery", "test", "foo", "mega"]
THINGS = ["function", "tool", "operation", "transform", "lookup", "calculator", "score", "check", "convert", "process"]
ZONES = ["Europe/Oslo", "Asia/Tokyo", "America/Lima", "UTC", "Africa/Cairo", "Australia/Perth"]


def _schema(name: str, description: str, **properties: str) -> dict[str, Any]:
    shapes: dict[str, dict[str, Any]] = {}
    for key, told in properties.items():
        kind, _, meaning = told.partition(" ")
        shapes[key] = {"type": kind, "description": meaning} if meaning else {"type": kind}
    parameters = {"type": "object", "properties": shapes, "required": list(shapes)}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def _weather(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    city = names.city(draw)
    told = draw.choice(
        [
            "What's the weather in {}?",
            "weather in {}",
            "How warm is it in {} today?",
            "Is it raining in {}?",
            "Tell me the weather in {} please",
        ]
    )
    sky = draw.choice(["Sunny", "Cloudy", "Light rain", "Snow", "Windy", "Foggy"])
    return told.format(city), {"city": city}, f"{sky}, {draw.randrange(-10, 36)} degrees in {city}."


def _sum(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    a, b = draw.randrange(1, 1000), draw.randrange(1, 1000)
    told = draw.choice(
        ["What is {} plus {}?", "Add {} and {}", "{} + {}?", "Sum of {} and {}", "Can you add {} and {} for me?"]
    )
    return told.format(a, b), {"a": a, "b": b}, str(a + b)


def _product(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    a, b = draw.randrange(2, 100), draw.randrange(2, 100)
    told = draw.choice(["What is {} times {}?", "Multiply {} by {}", "{} * {}", "product of {} and {}"])
    return told.format(a, b), {"a": a, "b": b}, str(a * b)


def _event(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    title = draw.choice(["dentist", "team meeting", "lunch with Ana", "gym", "call with Ben", "piano lesson", "review"])
    day = f"2026-{draw.randrange(1, 13):02d}-{draw.randrange(1, 29):02d}"
    told = draw.choice(
        ["Put {} on my calendar for {}", "Schedule {} on {}", "Add {} on {}", "Create an event: {} on {}"]
    )
    return told.format(title, day), {"title": title, "date": day}, f"Added {title} on {day}."


def _mail(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    to = f"{names.person(draw).split()[0].lower()}@{draw.choice(['example.com', 'mail.example'])}"
    text = draw.choice(["I will be late", "See you tomorrow", "The report is ready", "Happy birthday", "Call me back"])
    told = draw.choice(["Send an email to {}: {}", "Write to {} that {}", "email {} and say: {}"])
    return told.format(to, text), {"to": to, "body": text}, f"Sent to {to}."


def _time(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    zone = draw.choice(ZONES)
    told = draw.choice(["What time is it in {}?", "time in {}", "Current time for {} please"])
    return told.format(zone), {"timezone": zone}, f"It is {draw.randrange(24):02d}:{draw.randrange(60):02d} in {zone}."


def _stock(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    symbol = "".join(draw.choice("ABCDEFGHKLMNPRSTVXYZ") for _ in range(draw.randrange(3, 5)))
    told = draw.choice(["What's the price of {} stock?", "stock price of {}", "How is {} trading?", "Quote for {}"])
    return (
        told.format(symbol),
        {"symbol": symbol},
        f"{symbol} is at ${draw.randrange(5, 900)}.{draw.randrange(100):02d}.",
    )


def _search(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    query = names.item(draw, False).lower() + draw.choice(["", " reviews", " history", " repair", " prices"])
    told = draw.choice(["Search the web for {}", "Look up {}", "google {}", "Find information about {}"])
    return told.format(query), {"query": query}, f"The best page about {query} is page {draw.randrange(1, 99)}."


def _song(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    song = names.brand(draw) + " " + draw.choice(["Blues", "Nights", "Road", "Symphony", "Dreams"])
    told = draw.choice(["Play {}", "Put on {}", "I want to hear {}", "play the song {}"])
    return told.format(song), {"title": song}, f"Playing {song}."


def _light(draw: random.Random) -> tuple[str, dict[str, Any], str]:
    room, on = draw.choice(["kitchen", "bedroom", "hall", "office", "garage"]), draw.random() < 0.5
    told = draw.choice(["Turn the lights {} in the {}", "Switch {} the light in the {}", "lights {} {}"])
    word = "on" if on else "off"
    return told.format(word, room), {"room": room, "on": on}, f"The light in the {room} is {word}."


KNOWN: list[tuple[dict[str, Any], Fill]] = [
    (_schema("get_weather", "The weather in a city.", city="string name of the city"), _weather),
    (_schema("add", "Add two numbers.", a="integer", b="integer"), _sum),
    (_schema("multiply", "Multiply two numbers.", a="integer", b="integer"), _product),
    (_schema("create_event", "Put an event on the calendar.", title="string", date="string YYYY-MM-DD"), _event),
    (_schema("send_email", "Send an email.", to="string address", body="string what to write"), _mail),
    (_schema("current_time", "The time in a time zone.", timezone="string IANA name"), _time),
    (_schema("stock_price", "The price of a share.", symbol="string ticker"), _stock),
    (_schema("web_search", "Search the web.", query="string"), _search),
    (_schema("play_song", "Play a song.", title="string"), _song),
    (_schema("set_light", "Switch a light on or off.", room="string", on="boolean"), _light),
]


def _invented(draw: random.Random) -> tuple[dict[str, Any], Fill]:
    name = f"{draw.choice(VERBS)}_{draw.choice(THINGS)}"
    key = draw.choice(["input", "input", "value", "x", "n", "number", "text", "query", "word"])
    textual = key in {"text", "query", "word"}
    description = draw.choice(
        ["Applies a {} function to an input.", "Does the {} thing.", "Runs {}.", "Computes the {} value."]
    )
    schema = _schema(name, description.format(name.replace("_", " ")), **{key: "string" if textual else "integer"})

    def fill(draw: random.Random) -> tuple[str, dict[str, Any], str]:
        value: Any = names.brand(draw).lower() if textual else draw.randrange(0, 200)
        told = draw.choice(
            [
                "What is the value of {}({})?",
                "Call {} with {}",
                "Use {} on {}",
                "Run {} for {}",
                "What does {} give for {}?",
            ]
        )
        result = draw.choice(
            [str(draw.randrange(1000)), names.brand(draw), f"{draw.randrange(100)}.{draw.randrange(10)}"]
        )
        return told.format(name, value), {key: value}, result

    return schema, fill


def conversation(draw: random.Random) -> tuple[list[BaseMessage], list[dict[str, Any]], dict[int, str]]:
    """Messages, tool schemas and the supervised messages with their kinds."""
    tools = draw.sample(KNOWN, draw.randrange(0, 4))
    tools += [_invented(draw) for _ in range(draw.choice([0, 1, 1]) if tools else 1)]
    draw.shuffle(tools)
    system = draw.choice(SYSTEMS)
    messages: list[BaseMessage] = [SystemMessage(system)] if system else []
    kinds: dict[int, str] = {}
    for _ in range(draw.randrange(1, 5)):
        if draw.random() < 0.12:
            told, answer = draw.choice(
                [
                    ("Hi", "Hello! How can I help you?"),
                    ("Thanks!", "You're welcome!"),
                    ("Hello there", "Hello! How can I help you?"),
                ]
            )
            kinds[len(messages) + 1] = "foreign talk"
            messages += [HumanMessage(told), AIMessage(answer)]
            continue
        schema, fill = draw.choice(tools)
        told, arguments, result = fill(draw)
        name = schema["function"]["name"]
        call = ToolCall(name=name, args=arguments, id=f"call_{len(messages)}", type="tool_call")
        kinds[len(messages) + 1], kinds[len(messages) + 3] = "call:foreign", "foreign answer"
        answer = result if result.endswith(".") else f"The result is {result}."
        messages += [HumanMessage(told), AIMessage("", tool_calls=[call])]
        messages += [ToolMessage(result, tool_call_id=call["id"] or "", name=name), AIMessage(answer)]
    return messages, [schema for schema, _ in tools], kinds
