"""Room on the disk for a run's end."""

from pathlib import Path

from expbench.adapters.store.reserve import let_go, reserve


def test_room_is_taken_and_given_back(tmp_path: Path) -> None:
    reserve(str(tmp_path))
    (held,) = tmp_path.iterdir()
    assert held.stat().st_size == 32_768
    let_go(str(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_where_there_is_none_nobody_is_told(tmp_path: Path) -> None:
    reserve(str(tmp_path / "gone"))
    let_go(str(tmp_path / "gone"))
    let_go(str(tmp_path))


def test_a_planted_file_is_not_written_over(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep")
    (tmp_path / "reserve").symlink_to(precious)
    reserve(str(tmp_path))
    assert precious.read_text() == "keep"
