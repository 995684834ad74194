import json
from pathlib import Path

import pytest
from stubs.exam_model import sits_exams

from bench import answers2, table, targets
from training.exam.second import conversations

LINES = Path(__file__).parents[1] / "training" / "exam" / "second" / "lines.toml"


def test_the_second_exam_is_sat_written_and_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    loads = sits_exams(monkeypatch, tmp_path)
    path = tmp_path / "answers2.json"
    given = ["--questions", str(LINES), "--conversations", "3", "--json", str(path)]
    assert answers2.main(given) == 0
    first = json.loads(path.read_text())
    assert answers2.main(given) == 0
    result = json.loads(path.read_text())
    assert loads == ["embedded"]
    assert result["metrics"] == first["metrics"]
    names = {"right_call", "facts", "way_on", "wrong_facts_shown", "others_data", "questions", "weighted_answered"}
    assert names <= result["metrics"].keys()
    assert all(miss["question"] and "said" in miss for miss in result["samples"]["misses"])
    printed = capsys.readouterr().out
    assert "weighted_answered" in printed
    assert not any(miss["question"] in printed for miss in result["samples"]["misses"])
    monkeypatch.setattr(targets, "result", lambda _: result)
    assert "| delivery and status | 35 |" in table.strangers()


def test_the_misses_of_the_sealed_questions_are_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        answers2.options(["--misses", "3"])
    assert "sealed" in capsys.readouterr().err


def test_only_a_whole_sealed_exam_is_the_committed_result() -> None:
    assert answers2._is_whole(answers2.options([]))
    for part in (["--kind", "cancel"], ["--conversations", "3"], ["--guard", "off"], ["--questions", str(LINES)]):
        assert not answers2._is_whole(answers2.options(part))


def test_a_kind_is_asked_in_the_conversations_that_hold_it() -> None:
    given = answers2.options(["--kind", "human", "--questions", str(LINES)])
    chosen = answers2._chosen(given, conversations.exam(LINES))
    assert len(chosen) == 2
    assert all(any(question.kind == "human" for question in one.questions) for one in chosen)
