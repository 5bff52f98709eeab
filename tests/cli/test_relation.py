"""`exp plot METRIC --against PARAM` and `--params` in a real store: pictures, tables, programs' formats, mistakes."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from expbench.cli.main import run
from expbench.domain.fold import blank
from expbench.render.printable import width
from tests.cli.series_in_store import store_at, summary

Params = dict[str, str | int | float | bool | None]
HOSTILE = "\x1b]0;x\x07[bold]\u202e"


@pytest.fixture(autouse=True)
def project(repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(repository)
    monkeypatch.delenv("LINES", raising=False)
    store = store_at(repository)
    for number in range(6):
        document = blank(f"{number}aaabbbbcccc", f"run-{number}", f"2026-03-01T09:59:{number:02}.000000Z")
        document["experiment"] = "grid" if number < 4 else "other"
        params: Params = {"lr": 0.001 * 10**number, "opt": "adam" if number % 2 else HOSTILE, "one": 1}
        document["params"] = params
        document["metrics"] = {"acc": {**summary([1.0]), "last": 0.5 + number / 10 if number < 5 else "NaN"}}
        store.create(document)
    return repository


def outcome(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["plot", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_one_mark_a_run(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "acc", "--against", "lr", "--width", "60", "--height", "12")
    assert code == 0
    assert out.splitlines()[0] == "acc against lr, log x"
    assert out.count("•") == 5
    assert "0.001" in out
    assert len(out.splitlines()) == 12
    assert max(map(width, out.splitlines())) <= 60
    assert err == "1 run without the two left out\n"


def test_words_are_numbered_and_named_below(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = outcome(capsys, "acc", "--against", "opt", "--width", "60", "--height", "12", "--log-y")
    assert out.splitlines()[0] == "acc against opt, log y"
    assert out.splitlines()[-1] == r"1 \x1b]0;x\x07[bold]\u202e   2 adam"
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202e]", out)


def test_runs_and_filters_choose(capsys: pytest.CaptureFixture[str]) -> None:
    documents = [
        json.loads(outcome(capsys, "acc", "--against", "lr", *words, "--json")[1])
        for words in ((), ("--filter", "experiment = grid"), ("run-1", "run-2"))
    ]
    assert [len(document["points"]) for document in documents] == [5, 4, 2]
    assert documents[1]["points"][0] == {"run": "0aaabbbbcccc", "name": "run-0", "x": 0.001, "y": 0.5}
    assert [document["left_out"] for document in documents] == [1, 0, 0]


def test_params_are_ordered_by_importance_and_runs_by_their_value(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "acc", "--params", "--width", "100")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "acc in 5 runs, more is better"
    assert lines[2].split() == ["lr", "5", "5", "1.00", "██████████", "+1.0"]
    assert [line.split()[:2] for line in lines[-5:]] == [
        [f"{n}aaa", text] for n, text in ((4, "0.9"), (3, "0.8"), (2, "0.7"), (1, "0.6"), (0, "0.5"))
    ]
    assert lines[-5].split()[2] == "──────●"
    assert "one" not in lines[-6]
    assert err == "1 run without a number for acc left out\n"


def test_params_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(outcome(capsys, "acc", "--params", "--json")[1])
    assert document["direction"] == "max"
    assert document["params"][0]["importance"] == pytest.approx(1.0)
    assert document["runs"][0]["params"]["lr"] == 10.0
    rows = list(csv.reader(io.StringIO(outcome(capsys, "acc", "--params", "--csv")[1])))
    assert rows[0] == ["run", "name", "acc", "lr", "opt", "one"]
    assert rows[1] == ["4aaabbbbcccc", "run-4", "0.9", "10.0", r"\x1b]0;x\x07[bold]\u202e", "1"]
    pairs = list(csv.reader(io.StringIO(outcome(capsys, "acc", "--against", "lr", "--csv")[1])))
    assert pairs[:2] == [["run", "name", "lr", "acc"], ["0aaabbbbcccc", "run-0", "0.001", "0.5"]]


def test_without_unicode_the_marks_are_ascii(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    assert outcome(capsys, "acc", "--params")[1].isascii()
    assert outcome(capsys, "acc", "--against", "lr")[1].isascii()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("acc", "--against", "lrr"), "hint: exp plot acc --against lr"),
        (("accc", "--params"), "hint: exp plot acc --params"),
        (("acc", "run-1", "--params", "--filter", "dirty"), "--filter and runs don't go together"),
        (("acc", "acc", "--params"), "acc is a second metric"),
        (("acc", "--params", "--filter", "metrcs.x > 1"), "error"),
        (("acc", "--filter", "dirty"), "--filter is for --against and --params"),
        (("acc", "nobody", "--params"), "there is no run nobody"),
    ],
)
def test_mistakes_are_usage_errors(words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, *words)
    assert (code, out) == (2, "")
    assert says in err
