"""Writes what the results say into the README, `bench/README.md` and the pictures: nothing there is typed by hand.

    python -m bench.table

A region stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`. A test holds every region and every picture
against what the committed results give.
"""

import re
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import report, svg, targets
from bench.stats import quartiles

README = report.ROOT / "README.md"
CARD = report.ROOT / "headstart" / "llama" / "adapter" / "README.md"
GUIDE = report.ROOT / "bench" / "README.md"
DOCS = report.ROOT / "docs"
LANES = {
    "a": "LangChain's `create_agent` over the same `ChatLlama`",
    "f": "the same over `generate()`",
    "b": "the notebook's graph",
    "c": "Headstart, `sequential`",
    "d": "Headstart, `overlap`",
    "e0": "Headstart, `ahead`, asked at once",
    "e": "Headstart, `ahead`, typed",
    "e-cache": "… without the warm cache",
    "e-context": "… without the exchange in the prompt",
    "e-data": "… without looking up ahead",
}
OWN = "e"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def measured_on(result: Mapping[str, Any]) -> str:
    """`2 cores of AMD EPYC, 2026-11-22, commit abc`."""
    machine = result["machine"]
    gpu = f", {machine['gpu']}" if machine["gpu"] else ""
    return f"{machine['cores']} cores of {machine['cpu']}{gpu}, {result['when'][:10]}, commit {result['commit']}"


def helped() -> str:
    """How well the help search does on strangers' words."""
    found = targets.result("help")["metrics"]
    return (
        f"Of {found['questions']:,.0f} questions in strangers' words about {found['subjects']:.0f} subjects, written by"
        " somebody who has seen neither the articles nor the phrasings, the right article is found first for"
        f" {100 * found['first_right']:.1f} % and is among the first three for {100 * found['among_three']:.1f} %"
        " (`python -m bench.help`, [results](bench/results/help.json))."
    )


def latency() -> str:
    """The lanes side by side, the first question and the second apart."""
    result = targets.result("latency")
    turns, latency_s = result["samples"]["turns"], result["samples"]["latency_s"]
    rounds = len({one["round"] for one in turns[OWN]})
    parts = [
        f"The same questions on the same model and the same {latency_s:g} s database, typed at"
        f" {result['samples']['words_a_minute']} words a minute. Medians of {rounds} interleaved rounds (fewer for the"
        " lanes that leave something out, see the last column), quartiles in brackets, on"
        f" {measured_on(result)} ([results](bench/results/latency.json), [how to read them](bench/README.md)):"
    ]
    for place, asked in enumerate(result["samples"]["questions"], 1):
        head = [f"*{asked}*", "to the first word", "in all", "waited for the database", "right"]
        parts.append(markdown(head, list(_latency_rows(turns, place))))
    if scripted := result["samples"].get("scripted"):
        parts.append(
            "With a scripted model as fast as the notebook's printed run on a GPU"
            f" ({scripted['decision_s']:g} s a decision, {scripted['answer_s']:g} s an answer, which comes at once):"
        )
        head = ["seconds in all", "first question", "second question"]
        parts.append(markdown(head, list(_scripted_rows(scripted["turns"]))))
    return "\n\n".join(parts)


def _latency_rows(turns: Mapping[str, Sequence[Mapping[str, Any]]], place: int) -> Iterator[list[str]]:
    for key, name in LANES.items():
        ones = [one for one in turns.get(key, ()) if one["question"] == place]
        if not ones:
            continue
        low, middle, high = quartiles([one["ttft_s"] for one in ones])
        first = f"**{middle:.2f} s**" if key == OWN else f"{middle:.2f} s"
        total, waited = (statistics.median(one[what] for one in ones) for what in ("total_s", "waited_s"))
        right = f"{sum(one['right'] for one in ones)} of {len(ones)}"
        yield [name, f"{first} [{low:.2f}-{high:.2f}]", f"{total:.2f} s", f"{waited:.2f} s", right]


def _scripted_rows(turns: Mapping[str, Sequence[Mapping[str, Any]]]) -> Iterator[list[str]]:
    for key, name in LANES.items():
        by_place = [[one["total_s"] for one in turns.get(key, ()) if one["question"] == place] for place in (1, 2)]
        if all(by_place):
            yield [name, *(f"{statistics.median(values):.2f} s" for values in by_place)]


