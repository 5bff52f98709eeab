"""Collecting what a run wrote with other tools: files made by the real DVCLive and TensorBoard writers."""

import json
import math
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.foreign import collecting, looking, records
from expbench.adapters.foreign.collecting import Collected, collect, log_series, source_of
from expbench.adapters.foreign.records import Series
from expbench.adapters.series.reader import find_series, read_points
from expbench.adapters.series.writer import SeriesWriter
from tests.adapters.foreign.test_tfrecord import event, field, framed

FIXTURES = Path(__file__).parent / "fixtures"
EVENTS = "events.out.tfevents.1700000000.host"


def _collect(root: Path, before: looking.ForeignWatch | None = None) -> Collected:
    return collect(str(root), before or looking.ForeignWatch({}), {})


def _points(series: Series) -> list[tuple[int | None, float]]:
    return [(step, value) for step, _, value in series.columns.points()]


def _by_key(found: Collected) -> dict[str, list[tuple[int | None, float]]]:
    assert len({series.key for series in found.series}) == len(found.series)
    return {series.key: _points(series) for series in found.series}


def _events(root: Path, folder: str, *values: tuple[str, float], name: str = EVENTS) -> Path:
    path = root / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(framed(event(tag, value, step)) for step, (tag, value) in enumerate(values)))
    return path


