"""Reading series and keeping summaries current."""

from pathlib import Path

from expbench.adapters.series.reader import BLOCK, Running, blocks, find_series, read_points, summaries
from expbench.adapters.series.writer import SeriesWriter
from expbench.domain.series import RECORD


def test_a_run_without_series_has_none(tmp_path: Path) -> None:
    assert find_series(str(tmp_path / "metrics"), {}) == {}


def test_long_keys_are_told_by_the_journal(tmp_path: Path) -> None:
    SeriesWriter(str(tmp_path), "api").append("k" * 400, 1.0)
    (stem,) = find_series(str(tmp_path), {})
    assert list(find_series(str(tmp_path), {stem: "k" * 400})) == ["k" * 400]


def test_what_the_program_logs_wins_over_its_output(tmp_path: Path) -> None:
    SeriesWriter(str(tmp_path), "stdout").append("loss", 1.0)
    SeriesWriter(str(tmp_path), "api").append("loss", 2.0)
    found = find_series(str(tmp_path), {})["loss"]
    assert (found.source, list(read_points(found).values)) == ("api", [2.0])


def test_folders_links_and_empty_files_are_no_series(tmp_path: Path) -> None:
    (tmp_path / "a.api.pts").mkdir()
    (tmp_path / "b.api.pts").touch()
    (tmp_path / "c.api.pts").symlink_to("/etc/passwd")
    (tmp_path / "d.api.pts").write_bytes(b"\0" * (RECORD.size - 1))
    assert find_series(str(tmp_path), {}) == {}


def test_a_summary_is_carried_on_by_reading_only_what_is_new(tmp_path: Path) -> None:
    writer = SeriesWriter(str(tmp_path), "api")
    for value in (5.0, 1.0):
        writer.append("loss", value)
    first = summaries(find_series(str(tmp_path), {}).values(), {})
    writer.append("loss", 3.0)
    # Were the earlier bytes read again, this altered summary would be put right.
    altered = {"loss": Running(first["loss"].covered, {**first["loss"].summary, "max": 99.0})}
    second = summaries(find_series(str(tmp_path), {}).values(), altered)["loss"]
    assert second.summary["count"] == 3
    assert (second.summary["last"], second.summary["min"], second.summary["max"]) == (3.0, 1.0, 99.0)
    assert second.covered == 3 * RECORD.size


def test_a_series_that_shrank_is_read_anew(tmp_path: Path) -> None:
    writer = SeriesWriter(str(tmp_path), "api")
    writer.append("loss", 1.0)
    earlier = {
        "loss": Running(10 * RECORD.size, summaries(find_series(str(tmp_path), {}).values(), {})["loss"].summary)
    }
    assert summaries(find_series(str(tmp_path), {}).values(), earlier)["loss"].summary["count"] == 1


def test_blocks_hold_all_points_in_bounded_pieces(tmp_path: Path) -> None:
    count = BLOCK // RECORD.size * 2 + 5
    (tmp_path / "loss.api.pts").write_bytes(b"".join(RECORD.pack(n, 0.0, float(n)) for n in range(count)))
    pieces = list(blocks(find_series(str(tmp_path), {})["loss"]))
    assert [len(piece.values) for piece in pieces] == [BLOCK // RECORD.size, BLOCK // RECORD.size, 5]
    assert pieces[-1].steps[-1] == count - 1
