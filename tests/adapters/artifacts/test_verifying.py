"""Damage of any kind is named, and nothing outside the run's folder is read for it."""

from pathlib import Path

import pytest

from expbench.adapters.artifacts.keeping import store_bytes
from expbench.adapters.artifacts.verifying import verify
from expbench.domain.document import Artifact


def quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody looks."""


def faults(run_dir: Path, artifacts: list[Artifact]) -> dict[str, str]:
    return dict(verify(str(run_dir), artifacts, quiet))


@pytest.fixture
def stored(tmp_path: Path) -> list[Artifact]:
    return [store_bytes(str(tmp_path), name, name.encode() * 100) for name in ("a", "sub/b", "c")]


def test_what_was_stored_is_sound(tmp_path: Path, stored: list[Artifact]) -> None:
    assert faults(tmp_path, stored) == {}
    assert faults(tmp_path, []) == {}


def test_each_damage_is_named_by_its_file(tmp_path: Path, stored: list[Artifact]) -> None:
    base = tmp_path / "artifacts"
    (base / "a").unlink()
    (base / "sub/b").write_bytes(b"short")
    (base / "c").write_bytes(b"x" * 100)
    found = faults(tmp_path, stored)
    assert found["artifacts/a"] == "it is missing"
    assert found["artifacts/sub/b"] == "it has 5 bytes, and 500 were stored"
    assert "SHA-256 differs" in found["artifacts/c"]


def test_a_link_or_folder_in_place_of_an_artifact_is_damage(tmp_path: Path, stored: list[Artifact]) -> None:
    base = tmp_path / "artifacts"
    (tmp_path / "elsewhere").write_bytes((base / "a").read_bytes())
    (base / "a").unlink()
    (base / "a").symlink_to(tmp_path / "elsewhere")
    (base / "c").unlink()
    (base / "c").mkdir()
    (base / "sub").rename(tmp_path / "sub")
    (base / "sub").symlink_to(tmp_path / "sub")
    found = faults(tmp_path, stored)
    assert set(found) == {"artifacts/a", "artifacts/sub/b", "artifacts/c"}
    assert found["artifacts/c"] == "it is not a regular file"


@pytest.mark.parametrize("path", ["../events.jsonl", "/etc/passwd", "a/../../../x", "", "./a", "a\0"])
def test_a_hostile_path_in_a_document_is_not_opened(tmp_path: Path, path: str) -> None:
    store_bytes(str(tmp_path), "a", b"")
    [(_, why)] = verify(str(tmp_path), [{"path": path, "size": 0, "sha256": ""}], quiet)
    assert "missing" not in why


def test_progress_is_in_bytes_of_all(tmp_path: Path, stored: list[Artifact]) -> None:
    told: list[tuple[int, int]] = []
    verify(str(tmp_path), stored, lambda _what, done, total: told.append((done, total)))
    assert told == [(100, 700), (600, 700), (700, 700), (700, 700)]