def conversations() -> str:
    """What fifty conversations waited."""
    result = targets.result("conversations")
    found, plain = result["metrics"], result["samples"]["sequential"]
    at_once, used = (f"{100 * found[name]:.0f} %" for name in ("waited_not_at_all_share", "precision"))
    return (
        f"Over {found['conversations']:g} conversations of {found['turns'] / found['conversations']:g} questions"
        f" ([results](bench/results/conversations.json)) {at_once} of the turns waited for nothing at all, the 90th"
        f" percentile waited {found['waited_s_p90']:.2f} s ({plain['waited_s_p90']:.2f} s in `sequential`), for"
        f" {found['issued_mean']:.0f} lookups a conversation of which {used} were used."
    )


def answers() -> str:
    """The exam by category, before the guard and after it; without the former where it was not measured."""
    result = targets.result("answers")["samples"]
    runs = [result[which]["by_category"] for which in ("unguarded", "guarded") if which in result]

    def percent(of: Mapping[str, Any]) -> str:
        low, high = of["interval_95"]
        return f"{100 * of['share']:.1f} ({100 * low:.0f}-{100 * high:.0f})" if of["of"] else "–"

    def both(told: Sequence[str]) -> str:
        return " → ".join(told) if set(told) != {"–"} else "–"

    rows = [
        [
            name,
            str(runs[-1][name]["questions"]),
            *(both([percent(run[name][what]) for run in runs]) for what in ("tool and arguments", "facts", "refusal")),
            both([str(run[name]["wrong_facts"]) for run in runs]),
        ]
        for name in runs[-1]
    ]
    head = ["% right (95 %)", "questions", "call", "facts", "refusal", "wrong facts"]
    sizes = result["guarded"]["notebooks_question_by_size"]
    told = f"{sum(of['right'] for of in sizes.values())} of {sum(of['of'] for of in sizes.values())}"
    return (
        f"{'Before the guard → after it.' if len(runs) > 1 else 'With the guard.'}\n\n{markdown(head, rows)}\n\n"
        'The notebook\'s question ("Hi, can you tell me the status of my recent orders?"), asked by customers with'
        f" {', '.join(sizes)} orders: {told} right. Another customer's data:"
        f" {runs[-1]['all']['other_customers_data']} times. {measured_on(targets.result('answers'))}."
    )


def answers_in_short() -> str:
    """What the README says of the exam."""
    result = targets.result("answers")
    run = result["samples"]["guarded"]["by_category"]["all"]
    call, facts, refusal = (f"{100 * run[what]['share']:.1f} %" for what in ("tool and arguments", "facts", "refusal"))
    return (
        f"In an exam of {run['questions']:,} questions that training never saw (`make evaluate`,"
        f" [results](bench/results/answers.json), [by category](headstart/llama/adapter/README.md)) the embedded model"
        f" behind the guard made the right call in {call}, stated what was asked in {facts} and declined rightly in"
        f" {refusal}. {run['wrong_facts']} answers held a wrong fact, {run['other_customers_data']} anything of another"
        " customer's."
    )


def strangers_in_short() -> str:
    """What the README says of the second exam; nothing before it was sat."""
    found = targets.result("answers2").get("metrics")
    if not found:
        return ""
    shares = {name: f"{100 * found[name]:.1f} %" for name in ("right_call", "facts", "way_on", "weighted_answered")}
    return (
        "Its rules were widened where that exam missed, so a second one counts for strangers:"
        f" {found['questions']:,.0f} questions by somebody who had seen nothing of the program, read by nobody who"
        " works on it (`python -m bench.answers2`, [results](bench/results/answers2.json)). The right call was made in"
        f" {shares['right_call']}, what was asked stated in {shares['facts']}, and in {shares['way_on']} the customer"
        f" got somewhere; {shares['weighted_answered']} were answered when each subject counts as often as shops are"
        f" asked about it. {found['wrong_facts_shown']:.0f} answers held a wrong fact, {found['others_data']:.0f}"
        " anything of another customer's."
    )


