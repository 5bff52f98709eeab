"""The TSV files at the end of a run, read again as DVC and DVCLive read them."""

import csv
import json
import math
import os
from pathlib import Path

import pytest

from expbench.adapters.series.reader import SeriesFile, find_series
from expbench.adapters.series.tsv import MOST_POINTS, thinned, write_tsv
from expbench.adapters.series.writer import SeriesWriter
from expbench.domain.series import RECORD
from tests.cli.program import dvc
from tests.conftest import run_git


def _series(run_dir: Path, points: dict[str, list[float]]) -> list[SeriesFile]:
    writer = SeriesWriter(str(run_dir / "metrics"), "api")
    for key, values in points.items():
        for value in values:
            writer.append(key, value)
    writer.close()
    from expbench.adapters.series.names import stem_of

    return [*find_series(str(run_dir / "metrics"), {stem_of(key): key for key in points}).values()]


def _raw(path: Path, values: list[float], key: str = "loss") -> SeriesFile:
    path.write_bytes(b"".join(RECORD.pack(step, 0.0, value) for step, value in enumerate(values)))
    return SeriesFile(key, "api", str(path), path.stat().st_size)


def _files(run_dir: Path) -> list[str]:
    root = run_dir / "plots" / "metrics"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_a_series_is_written_as_dvclive_writes_it(tmp_path: Path) -> None:
    assert write_tsv(str(tmp_path), _series(tmp_path, {"val/loss": [1.0, 0.5], "acc": [0.25]})) == 2
    assert (tmp_path / "plots/metrics/val/loss.tsv").read_bytes() == b"step\tloss\n0\t1.0\n1\t0.5\n"
    assert (tmp_path / "plots/metrics/acc.tsv").read_bytes() == b"step\tacc\n0\t0.25\n"


def test_it_equals_a_file_of_dvclive_byte_for_byte(tmp_path: Path) -> None:
    real = Path(__file__).parents[1] / "foreign/fixtures/dvclive/plots/metrics/val/acc.tsv"
    write_tsv(str(tmp_path), _series(tmp_path, {"val/acc": [0.5, math.nan, math.inf, 0.9]}))
    assert (tmp_path / "plots/metrics/val/acc.tsv").read_bytes() == real.read_bytes()


def test_values_come_back_exactly(tmp_path: Path) -> None:
    values = [0.1, 1e-300, 1.7976931348623157e308, -0.0, 1 / 3, -math.inf]
    write_tsv(str(tmp_path), _series(tmp_path, {"x": values}))
    assert [float(row["x"]) for row in _rows(tmp_path / "plots/metrics/x.tsv")] == values


HOSTILE = [
    "../x", "../../../../tmp/x", "/etc/x", "a/../../x", ".", "..", "", "/", "//", "a/", "/a", "a//b", ".hidden",
    "nul\0x", "new\nline", "tab\tx", 'quote"x', "back\\slash", "k" * 5000, "/".join("d" * 300), "é" * 300, "\ud800",
    "con", "loss.tsv/x", "loss", "loss.tsv", "LOSS", "..." , "step", "\u202ex", "\x1b[31m", "a" * 199 + "é",
]  # fmt: skip


