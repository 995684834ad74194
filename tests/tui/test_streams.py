"""Standard streams that are missing, full, no longer read, or of another encoding."""

import json
import subprocess
from pathlib import Path

import pytest
from stubs.pseudo_terminal import environment, program

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
    assert found.returncode == 0
    assert b"Traceback" not in found.stderr
    if closed in ("<&-", "2>&-"):
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