def _tsv(root: Path, path: str, text: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


# --- TensorBoard ---


def test_scalars_of_the_writer_that_pytorch_users_have(tmp_path: Path) -> None:
    """Written by tensorboardX; its histogram and text are no metrics."""
    shutil.copytree(FIXTURES / "tb/plain", tmp_path / "runs/a")
    found = _collect(tmp_path)
    keys = _by_key(found)
    assert sorted(keys) == ["bad", "loss", "val/acc"]
    assert [step for step, _ in keys["val/acc"]] == [0, 10, 20, 30, 40]
    assert [value for _, value in keys["loss"]] == pytest.approx([1 / n for n in range(1, 6)], rel=1e-6)
    assert math.isnan(keys["bad"][0][1])
    assert {series.source for series in found.series} == {"tensorboard"}
    loss = next(series for series in found.series if series.key == "loss")
    assert [at for _, at, _ in loss.columns.points()] == [1700000000.5 + n for n in range(5)]
    assert found.warnings == []


def test_scalars_as_tensors_of_every_type(tmp_path: Path) -> None:
    """Written by TensorBoard's own writer, as TensorFlow 2 and Keras do."""
    shutil.copytree(FIXTURES / "tb/tensors", tmp_path / "logs/train")
    keys = _by_key(_collect(tmp_path))
    assert sorted(keys) == ["bare", "content", "double", "epoch_loss", "half", "int32", "int64", "one"]
    assert keys["double"] == [(0, 0.1), (1, 1.1), (2, 2.1)]
    assert keys["int64"] == [(n, 2.0**40 + n) for n in range(3)]
    assert keys["int32"] == [(0, -5.0), (1, -6.0), (2, -7.0)]
    assert keys["half"] == [(0, 0.5), (1, 1.5), (2, 2.5)]
    assert keys["content"] == [(7, 0.75)]


def test_the_folder_goes_before_a_tag_only_on_a_clash(tmp_path: Path) -> None:
    _events(tmp_path, "logs/train", ("loss", 0.5), ("lr", 0.25))
    _events(tmp_path, "logs/validation", ("loss", 1.5))
    assert sorted(_by_key(_collect(tmp_path))) == ["lr", "train/loss", "validation/loss"]


def test_the_upper_of_two_clashing_folders_keeps_its_tags(tmp_path: Path) -> None:
    """As `add_scalars` of PyTorch writes: a folder below the run's own."""
    _events(tmp_path, "runs/x", ("loss", 0.5))
    _events(tmp_path, "runs/x/loss_train", ("loss", 1.5))
    assert _by_key(_collect(tmp_path)) == {"loss": [(0, 0.5)], "loss_train/loss": [(0, 1.5)]}


def test_two_files_of_one_folder_are_one_series(tmp_path: Path) -> None:
    _events(tmp_path, "runs", ("loss", 1.0), name="events.out.tfevents.1.host")
    _events(tmp_path, "runs", ("loss", 2.0), name="events.out.tfevents.2.host")
    assert _by_key(_collect(tmp_path)) == {"loss": [(0, 1.0), (0, 2.0)]}


def test_damage_is_told_by_name_and_harms_no_other_file(tmp_path: Path) -> None:
    path = _events(tmp_path, "a", ("loss", 1.0), ("loss", 2.0))
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    _events(tmp_path, "b", ("acc", 0.5))
    found = _collect(tmp_path)
    assert _by_key(found) == {"loss": [(0, 1.0)], "acc": [(0, 0.5)]}
    (warning,) = found.warnings
    assert warning.startswith(f"a/{EVENTS} was not read to its end: it is damaged")


def test_a_file_that_is_being_written_gives_what_is_whole(tmp_path: Path) -> None:
    path = _events(tmp_path, "a", ("loss", 1.0), ("loss", 2.0))
    path.write_bytes(path.read_bytes()[:-3])
    found = _collect(tmp_path)
    assert _by_key(found) == {"loss": [(0, 1.0)]}
    assert found.warnings == []


def test_a_record_that_is_no_event_is_told(tmp_path: Path) -> None:
    path = tmp_path / EVENTS
    path.write_bytes(framed(event("loss", 1.0)) + framed(field(5, b"\xff\xff")))
    found = _collect(tmp_path)
    assert _by_key(found) == {"loss": [(0, 1.0)]}
    assert len(found.warnings) == 1


def test_random_bytes_and_empty_files_cost_a_warning_at_most(tmp_path: Path) -> None:
    for number, data in enumerate((b"", b"\0", b"\0" * 1000, os.urandom(10_000), b"<html>" * 100)):
        (tmp_path / f"{EVENTS}.{number}").write_bytes(data)
    found = _collect(tmp_path)
    assert found.series == []
    assert len(found.warnings) <= 3


def test_points_beyond_the_limit_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_POINTS", 3)
    _events(tmp_path, "a", *[("loss", float(n)) for n in range(10)])
    found = _collect(tmp_path)
    assert len(_by_key(found)["loss"]) == 3
    assert "more than 3 points" in found.warnings[0]


# --- DVCLive ---


def test_a_folder_of_the_real_dvclive(tmp_path: Path) -> None:
    """TSVs with and without times, NaN and infinity; a metric without a plot comes from metrics.json alone."""
    shutil.copytree(FIXTURES / "dvclive", tmp_path / "dvclive")
    found = _collect(tmp_path)
    keys = _by_key(found)
    assert sorted(keys) == ["loss", "timed", "unplotted", "val/acc"]
    assert keys["loss"] == [(0, 1.0), (1, 0.5), (2, 0.3333333333333333), (3, 0.25)]
    assert [value for _, value in keys["val/acc"]][2:] == [math.inf, 0.9]
    assert math.isnan(keys["val/acc"][1][1])
    assert keys["unplotted"] == [(3, 3.25)]
    timed = next(series for series in found.series if series.key == "timed")
    assert all(1.7e9 < at < 2e9 for _, at, _ in timed.columns.points())
    assert {series.source for series in found.series} == {"dvclive"}
    assert found.warnings == []


def test_tsvs_win_over_metrics_json_also_where_that_is_a_metrics_file(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "dvclive", tmp_path / "dvclive")
    document = json.loads((tmp_path / "dvclive/metrics.json").read_text())
    documents: dict[str, dict[str, float]] = {
        "dvclive/metrics.json": document,
        "other.json": {"loss": 9.0, "f1": 0.5},
    }
    found = collect(str(tmp_path), looking.ForeignWatch({}), documents)
    sources = {(series.key, source_of(series)) for series in found.series}
    assert ("loss", "dvclive") in sources
    assert ("f1", "file:other.json") in sources
    assert "file:dvclive/metrics.json" not in {source for _, source in sources}


def test_any_folder_name_of_dvclive_and_the_root_itself(tmp_path: Path) -> None:
    _tsv(tmp_path, "out/live/plots/metrics/a/b.tsv", "step\tb\n0\t1.5\n")
    _tsv(tmp_path, "plots/metrics/c.tsv", "step\tc\n0\t2.5\n")
    assert _by_key(_collect(tmp_path)) == {"a/b": [(0, 1.5)], "c": [(0, 2.5)]}


def test_two_folders_with_one_key(tmp_path: Path) -> None:
    _tsv(tmp_path, "one/plots/metrics/loss.tsv", "step\tloss\n0\t1.5\n")
    _tsv(tmp_path, "two/plots/metrics/loss.tsv", "step\tloss\n0\t2.5\n")
    assert _by_key(_collect(tmp_path)) == {"one/loss": [(0, 1.5)], "two/loss": [(0, 2.5)]}


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("step\tx\n0\t0.5\n1\t0.2", [(0, 0.5)]),
        ("step\tx\r\n0\t0.5\r\n", [(0, 0.5)]),
        ("step\tx\n0\twarm\n1\t\n2\t0.5\t7\n3\n\n4\t0.25\n", [(4, 0.25)]),
        (
            "step\tx\n-5\t1\n1.5\t2\n\t3\n99999999999999999999\t4\n",
            [(-5, 1.0), (None, 2.0), (None, 3.0), (None, 4.0)],
        ),
        ("timestamp\tstep\tx\n1700000000000\t3\t0.5\n", [(3, 0.5)]),
        ('step\t"a ""b"""\n0\t"0.5"\n', [(0, 0.5)]),
        ("x\n0.5\n0.25\n", [(None, 0.5), (None, 0.25)]),
        ("step\tx\n--5\t1\n5-\t2\n-\t3\n9223372036854775808\t4\n", [(None, n + 1.0) for n in range(4)]),
        ('step\tx\n0\t1\n1\rb"\t2\n"1\t3\n2\t4\n', [(0, 1.0), (2, 4.0)]),
        ("step\tstep\n0\t7\n", [(0, 7.0)]),
    ],
)
def test_rows_of_all_kinds(tmp_path: Path, text: str, points: list[tuple[int | None, float]]) -> None:
    """A row without its newline may be half a number: it does not count."""
    _tsv(tmp_path, "live/plots/metrics/x.tsv", text)
    assert _by_key(_collect(tmp_path)) == {"x": points}


