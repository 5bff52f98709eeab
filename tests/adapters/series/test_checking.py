"""Torn, missing and altered series are named by their file."""

from pathlib import Path

from expbench.adapters.series.checking import verify_series
from expbench.adapters.series.reader import find_series, summaries
from expbench.adapters.series.writer import SeriesWriter
from expbench.domain.document import Summary


def recorded(folder: Path) -> dict[str, Summary]:
    """Three series of two sources, and their summaries as at the run's end."""
    for source, keys in (("api", ["loss", "x" * 500]), ("system", ["system/cpu"])):
        writer = SeriesWriter(str(folder), source)
        for key in keys:
            for value in range(3):
                writer.append(key, value)
        writer.close()
    found = find_series(str(folder), dict.fromkeys([_long(folder).split(".")[0]], "x" * 500))
    return {key: running.summary for key, running in summaries(found.values(), {}).items()}


def _long(folder: Path) -> str:
    return next(path.name for path in folder.iterdir() if path.name.startswith("~"))


def test_sound_series_have_no_fault(tmp_path: Path) -> None:
    metrics = recorded(tmp_path / "metrics")
    assert len(metrics) == 3
    assert verify_series(str(tmp_path / "metrics"), metrics) == []


def test_each_damage_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    metrics = recorded(folder)
    with (folder / "loss.api.pts").open("ab") as file:
        file.write(b"torn")
    (folder / "system%2Fcpu.system.pts").unlink()
    (folder / _long(folder)).write_bytes(bytes(24))
    assert dict(verify_series(str(folder), metrics)) == {
        "metrics/loss.api.pts": "its last point is torn: 4 of 24 bytes",
        "metrics/system%2Fcpu.system.pts": "it is missing",
        f"metrics/{_long(folder)}": "it holds 1 points, and the run ended with 3",
    }


def test_a_metric_from_a_file_has_no_series_to_miss(tmp_path: Path) -> None:
    metrics = recorded(tmp_path / "metrics")
    one: Summary = {**metrics["loss"], "source": "file:metrics.json"}
    assert verify_series(str(tmp_path / "nothing"), {"acc": one}) == []
    (tmp_path / "metrics" / "acc.file.pts").write_bytes(b"")
    assert "metrics/acc.file.pts" in [fault.path for fault in verify_series(str(tmp_path / "metrics"), {"acc": one})]


def test_a_series_that_no_summary_tells_of_must_only_be_whole(tmp_path: Path) -> None:
    """The same key of two sources: the summary is of the first, the other's file is still looked at."""
    folder = tmp_path / "metrics"
    metrics = recorded(folder)
    (folder / "loss.stdout.pts").write_bytes(bytes(25))
    assert [fault.path for fault in verify_series(str(folder), metrics)] == ["metrics/loss.stdout.pts"]


def test_a_link_in_place_of_a_series_counts_as_missing(tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    metrics = recorded(folder)
    (folder / "loss.api.pts").rename(tmp_path / "elsewhere.pts")
    (folder / "loss.api.pts").symlink_to(tmp_path / "elsewhere.pts")
    assert [fault.why for fault in verify_series(str(folder), metrics)] == ["it is missing"]
