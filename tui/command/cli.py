"""The `headstart` command.

Nothing heavy is imported before a command needs it: `--help` loads neither torch nor Textual.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.settings import Settings, Strategy, load_settings
from headstart.errors import HeadstartError, SettingsError
from headstart.world.loading import load_world
from headstart.world.opened import Described
from tui.command.terminal_kind import can_draw
from tui.command.world_options import as_arguments, options_given, taking, world_named
from tui.terminal import streams
from tui.terminal.streams import is_terminal, knows_unicode, text_of

EXIT_CODES = """Exit codes: 0 done, 1 a question was not answered, 2 wrong usage or configuration, 3 sign-in failed,
4 the world cannot be opened, 5 the model cannot be had, 130 interrupted, 141 nobody reads the output, 128 + n ended by
signal n; a terminal that has gone counts as signal 1."""

LOOPBACK = "127.0.0.1"

User = Annotated[str | None, typer.Option("--user", help="The account to sign in to.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", help="A file with the password; else HEADSTART_PASSWORD, else it is asked for."),
]
World = Annotated[
    str | None, typer.Option("--world", help="What the agent is about: an installed world, or a .py file that has one.")
]
Latency = Annotated[
    float | None,
    typer.Option(
        "--db-latency", help="Seconds each tool query is slowed: by default 3 in the shop's demo, 0 elsewhere."
    ),
]
Model = Annotated[str | None, typer.Option("--model", help="auto, embedded, a hub id or a local folder.")]
StrategyOption = Annotated[Strategy | None, typer.Option("--strategy", help="Which head starts a turn gets.")]
Without = Annotated[
    list[str] | None, typer.Option("--without", help="A head start to take out of `ahead`; may be repeated.")
]


def configured(password_file: Path | None, **given: Any) -> Settings:
    """The settings with the command line on top."""
    if given.get("without") is not None:
        given["without"] = frozenset(given["without"])
    if password_file is not None:
        try:
            password = password_file.read_text(encoding="utf-8-sig").rstrip("\r\n")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8"
            raise SettingsError(f"The password file {password_file} cannot be read: {reason}.") from error
        if not password or "\n" in password:
            found = "several lines" if password else "nothing"
            raise SettingsError(f"The password file {password_file} should hold one line, found {found}.")
        given["password"] = password
    return load_settings(**given, **options_given())


def chat(
    context: typer.Context,
    user: User = None,
    password_file: PasswordFile = None,
    world: World = None,
    db_latency: Latency = None,
    model: Model = None,
    strategy: StrategyOption = None,
    without: Without = None,
) -> None:
    """Open the chat."""
    if context.invoked_subcommand is not None:
        return
    settings = configured(
        password_file,
        user=user,
        world=world,
        db_latency=db_latency,
        model=model,
        strategy=strategy,
        without=without,
    )
    in_browser = "web_driver" in os.environ.get("TEXTUAL_DRIVER", "")
    if not in_browser:
        _check_terminal()
    from tui.app import run_chat

    raise typer.Exit(run_chat(settings))


def _check_terminal() -> None:
    if not is_terminal(sys.stdout) or not is_terminal(sys.stdin):
        raise SettingsError("The chat needs a terminal, found a pipe or a file. Use `headstart ask` instead.")
    if not can_draw():
        name = os.environ.get("TERM") or "none"
        raise SettingsError(f"The chat needs a terminal that can draw, found TERM={name}. Use `headstart ask` instead.")
    if not knows_unicode(sys.stderr) or not knows_unicode(sys.stdout):
        raise SettingsError(
            f"The chat is drawn in UTF-8, found the encoding {sys.stdout.encoding}. "
            "Set LC_ALL=C.UTF-8, or use `headstart ask` instead."
        )


def ask(
    questions: Annotated[
        list[str] | None,
        typer.Argument(help="Questions; without any, a line each from standard input."),
    ] = None,
    user: User = None,
    password_file: PasswordFile = None,
    world: World = None,
    db_latency: Latency = None,
    model: Model = None,
    strategy: StrategyOption = None,
    without: Without = None,
    think: Annotated[float, typer.Option(min=0, help="Seconds of pause before each question.")] = 0.0,
    steps: Annotated[bool, typer.Option("--steps", help="Each node of the graph as it runs, with its time.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Confirm every write; without it writes are refused.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line for each question.")] = False,
) -> None:
    """Ask the same agent without a screen.

    In a terminal and without a question it is a conversation in plain lines, for screen readers: nothing is drawn or
    coloured, waits are said in words, a change waits for a typed yes. Ctrl+C stops an answer, Ctrl+D ends.
    """
    from tui.command.ask import ask_all

    settings = configured(
        password_file,
        user=user,
        world=world,
        db_latency=db_latency,
        model=model,
        strategy=strategy,
        without=without,
    )
    raise typer.Exit(
        ask_all(
            settings,
            [text_of(question) for question in questions or []],
            think_s=think,
            steps=steps,
            yes=yes,
            as_json=as_json,
        )
    )


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on; the default is this machine only.")] = LOOPBACK,
    port: Annotated[int, typer.Option(min=1, max=65_535)] = 8_000,
    sessions: Annotated[int, typer.Option(min=1, help="How many chats may be open at once.")] = 2,
    public_url: Annotated[
        str | None, typer.Option("--public-url", help="The address in the browser, where a proxy stands before it.")
    ] = None,
    world: World = None,
    db_latency: Latency = None,
    model: Model = None,
    strategy: StrategyOption = None,
) -> None:
    """Open the chat to browsers.

    By default only this machine reaches it. Whoever does sees the login screen and signs in as in a terminal, over
    plain HTTP: for other machines, put HTTPS before it. Each session is a process of its own with its own model in
    memory, and shares the processor with the others; it ends with its page.
    Exports are downloads there. Needs `pip install 'headstart[serve]'`.
    """
    given = {"--db-latency": db_latency, "--model": model, "--strategy": strategy}
    options = [part for name, value in given.items() if value is not None for part in (name, str(value))]
    settings = configured(None, world=world, db_latency=db_latency, model=model, strategy=strategy)
    try:
        from tui.command.serve import serve as serve_chat
    except ImportError as error:
        raise SettingsError("`serve` needs textual-serve. Run: pip install 'headstart[serve]'") from error
    serve_chat(
        settings,
        [*as_arguments(settings), *options],
        host=host,
        port=port,
        sessions=sessions,
        public_url=public_url,
    )


def graph() -> None:
    """The agent's graph as Mermaid."""
    from agent.turn.graph import mermaid

    typer.echo(mermaid())


