"""A work tree's folder is made where files cost little, and nothing else is left of the search."""

import os
from pathlib import Path

import pytest

from expbench.adapters.worktrees import spreading
from expbench.adapters.worktrees.spreading import candidates, make_folder


def test_a_folder_is_made_and_is_empty(tmp_path: Path) -> None:
    make_folder(str(tmp_path / "new"))
    assert os.listdir(tmp_path) == ["new"]
    assert os.listdir(tmp_path / "new") == []
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("costs", "chosen", "looked_at"), [([9, 1.1], 1, 2), ([9, 5, 8, 7, 6, 6], 1, 6), ([1], 0, 1)]
)
def test_the_first_quick_one_is_taken_and_else_the_best(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, costs: list[float], chosen: int, looked_at: int
) -> None:
    seen: list[int] = []

    def slowdown(folder: str) -> float:
        seen.append(os.stat(folder).st_ino)
        return costs[len(seen) - 1]

    monkeypatch.setattr(spreading, "_slowdown", slowdown)
    make_folder(str(tmp_path / "new"))
    assert os.listdir(tmp_path) == ["new"]
    assert len(seen) == looked_at
    assert (tmp_path / "new").stat().st_ino == seen[chosen]


def test_a_place_that_takes_nothing_is_an_error_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: str) -> float:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spreading, "_cost_s", full)
    with pytest.raises(OSError, match="No space left"):
        make_folder(str(tmp_path / "new"))
    assert os.listdir(tmp_path) == []


def test_candidates_stand_beside_the_folder(tmp_path: Path) -> None:
    assert {os.path.dirname(path) for path in candidates(str(tmp_path / "x"))} == {str(tmp_path)}