def elsewhere() -> str:
    """What the README says of worlds that training never sees."""
    found = targets.result("worlds")["metrics"]
    return (
        f"In five other worlds that training never saw ({found['questions']:.0f} questions,"
        " [results](bench/results/worlds.json)) it makes the right call in"
        f" {100 * found['tool_right']:.0f} % and quotes the right line in {100 * found['quote_right']:.0f} %: it is the"
        " shop's model, and a world of your own wants a larger one."
    )


def strangers() -> str:
    """The second exam by what contacts are about and by kind; nothing before it was sat."""
    result = targets.result("answers2")
    if not result:
        return ""
    samples, found = result["samples"], result["metrics"]
    names = {"right_call": "right call", "facts": "facts", "answered": "answered", "way_on": "way on"}

    def row(name: str, of: Mapping[str, Any], *more: str) -> list[str]:
        shares = [f"{100 * of[what]['share']:.1f}" if of[what]["of"] else "–" for what in names]
        return [name, *more, str(of["questions"]), *shares, str(of["wrong_facts"]), str(of["others_data"])]

    head = ["questions", *names.values(), "wrong facts", "others' data"]
    groups = [row(name, of, str(of["weight"])) for name, of in samples["by_group"].items()]
    kinds = [row(name.replace("_", " "), of) for name, of in samples["by_kind"].items()]
    return (
        f"{found['questions']:,} questions of somebody who had seen nothing of the program, behind the guard, in %."
        f" Weighed by what customers write about, {100 * found['weighted_answered']:.1f} % are answered;"
        f" {100 * found['way_on']:.1f} % of all lead the customer on. {measured_on(result)}.\n\n"
        f"{markdown(['contacts about', 'weight', *head], groups)}\n\n{markdown(['kind', *head], kinds)}"
    )


def where_not() -> str:
    """What was gained and wasted in the cases where little is to be gained."""
    turns = targets.result("where_not").get("samples", {}).get("turns", {})
    rows: list[list[str]] = []
    for case, ways in turns.items():
        for name, ones in ways.items():
            times = [
                f"{statistics.median(one[what] for one in ones):.2f} s" for what in ("ttft_s", "total_s", "waited_s")
            ]
            calls = [f"{statistics.fmean(one[what] for one in ones):.1f}" for what in ("issued", "wasted")]
            wasted = f"{statistics.fmean(one['wasted_s'] for one in ones):.1f} s"
            prefill = f"{statistics.median(one['prefill_s'] for one in ones):.1f} s"
            rows.append([case, name, *times, *calls, wasted, prefill])
    head = [
        "case",
        "",
        "first word",
        "in all",
        "waited",
        "lookups ahead",
        "not used",
        "their seconds",
        "model before Enter",
    ]
    return markdown(head, rows) if rows else "Not measured yet."


def llama_cpp() -> str:
    """The two engines."""
    result = targets.result("llama_cpp")
    if not result:
        return "Not measured yet."
    rows: list[list[str]] = []
    for name, ones in result["samples"]["warm"].items():
        figures = [statistics.median(one[what] for one in ones) for what in ("ttft_s", "tokens_a_second", "total_s")]
        right = f"{sum(one['right'] for one in ones)} of {len(ones)}"
        cold = f"{result['samples']['cold'][name]['ttft_s']:.2f} s"
        rows.append([name, f"{figures[0]:.3f} s", f"{figures[1]:.0f}", f"{figures[2]:.2f} s", right, cold])
    head = ["engine", "first token, warm", "tokens/s", "grounded answer", "right", "first token, cold"]
    return f"{measured_on(result)}, {result['metrics']['threads']:g} threads each:\n\n{markdown(head, rows)}"


def growth() -> str:
    """The fitted slopes."""
    found = targets.result("growth").get("metrics", {})
    names = [name.removesuffix("_slope") for name in found if name.endswith("_slope")]
    rows = [
        [
            CURVES[name],
            f"{found[f'{name}_slope']:+.1%}",
            f"{found[f'{name}_slope_low']:+.1%} to {found[f'{name}_slope_high']:+.1%}",
            "yes" if found[f"{name}_flat"] else "no",
        ]
        for name in names
    ]
    if not rows:
        return "Not measured yet."
    picture = "![Time to the first word and costs by size](../docs/growth.svg)"
    return f"{picture}\n\n{markdown(['figure', 'slope a decade', '95 %', 'flat'], rows)}"