def test_no_key_leaves_the_folder_or_is_lost(tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    series = [_raw(run_dir / f"{number}.pts", [float(number)], key) for number, key in enumerate(HOSTILE)]
    assert write_tsv(str(run_dir), series) == len(HOSTILE)
    files = _files(run_dir)
    assert len({name.casefold() for name in files}) == len(files) == len(HOSTILE)
    assert all(name.isprintable() for name in files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]
    found = {float(row[-1]) for name in files for row in [_last_row(run_dir / "plots/metrics" / name)]}
    assert found == {float(number) for number in range(len(HOSTILE))}


def _last_row(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    assert len(rows) == 2
    assert rows[0][0] == "step"
    assert len(rows[0]) == len(rows[1]) == 2
    return rows[1]


def test_above_10000_points_a_series_is_thinned_and_keeps_its_peaks(tmp_path: Path) -> None:
    count = 123_457
    values = [math.sin(n / 50) for n in range(count)]
    values[77_777], values[33_333] = 99.0, -99.0
    points = [
        row for part in thinned(_raw(tmp_path / "x.pts", values)) for row in zip(part.steps, part.values, strict=True)
    ]
    steps = [step for step, _ in points]
    assert MOST_POINTS // 2 < len(points) <= MOST_POINTS
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, count - 1)
    assert (77_777, 99.0) in points
    assert (33_333, -99.0) in points
    assert all(value == values[step] for step, value in points)


@pytest.mark.parametrize("count", [1, 2, MOST_POINTS, MOST_POINTS + 1, MOST_POINTS + 2, 2 * MOST_POINTS, 60_000])
def test_thinning_at_its_borders(tmp_path: Path, count: int) -> None:
    series = _raw(tmp_path / "x.pts", [float(n % 7) for n in range(count)])
    steps = [step for part in thinned(series) for step in part.steps]
    assert len(steps) <= MOST_POINTS
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (0, count - 1)
    assert count > MOST_POINTS or len(steps) == count


def test_nan_hides_no_peak_and_a_stretch_of_nothing_else_stays(tmp_path: Path) -> None:
    values = [math.nan] * 50_000
    values[20_001] = 5.0
    points = [value for part in thinned(_raw(tmp_path / "x.pts", values)) for value in part.values]
    assert 5.0 in points
    assert any(math.isnan(value) for value in points)
    assert len(points) <= MOST_POINTS


def test_old_files_are_replaced_as_a_whole(tmp_path: Path) -> None:
    write_tsv(str(tmp_path), _series(tmp_path, {"old": [1.0]}))
    write_tsv(str(tmp_path), [_raw(tmp_path / "x.pts", [2.0], "new")])
    assert _files(tmp_path) == ["new.tsv"]
    assert os.listdir(tmp_path / "plots") == ["metrics"]


def test_a_failure_leaves_the_old_files_and_nothing_else(tmp_path: Path) -> None:
    write_tsv(str(tmp_path), _series(tmp_path, {"old": [1.0]}))
    with pytest.raises(FileNotFoundError):
        write_tsv(str(tmp_path), [SeriesFile("gone", "api", str(tmp_path / "gone.pts"), 24)])
    assert _files(tmp_path) == ["old.tsv"]
    assert os.listdir(tmp_path / "plots") == ["metrics"]


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / "plots/.metrics.123.abc/val").mkdir(parents=True)
    (tmp_path / "plots/.metrics.old").symlink_to("/etc")
    write_tsv(str(tmp_path), _series(tmp_path, {"loss": [1.0]}))
    assert os.listdir(tmp_path / "plots") == ["metrics"]


@pytest.mark.parametrize("place", ["plots", "plots/metrics"])
def test_links_in_the_run_lead_nowhere(tmp_path: Path, place: str) -> None:
    run_dir, outside = tmp_path / "run", tmp_path / "outside"
    (run_dir / place).parent.mkdir(parents=True)
    outside.mkdir()
    (outside / "keep").touch()
    (run_dir / place).symlink_to(outside)
    write_tsv(str(run_dir), [_raw(tmp_path / "x.pts", [1.0])])
    assert os.listdir(outside) == ["keep"]
    assert _files(run_dir) == ["loss.tsv"]


@pytest.mark.slow
def test_dvc_draws_them(repository: Path) -> None:
    """Real DVC: the files alone, and as the plots of a `dvc.yaml` across two revisions."""
    dvc(repository, "init", "-q")
    (repository / "dvc.yaml").write_text("plots:\n- plots/metrics:\n    x: step\n")
    write_tsv(str(repository), [_raw(repository.parent / "a.pts", [1.0, 0.5], "val/loss")])
    run_git(repository, "add", "-A")
    run_git(repository, "commit", "-q", "-m", "plots")
    alone = dvc(repository, "plots", "show", "plots/metrics/val/loss.tsv", "--json")
    assert _drawn(alone) == [(0, 1.0, "workspace"), (1, 0.5, "workspace")]
    write_tsv(str(repository), [_raw(repository.parent / "a.pts", [2.0, math.inf], "val/loss")])
    both = dvc(repository, "plots", "diff", "HEAD", "--json")
    assert _drawn(both) == [(0, 1.0, "HEAD"), (1, 0.5, "HEAD"), (0, 2.0, "workspace"), (1, math.inf, "workspace")]


def _drawn(printed: str) -> list[tuple[int, float, str]]:
    (plots,) = json.loads(printed)["data"].values()
    rows = plots[0]["content"]["data"]["values"]
    return sorted(((int(row["step"]), float(row["loss"]), row["rev"]) for row in rows), key=lambda row: row[2])
