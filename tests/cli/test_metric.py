"""`exp metric` and the small curves of `exp show`, in a real store."""

import json
import math
from pathlib import Path

import pytest

from expbench.adapters.series.names import stem_of
from expbench.adapters.store.runs import FileStore
from expbench.cli.main import run
from tests.cli.series_in_store import START, add_long_series, add_run, name_long_key, store_at, summary

RUN = "aaaabbbbcccc"
LONG = "k" * 400


@pytest.fixture
def store(repository: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    monkeypatch.chdir(repository)
    found = store_at(repository)
    series = {"loss": [4.0, math.nan, 2.0, -math.inf], "val/loss": [1.0, 2.0], LONG: [7.0, 8.0]}
    add_run(found, RUN, "first", series, 9, final=summary([1.0]))
    name_long_key(found, RUN, stem_of(LONG), LONG)
    return found


def outcome(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run([*words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_json_holds_the_points_as_they_were_logged(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = outcome(capsys, "metric", "@", "loss", "--json")
    assert code == 0
    assert json.loads(out, parse_constant=lambda word: 1 / 0) == {
        "key": "loss",
        "points": [[0, START, 4.0], [1, START + 1, "NaN"], [2, START + 2, 2.0], [3, START + 3, "-Infinity"]],
    }


def test_csv_has_three_columns(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = outcome(capsys, "metric", "first", "val/loss", "--csv")
    assert out == f"step,time,value\n0,{START},1.0\n1,{START + 1},2.0\n"


def test_people_get_a_table(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = outcome(capsys, "metric", "aaaa", "val/loss")
    assert out.splitlines() == [
        "step                     time  value",
        "   0  2026-03-01 08:59:58 UTC    1.0",
        "   1  2026-03-01 08:59:59 UTC    2.0",
    ]


def test_a_long_table_is_thinned_and_says_so(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    add_long_series(store, RUN, "big", 50_000)
    _, out, err = outcome(capsys, "metric", "@", "big")
    rows = [line.split() for line in out.splitlines()[1:]]
    assert len(rows) <= 200
    assert (rows[0][0], rows[-1][0]) == ("0", "49999")
    assert "of 50,000 points" in err


def test_a_long_series_is_whole_in_json_and_csv(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    add_long_series(store, RUN, "big", 50_000)
    points = json.loads(outcome(capsys, "metric", "@", "big", "--json")[1])["points"]
    assert [point[0] for point in points] == list(range(50_000))
    assert len(outcome(capsys, "metric", "@", "big", "--csv")[1].splitlines()) == 50_001


def test_a_metric_without_a_series_is_one_point(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = outcome(capsys, "metric", "@", "final", "--json")
    assert [(step, value) for step, _, value in json.loads(out)["points"]] == [(0, 0.0)]


def test_a_key_too_long_for_a_file_name_is_found(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = outcome(capsys, "metric", "@", LONG, "--json")
    assert [value for _, _, value in json.loads(out)["points"]] == [7.0, 8.0]


def test_an_unknown_metric_names_what_is_near(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "metric", "@", "los")
    assert (code, out) == (2, "")
    assert "error: the run first has no metric los\n" in err
    assert "did you mean loss" in err


def test_a_series_that_cannot_be_read_is_an_error_in_words(
    store: FileStore, capsys: pytest.CaptureFixture[str]
) -> None:
    metrics = Path(store.run_dir(RUN)) / "metrics"
    for file in metrics.iterdir():
        file.unlink()
    metrics.rmdir()
    metrics.symlink_to(metrics)
    code, _, err = outcome(capsys, "metric", "@", "loss")
    assert code == 3
    assert err.startswith("error: a series can't be read\n")
    code, _, err = outcome(capsys, "show", "@")
    assert code == 0
    assert "warning: a series can't be read" in err


def test_show_draws_small_curves(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    add_long_series(store, RUN, "val/loss", 100_000)
    out = outcome(capsys, "show", "@")[1]
    (loss,) = [line for line in out.splitlines() if line.split()[:2] == ["loss", "█"] or " loss " in line]
    assert "█ ▁" in loss
    (sampled,) = [line for line in out.splitlines() if "val/loss" in line]
    assert any(mark in sampled for mark in "▁▂▃▄▅▆▇█")
    (final,) = [line for line in out.splitlines() if "final" in line]
    assert not any(mark in final for mark in "▁▂▃▄▅▆▇█")