CURVES = {
    "orders_ttft": "first word, 1 to 10,000 orders",
    "orders_query": "`get_order_history` itself, 1 to 10,000 orders",
    "turns_ttft": "first word, turn 1 to 200 of one conversation",
    "sessions_call": "the Speculator's own cost a call, 1 to 10,000 sessions",
    "latency_ahead": "whole turn, `ahead`, database of 10 ms to 10 s (scripted model)",
    "latency_sequential": "the same, `sequential`",
}


def reached() -> str:
    """Every target and whether it is met."""
    return markdown(["benchmark", "figure", "measured", "target", ""], targets.rows())


def latency_picture() -> str:
    """Bars of the first question by lane."""
    result = targets.result("latency")
    rows: list[svg.Bar] = []
    for key, name in LANES.items():
        ones = [one for one in result["samples"]["turns"].get(key, ()) if one["question"] == 1]
        if ones:
            low, middle, high = quartiles([one["ttft_s"] for one in ones])
            total = statistics.median(one["total_s"] for one in ones)
            label = name.replace("`", "").replace(" over the same ChatLlama", "").replace("the same", "create_agent")
            rows.append(svg.Bar(label, middle, total, low, high, key == OWN))
    cores, latency_s = result["machine"]["cores"], result["samples"]["latency_s"]
    about = f"{latency_s:g} s database, embedded model, {cores} CPU cores; medians"
    return svg.bars("From Enter to the answer", about, rows)


def growth_picture() -> str:
    """Four curves by size."""
    found = targets.result("growth").get("samples", {})

    def points(of: Mapping[str, Sequence[float]]) -> dict[float, Sequence[float]]:
        return {float(size): values for size, values in of.items()}

    shown: list[svg.Panel] = []
    if "orders" in found:
        series = {"": points(found["orders"]["ttft_s"])}
        shown.append(svg.Panel("First word by orders", "the customer's orders", "seconds", series))
    if "turns" in found:
        series = {"": points(found["turns"]["ttft_s"])}
        shown.append(svg.Panel("First word by turn", "turn of one conversation", "seconds", series))
    if "sessions" in found:
        series = {"": points(found["sessions"]["call_us"])}
        shown.append(svg.Panel("A lookup's own cost by sessions", "sessions in one process", "µs", series))
    if "latency" in found:
        series = {name: points(of) for name, of in found["latency"].items()}
        shown.append(svg.Panel("Whole turn by the database", "seconds a query (scripted model)", "seconds", series))
    return svg.panels("How the cost grows", "Every measurement is a dot; the line goes through medians", shown)


REGIONS: dict[Path, dict[str, Callable[[], str]]] = {
    README: {
        "help": helped,
        "latency": latency,
        "conversations": conversations,
        "answers": answers_in_short,
        "answers2": strangers_in_short,
        "worlds": elsewhere,
    },
    CARD: {"answers": answers, "answers2": strangers},
    GUIDE: {"targets": reached, "where_not": where_not, "growth": growth, "llama_cpp": llama_cpp},
}
PICTURES: dict[Path, tuple[str, Callable[[], str]]] = {
    DOCS / "latency.svg": ("latency", latency_picture),
    DOCS / "growth.svg": ("growth", growth_picture),
}


def filled(text: str, regions: Mapping[str, Callable[[], str]]) -> str:
    """The text with every region written anew. Raises: ValueError for a region that is not marked in it."""
    for name, write in regions.items():
        marked = re.compile(rf"(<!-- bench:{name} -->\n).*?(<!-- /bench:{name} -->)", re.DOTALL)
        if not marked.search(text):
            raise ValueError(f"Expected <!-- bench:{name} --> and <!-- /bench:{name} -->, found no such region.")
        written = f"\n{said}\n\n" if (said := write()) else ""
        text = marked.sub(lambda found, written=written: found[1] + written + found[2], text)
    return text


def main() -> None:
    """Rewrite what has changed."""
    found = {path: filled(path.read_text(), regions) for path, regions in REGIONS.items()}
    found |= {path: draw() for path, (benchmark, draw) in PICTURES.items() if targets.result(benchmark)}
    for path, text in found.items():
        changed = not path.exists() or path.read_text() != text
        if changed:
            path.write_text(text)
        print(f"{path.relative_to(report.ROOT)}: {'written' if changed else 'as it was'}")


if __name__ == "__main__":
    main()