def doctor(
    world: World = None,
    model: Model = None,
    as_json: Annotated[bool, typer.Option("--json", help="The findings as JSON.")] = False,
) -> None:
    """Say which model, device, database and terminal there are, what is missing, and what mends it."""
    from tui.command.doctor import examine, report

    findings = examine(load_settings(world=world, model=model, **options_given()))
    typer.echo(report(findings, as_json=as_json))
    raise typer.Exit(0 if all(finding.ok for finding in findings) else 1)


def add_account(
    user_id: str,
    name: str | None = None,
    email: str | None = None,
    address: str | None = None,
    world: World = None,
) -> None:
    """Add an account; the password, and what else it needs, is asked for."""
    from tui.command.accounts import add

    add(load_settings(world=world, **options_given()), user_id, name=name, email=email, address=address)


def reset_password(user_id: str, world: World = None) -> None:
    """Give an account another password; it is asked for."""
    from tui.command.accounts import reset

    reset(load_settings(world=world, **options_given()), user_id)


def unlock_account(user_id: str, world: World = None) -> None:
    """End the wait after failed sign-ins."""
    from tui.command.accounts import unlock

    unlock(load_settings(world=world, **options_given()), user_id)


def list_tickets(
    every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False, world: World = None
) -> None:
    """The tickets that are not closed, the oldest first."""
    from tui.command import tickets

    tickets.listed(load_settings(world=world, **options_given()), every=every)


def show_ticket(number: int, world: World = None) -> None:
    """One ticket: what is wanted, what it is about, and all that was said."""
    from tui.command import tickets

    tickets.shown(load_settings(world=world, **options_given()), number)


def take_ticket(
    number: int,
    name: Annotated[str, typer.Option(help="Who takes it, as the customer reads it.")] = "A person",
    world: World = None,
) -> None:
    """Take over the customer's conversation: the agent is silent in it until the ticket is closed."""
    from tui.command import tickets

    tickets.taken(load_settings(world=world, **options_given()), number, name)


def answer_ticket(number: int, text: list[str], world: World = None) -> None:
    """Write to the customer, who reads it in the chat: at once, or at the next sign-in."""
    from tui.command import tickets

    answer = text_of(" ".join(text))
    tickets.answered(load_settings(world=world, **options_given()), number, answer)


def close_ticket(number: int, world: World = None) -> None:
    """The ticket is done; a conversation that was taken goes back to the agent."""
    from tui.command import tickets

    tickets.closed(load_settings(world=world, **options_given()), number)


def list_unanswered(world: World = None) -> None:
    """What was asked and found no answer, the most frequent first: it shows which help article is missing."""
    from tui.command import tickets

    tickets.unanswered(load_settings(world=world, **options_given()))


def command_line(world: Described) -> typer.Typer:
    """The commands, each with the options of this world."""
    plain: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}
    app = typer.Typer(
        name="headstart",
        help="A customer-support chat for the terminal whose agent has already looked.",
        epilog=EXIT_CODES,
        no_args_is_help=False,
        **plain,
    )
    app.callback(invoke_without_command=True)(taking(world, chat))
    for command in (ask, serve, graph, doctor):
        app.command(command.__name__)(command if command is graph else taking(world, command))
    accounts = typer.Typer(help="Add, reset and unlock accounts.", **plain)
    accounts.command("add")(taking(world, add_account))
    accounts.command("reset")(taking(world, reset_password))
    accounts.command("unlock")(taking(world, unlock_account))
    app.add_typer(accounts, name="accounts")
    tickets = typer.Typer(help="What customers handed to people: read, take over, answer, close.", **plain)
    for name, command in (
        ("list", list_tickets),
        ("show", show_ticket),
        ("take", take_ticket),
        ("answer", answer_ticket),
        ("close", close_ticket),
        ("unanswered", list_unanswered),
    ):
        tickets.command(name)(taking(world, command))
    app.add_typer(tickets, name="tickets")
    return app


def main() -> None:
    """The console script: errors a user can mend are one line on standard error, with their exit code."""
    # Read when the OpenMP library loads: threads that spin while they wait would stop everything else (README).
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    streams.prepare()
    try:
        try:
            command_line(load_world(world_named(sys.argv[1:])))()
        finally:
            sys.stdout.flush()
    except HeadstartError as error:
        if str(error):
            typer.echo(f"headstart: {error}", err=True)
        raise SystemExit(error.exit_code) from error
    except EOFError:
        typer.echo("headstart: An answer was expected, found the end of standard input.", err=True)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