@pytest.mark.parametrize("text", ["", "step\n", "a\tb\tc\n1\t2\t3\n", "step\tx"])
def test_what_is_no_table_of_dvclive_costs_a_warning(tmp_path: Path, text: str) -> None:
    _tsv(tmp_path, "live/plots/metrics/x.tsv", text)
    found = _collect(tmp_path)
    assert found.series == []
    assert found.warnings == ["live/plots/metrics/x.tsv was not read: it is not a TSV file of DVCLive"]


@pytest.mark.parametrize("text", ["{", "[1]", "\xff", '{"loss": {"a": 1e999}, "step": true, "n": "NaN", "t": "x"}'])
def test_a_broken_summary_harms_no_series(tmp_path: Path, text: str) -> None:
    _tsv(tmp_path, "live/plots/metrics/x.tsv", "step\tx\n0\t0.5\n")
    (tmp_path / "live/metrics.json").write_bytes(text.encode("latin-1"))
    assert _by_key(_collect(tmp_path))["x"] == [(0, 0.5)]


def test_a_summary_of_an_earlier_run_does_not_count(tmp_path: Path) -> None:
    _tsv(tmp_path, "live/metrics.json", '{"old": 1}')
    before = looking.before(str(tmp_path))
    _tsv(tmp_path, "live/plots/metrics/x.tsv", "step\tx\n0\t0.5\n")
    assert _by_key(_collect(tmp_path, before)) == {"x": [(0, 0.5)]}


# --- what the run wrote ---


