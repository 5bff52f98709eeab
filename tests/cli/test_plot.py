"""`exp plot` in a real store: the figure, its errors, and what programs read."""

import csv
import io
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from expbench.adapters.store.runs import FileStore
from expbench.cli.main import run
from expbench.render.printable import width
from tests.cli.series_in_store import START, add_long_series, add_run, store_at, summary

FIRST, SECOND = "aaaabbbbcccc", "ddddbbbbcccc"


@pytest.fixture
def store(repository: Path, monkeypatch: pytest.MonkeyPatch) -> FileStore:
    monkeypatch.chdir(repository)
    monkeypatch.delenv("LINES", raising=False)
    found = store_at(repository)
    series = {"loss": [4.0, 3.0, 2.0, 1.0], "bad": [math.nan] * 3, "signs": [-1.0, 0.0, 1.0, 10.0]}
    add_run(found, FIRST, "first", series, 9, final=summary([1.0]))
    add_run(found, SECOND, "second", {"loss": [1.0, 2.0, 3.0, math.inf], "spike": [1.0] * 30 + [1e9]}, 10)
    return found


def outcome(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["plot", *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_the_latest_run_is_plotted(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "loss", "--width", "40", "--height", "10")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "loss by step"
    assert lines[-1] == "⠤⠤ loss  dddd second"
    assert len(lines) == 10
    assert max(map(width, lines)) <= 40
    assert err == "warning: 1 value NaN or infinite, left as gaps\n"


def test_runs_are_overlaid_with_marks_of_their_own(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = outcome(capsys, "loss", "first", "@", "--height", "12")
    assert out.splitlines()[-2:] == ["•• loss  aaaa first", "×× loss  dddd second"]


def test_columns_lines_and_locale_are_honoured(
    store: FileStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "33")
    monkeypatch.setenv("LINES", "9")
    monkeypatch.setenv("LC_ALL", "C")
    _, out, _ = outcome(capsys, "loss", "first")
    assert out.isascii()
    assert len(out.splitlines()) == 9
    assert max(map(len, out.splitlines())) <= 33


def test_colour_only_where_it_is_wanted(
    store: FileStore, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[94m" in outcome(capsys, "loss", "first", "@")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in outcome(capsys, "loss", "first", "@")[1]


def test_a_series_of_nan_alone_says_so(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "bad", "first")
    assert (code, out) == (0, "no point to draw\n")
    assert "3 values NaN or infinite" in err


def test_a_logarithmic_axis_tells_what_it_leaves_out(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = outcome(capsys, "signs", "first", "--log-y")
    assert (code, out.splitlines()[0]) == (0, "signs by step, log y")
    assert "2 values not above 0" in err


def test_an_outlier_is_drawn_or_clipped(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert outcome(capsys, "spike")[0] == 0
    code, _, err = outcome(capsys, "spike", "--clip-outliers")
    assert (code, err) == (0, "warning: 1 outlier outside of the picture\n")


def test_a_metric_of_one_point_is_a_point(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = outcome(capsys, "final", "first", "--height", "8")
    assert code == 0
    assert out.splitlines()[-1] == "⠤⠤ final  aaaa first"


def test_csv_is_exact_and_smoothed_when_asked(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = outcome(capsys, "loss", "first", "@", "--csv")
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["run", "metric", "step", "time", "value"]
    assert rows[1] == [FIRST, "loss", "0", str(START), "4.0"]
    assert rows[-1] == [SECOND, "loss", "3", str(START + 3), "Infinity"]
    assert len(rows) == 9
    assert err == ""
    smooth = list(csv.reader(io.StringIO(outcome(capsys, "loss", "first", "--csv", "--smooth", "0.5")[1])))
    assert float(smooth[2][4]) == pytest.approx((0.5 * 4 + 3) / 1.5)


def test_json_is_one_strict_document(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(outcome(capsys, "loss", "first", "@", "--json")[1], parse_constant=lambda word: 1 / 0)
    assert [(item["run"], item["name"], item["metric"]) for item in document] == [
        (FIRST, "first", "loss"),
        (SECOND, "second", "loss"),
    ]
    assert document[1]["points"][3] == [3, START + 3, "Infinity"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["los"], "error: there is no metric los\n"),
        (["loss", "nobody"], "error: there is no metric and no run nobody\n"),
        (["signs"], "error: the run second has no metric signs\n"),
        (["loss", "--smooth", "1"], "error: --smooth is out of range\n"),
        (["loss", "--smooth", "nan"], "error: --smooth is out of range\n"),
        (["loss", "--x", "epoch"], "error: there is no axis 'epoch'\n"),
    ],
)
def test_mistakes_are_told_in_words(
    store: FileStore, capsys: pytest.CaptureFixture[str], words: list[str], what: str
) -> None:
    code, out, err = outcome(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith(what)
    assert "hint: exp " in err


def test_some_runs_without_the_metric_are_a_warning(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = outcome(capsys, "signs", "first", "second")
    assert code == 0
    assert err.startswith(f"warning: run second {SECOND} has no metric signs\n")


def test_a_hostile_metric_and_run_stay_text(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    key = "a\x1b]52;c;aGk=\x07\u202eb/../x"
    add_run(store, "eeeebbbbcccc", "evil\x9b31m", {key: [1.0, 2.0]}, 11)
    for options in ([], ["--csv"], ["--json"]):
        code, out, _ = outcome(capsys, key, *options)
        assert code == 0
        assert all(line.isprintable() for line in out.splitlines())


def test_a_run_of_ten_thousand_metrics(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    add_run(store, "eeeebbbbcccc", "many", {}, 11, **{f"m{n}": summary([1.0]) for n in range(10_000)})
    assert outcome(capsys, "m9999")[0] == 0
    assert "and 9993 more" in outcome(capsys, "nothing")[2]


def test_memory_does_not_grow_with_the_series(store: FileStore, repository: Path) -> None:
    """Two million points are 48 MB: drawing them must take much less than that."""
    add_run(store, "eeeebbbbcccc", "long", {}, 11)
    peaks = {}
    for count in (1000, 2_000_000):
        add_long_series(store, "eeeebbbbcccc", "big", count)
        code = "import resource, sys; from expbench.cli.main import run; c = run(sys.argv[1:]); "
        code += "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(c)"
        done = subprocess.run(
            [sys.executable, "-c", code, "plot", "big"],
            cwd=repository,
            env=os.environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        peaks[count] = int(done.stderr) * (1 if sys.platform == "darwin" else 1024)
    assert peaks[2_000_000] - peaks[1000] < 20_000_000


def test_a_part_of_the_curves_is_drawn_and_printed(store: FileStore, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = outcome(capsys, "spike", "--from", "10", "--to", "20", "--width", "60", "--height", "10")
    assert "1e9" not in out
    rows = outcome(capsys, "spike", "--from", "28", "--csv")[1].splitlines()
    assert [row.split(",")[2:] for row in rows[1:]] == [
        ["28", f"{START + 28}", "1.0"],
        ["29", f"{START + 29}", "1.0"],
        ["30", f"{START + 30}", "1000000000.0"],
    ]
    timed = outcome(capsys, "spike", "--x", "time", "--to", "1", "--csv")[1].splitlines()
    assert [row.split(",")[2] for row in timed[1:]] == ["0", "1"]


@pytest.mark.parametrize("words", [("--from", "5", "--to", "5"), ("--from", "nan", "--to", "1"), ("--from", "1e9")])
def test_a_part_without_room_is_a_mistake(
    words: tuple[str, ...], store: FileStore, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = outcome(capsys, "spike", *words)
    assert code == 2
    assert err.startswith("error: there is nothing between --from and --to\n")
