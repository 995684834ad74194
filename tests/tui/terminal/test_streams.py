"""Standard streams that are missing, full, no longer read, or of another encoding."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from stubs.pseudo_terminal import ROOT, PseudoTerminal, environment, program

ANSWERS = "FakeLlama(replies=['Your mug is here.', 'So is your lamp – 日本.'])"
ASK = ("ask", "--user", "user123")
QUESTIONS = ("Where is my mug?", "And my lamp?")


def run(
    folder: Path, shell: str, *arguments: str, stdin: bytes | None = None, **variables: str
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        program(*arguments, model=ANSWERS, shell=shell),
        cwd=folder,
        env=environment(folder, HEADSTART_PASSWORD="demo", **variables),
        input=stdin,
        capture_output=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize("option", [(), ("--json",)])
def test_a_reader_that_goes_ends_it_in_silence(tmp_path: Path, option: tuple[str, ...]) -> None:
    found = run(tmp_path, '{ "$@"; echo "code $?" >&2; } | head -c 3', *ASK, *option, *QUESTIONS)
    assert len(found.stdout) == 3
    assert found.stderr.decode().splitlines()[-1] == "code 141"
    assert "failed" not in found.stderr.decode()
    assert "Traceback" not in found.stderr.decode()


@pytest.mark.parametrize("command", [("graph",), ("doctor",), ("--help",)])
def test_the_same_for_what_is_printed_at_once(tmp_path: Path, command: tuple[str, ...]) -> None:
    found = run(tmp_path, '{ sleep 0.2; "$@"; echo "code $?" >&2; } | true', *command)
    assert found.stderr.decode() == "code 141\n"


@pytest.mark.parametrize("command", [(*ASK, *QUESTIONS), ("graph",)])
def test_a_full_disk_is_told_once_as_what_it_is(tmp_path: Path, command: tuple[str, ...]) -> None:
    found = run(tmp_path, '"$@" > /dev/full', *command)
    assert found.returncode == 1
    said = "headstart: Standard output cannot be written: No space left on device. Write it somewhere else.\n"
    assert found.stderr.decode() == said


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_are_not_taken_for_granted(tmp_path: Path, closed: str) -> None:
    found = run(tmp_path, f'"$@" {closed}', *ASK, *QUESTIONS)
    can_answer = ">&-" not in closed.replace("2>&-", "")
    assert found.returncode == (0 if can_answer else 1)
    assert b"Traceback" not in found.stderr
    if can_answer:
        assert found.stdout.decode() == "Your mug is here.\nSo is your lamp – 日本.\n"


@pytest.mark.parametrize("given", ["<&-", "< /dev/null"])
def test_without_a_question_it_says_so(tmp_path: Path, given: str) -> None:
    found = run(tmp_path, f'"$@" {given}', *ASK)
    assert found.returncode == 2
    assert found.stderr.decode().startswith("headstart: No question was given.")


def test_an_empty_file_holds_no_question_either(tmp_path: Path) -> None:
    found = run(tmp_path, "", *ASK, stdin=b"\n\n")
    assert found.returncode == 2
    assert "No question was given" in found.stderr.decode()


def test_bytes_that_are_no_utf_8_are_shown_as_such(tmp_path: Path) -> None:
    found = run(tmp_path, "", *ASK, "--json", stdin=b"\xef\xbb\xbfWhere is my mug \xff?\n")
    assert json.loads(found.stdout)["question"] == "Where is my mug \ufffd?"
    found = run(tmp_path, '"$@" "$(printf "my mug \\377?")"', *ASK, "--json")
    assert json.loads(found.stdout)["question"] == "my mug \ufffd?"


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp437"])
def test_other_encodings_lose_a_character_and_no_answer(tmp_path: Path, encoding: str) -> None:
    found = run(tmp_path, "", *ASK, "Where is 日本?", "And my lamp?", "--json", PYTHONIOENCODING=encoding)
    assert found.returncode == 0
    first, second = map(json.loads, found.stdout.decode("ascii").splitlines())
    assert (first["question"], second["answer"]) == ("Where is 日本?", "So is your lamp – 日本.")
    found = run(tmp_path, "", *ASK, *QUESTIONS, PYTHONIOENCODING=encoding)
    assert found.returncode == 0
    assert found.stdout.decode(encoding).splitlines()[1].endswith("??.")


def command_line(folder: Path, script: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """A script in which `run` is the command, with the model that is configured."""
    return subprocess.run(
        ["bash", "-c", f'run() {{ "{sys.executable}" -m tui.command.cli "$@"; }}; {script}'],
        cwd=ROOT,
        env=environment(folder, **variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


@pytest.mark.parametrize(
    ("shell", "code", "said"),
    [
        ("run ask --user user123 <&-", 2, "No question was given"),
        ("run ask --user user123 <&- >&-", 2, "No question was given"),
        ("run ask --user user123 <&- >&- 2>&-", 2, ""),
        ("run graph >&-", 1, "Standard output cannot be written"),
        ("run graph >/dev/full", 1, "No space left"),
        ("run --help >/dev/full", 1, "No space left"),
        ("run graph >/dev/full 2>/dev/full", 1, ""),
        ("run graph | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("run accounts reset user123 <&-", 2, "A password was expected"),
        ("printf '' | run accounts reset user123", 2, "A password was expected"),
        ("printf 'a\\nb\\n' >$D; run ask x --user a --password-file $D", 2, "one line"),
        ("printf '' >$D; run ask x --user a --password-file $D", 2, "found nothing"),
        ("printf '\\xff' >$D; run ask x --user a --password-file $D", 2, "not UTF-8"),
        ("run ask x --user a --password-file /", 2, "Is a directory"),
        ("run serve --host 203.0.113.9", 2, "--host"),
        ("run serve --host no.such.invalid", 2, "--host"),
        ("run serve --host a..b", 2, "--host"),
    ],
)
def test_a_stream_or_file_that_is_not_as_it_should_be_is_one_line(
    tmp_path: Path, shell: str, code: int, said: str
) -> None:
    found = command_line(tmp_path, shell, D=str(tmp_path / "file"))
    assert (found.returncode, said in found.stderr) == (code, True), found.stderr
    assert len(found.stderr.splitlines()) == bool(said)


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = command_line(tmp_path, f"run serve --port {port}")
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in found.stderr
    assert "--port" in found.stderr


@pytest.mark.parametrize(
    ("variables", "said"),
    [({"TERM": "dumb"}, "TERM=dumb"), ({"TERM": ""}, "TERM=none"), ({"PYTHONIOENCODING": "latin-1"}, "UTF-8")],
)
def test_a_terminal_that_cannot_draw_is_told_of_ask(tmp_path: Path, variables: dict[str, str], said: str) -> None:
    with PseudoTerminal(tmp_path, **variables) as terminal:
        assert terminal.exit_code() == 2
    assert said.encode() in terminal.raw
    assert b"headstart ask" in terminal.raw
    assert b"\x1b" not in terminal.raw