def test_only_what_the_run_wrote_counts(tmp_path: Path) -> None:
    _events(tmp_path, "runs/old", ("old", 1.0))
    changed = _tsv(tmp_path, "live/plots/metrics/x.tsv", "step\tx\n0\t0.5\n")
    _tsv(tmp_path, "live/plots/metrics/same.tsv", "step\tsame\n0\t0.5\n")
    before = looking.before(str(tmp_path))
    assert _collect(tmp_path, before) == Collected([], [])
    changed.write_text("step\tx\n0\t0.5\n1\t0.25\n")
    _events(tmp_path, "runs/new", ("new", 2.0))
    assert sorted(_by_key(_collect(tmp_path, before))) == ["new", "x"]


def test_places_that_are_not_searched(tmp_path: Path) -> None:
    """Hidden folders (our own store among them), environments, what DVC tracks, and what links lead to."""
    outside = tmp_path / "outside"
    root = tmp_path / "root"
    _events(outside, "runs", ("loss", 1.0))
    for folder in (".exp/runs/a", "node_modules/a", "venv", "data/tb"):
        _events(root, folder, ("loss", 1.0))
    (root / "data.dvc").touch()
    (root / "link").symlink_to(outside)
    (root / EVENTS).symlink_to(outside / "runs" / EVENTS)
    assert _collect(root) == Collected([], [])


def test_fifos_and_unreadable_places_stop_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / EVENTS)
    (tmp_path / "plots/metrics").mkdir(parents=True)
    os.mkfifo(tmp_path / "plots/metrics/x.tsv")
    assert _collect(tmp_path) == Collected([], [])


def test_a_file_that_became_a_fifo_is_told_and_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / EVENTS
    os.mkfifo(path)
    warnings: list[str] = []
    from expbench.adapters.foreign import tensorboard

    tensorboard.gather(str(tmp_path), [EVENTS, "gone"], warnings)
    assert warnings == [
        f"{EVENTS} was not read to its end: it is not a regular file",
        "gone was not read: No such file or directory",
    ]


def test_a_large_tree_is_searched_from_the_top_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST_ENTRIES", 50)
    for number in range(60):
        _events(tmp_path, f"a/b/c/d{number}", ("deep", 1.0))
    _events(tmp_path, "runs", ("loss", 1.0))
    assert "loss" in {series.key for series in _collect(tmp_path).series}
    assert len(looking.before(str(tmp_path)).stamps) < 60


# --- metrics files and logging ---


def test_metrics_files_are_series_of_one_point(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("{}")
    documents: dict[str, dict[str, Any]] = {
        "metrics.json": {"acc": 0.9, "val": {"loss": 3}},
        "b.json": {"acc": 0.5, "ok": True},
    }
    found = collect(str(tmp_path), looking.ForeignWatch({}), documents)
    assert _by_key(found) == {"acc": [(0, 0.9)], "val.loss": [(0, 3.0)], "b.json:acc": [(0, 0.5)]}
    assert [source_of(series) for series in found.series] == [
        "file:metrics.json", "file:metrics.json", "file:b.json",
    ]  # fmt: skip
    ((_, at, _),) = found.series[0].columns.points()
    assert at == (tmp_path / "metrics.json").stat().st_mtime


def test_series_are_logged_and_read_back_under_their_source(tmp_path: Path) -> None:
    _tsv(tmp_path, "live/plots/metrics/val/acc.tsv", "step\tacc\n5\t0.5\n7\t0.75\n\t0.8\n")
    for series in _collect(tmp_path).series:
        writer = SeriesWriter(str(tmp_path / "metrics"), series.source)
        log_series(series, writer.append)
        writer.close()
    found = find_series(str(tmp_path / "metrics"), {})["val/acc"]
    points = read_points(found)
    assert (found.source, list(points.steps), list(points.values)) == ("dvclive", [5, 7, 8], [0.5, 0.75, 0.8])


def test_each_source_is_one_that_series_know() -> None:
    from expbench.adapters.foreign import dvclive, tensorboard
    from expbench.adapters.series.names import SOURCES

    assert {dvclive.SOURCE, tensorboard.SOURCE, collecting.FILE} <= set(SOURCES)
