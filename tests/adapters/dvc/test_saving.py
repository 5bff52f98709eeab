"""Keeping what tracked paths hold: restorable by DVC itself, and nothing of the user's changed."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from expbench.adapters.dvc.objects import is_complete
from expbench.adapters.dvc.version import DvcData
from expbench.ports import Preserved
from tests.adapters.dvc.conftest import quiet, run_dvc
from tests.conftest import run_git


def fingerprint(root: Path) -> dict[str, tuple[int, ...]]:
    """The stat of every file but those of git's and DVC's machinery."""
    return {
        str(file.relative_to(root)): (status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)
        for file in sorted(root.rglob("*"))
        if not {".git", "tmp", "cache"} & set(file.relative_to(root).parts)
        for status in [file.lstat()]
    }


def write(root: Path, files: dict[str, str]) -> None:
    for file, content in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(content)


def preserve(data: DvcData) -> Preserved:
    """Measure, then save all that is stale."""
    measure = data.measure(quiet)
    return data.preserve(measure, measure.stale, quiet)


CHANGES = {
    "data/raw.csv": "a,b\n3,4\n",
    "data/naïve ファイル.txt": "andere Daten",
    "images/one.png": "one, changed",
    "images/deep/three.png": "three",
    "sub/project/set.bin": "another set",
    "models/model.bin": "better model",
    "parts/b.txt": "B",
    "hollow/no longer.txt": "filled",
}


def test_what_was_saved_comes_back_bit_by_bit(data: DvcData, dvc_repository: Path) -> None:
    """The essential promise: with the snapshot's own `.dvc` files `dvc checkout` gives the same bytes."""
    write(dvc_repository, CHANGES)
    truth = data.measure(quiet)
    kept = data.preserve(truth, truth.stale, quiet)
    assert kept.warnings == []
    assert sorted(kept.replacements) == [
        *("data/naïve ファイル.txt.dvc", "data/raw.csv.dvc", "dvc.lock", "hollow.dvc", "images.dvc"),
        "sub/project/set.bin.dvc",
    ]
    for file in CHANGES:
        (dvc_repository / file).unlink()
    run_dvc(dvc_repository, "checkout", "--force", "--allow-missing")
    assert (dvc_repository / "data/raw.csv").read_text() == "a,b\n1,2\n"
    for file, content in kept.replacements.items():
        (dvc_repository / file).write_bytes(content)
    run_dvc(dvc_repository, "checkout", "--force", "--allow-missing")
    for file, text in CHANGES.items():
        assert (dvc_repository / file).read_text() == text
    again = data.measure(quiet)
    assert again.entries == truth.entries
    assert again.stale == []


def test_no_file_of_the_user_is_touched(data: DvcData, dvc_repository: Path) -> None:
    write(dvc_repository, CHANGES)
    (dvc_repository / "data/.gitignore").write_text("")  # DVC would add a line to it
    before, status = fingerprint(dvc_repository), run_git(dvc_repository, "status", "--porcelain")
    assert preserve(data).warnings == []
    assert fingerprint(dvc_repository) == before
    assert run_git(dvc_repository, "status", "--porcelain") == status


@pytest.mark.parametrize("link", ["symlink", "hardlink"])
def test_data_is_not_relinked(link: str, data: DvcData, dvc_repository: Path) -> None:
    run_dvc(dvc_repository, "config", "cache.type", link)
    write(dvc_repository, CHANGES)
    before = fingerprint(dvc_repository)
    assert preserve(data).warnings == []
    assert fingerprint(dvc_repository) == before


def test_the_bytes_are_those_that_dvc_add_writes(data: DvcData, dvc_repository: Path) -> None:
    comment = "# kept by hand\n" + (dvc_repository / "data/raw.csv.dvc").read_text() + "meta:\n  owner: me\n"
    (dvc_repository / "data/raw.csv.dvc").write_text(comment)
    write(dvc_repository, CHANGES)
    (dvc_repository / "data/raw.csv").chmod(0o755)
    kept = preserve(data)
    run_dvc(
        dvc_repository, "add", "data/raw.csv", "images", "hollow", "sub/project/set.bin", "data/naïve ファイル.txt"
    )
    run_dvc(dvc_repository, "commit", "-f", "train", "each")
    for file, content in kept.replacements.items():
        if file != "dvc.lock":
            assert (dvc_repository / file).read_bytes() == content
    assert b"# kept by hand" in kept.replacements["data/raw.csv.dvc"]
    assert b"isexec: true" in kept.replacements["data/raw.csv.dvc"]


def test_the_lock_is_the_one_that_dvc_commit_writes(data: DvcData, dvc_repository: Path) -> None:
    """Equal where no dependency changed; a changed dependency is not claimed to have been used."""
    write(dvc_repository, {"models/model.bin": "better model", "parts/a.txt": "A"})
    kept = preserve(data)
    run_dvc(dvc_repository, "commit", "-f", "train", "each")
    assert kept.replacements == {"dvc.lock": (dvc_repository / "dvc.lock").read_bytes()}


def test_the_output_of_a_stage_without_a_lock_is_saved_too(data: DvcData, dvc_repository: Path) -> None:
    write(dvc_repository, {"never/made.bin": "made"})
    kept = preserve(data)
    assert kept.warnings == []
    (dvc_repository / "dvc.lock").write_bytes(kept.replacements["dvc.lock"])
    (dvc_repository / "never/made.bin").unlink()
    run_dvc(dvc_repository, "checkout", "never/made.bin")
    assert (dvc_repository / "never/made.bin").read_text() == "made"


def test_an_output_of_dvc_2_becomes_one_of_dvc_3(data: DvcData, dvc_repository: Path) -> None:
    write(
        dvc_repository,
        {"old.txt": "new words", "old.txt.dvc": f"outs:\n- md5: {'a' * 32}\n  size: 3\n  path: old.txt\n"},
    )
    kept = preserve(data)
    run_dvc(dvc_repository, "add", "old.txt")
    assert (dvc_repository / "old.txt.dvc").read_bytes() == kept.replacements["old.txt.dvc"]


def test_nothing_to_do_starts_no_dvc(data: DvcData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("expbench.adapters.dvc.saving.save_by_dvc", lambda *_: pytest.fail("DVC was started"))
    measure = data.measure(quiet)
    every = [entry["path"] for entry in measure.entries]
    assert data.preserve(measure, every, quiet) == Preserved({}, [])


def test_the_same_stale_data_is_worked_out_once(
    data: DvcData, dvc_repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(dvc_repository, CHANGES)
    first = preserve(data)
    with monkeypatch.context() as patch:
        patch.setattr("expbench.adapters.dvc.saving.save_by_dvc", lambda *_: pytest.fail("DVC was started"))
        assert preserve(data) == first
    (dvc_repository / "data/raw.csv").chmod(0o755)
    assert b"isexec" in preserve(data).replacements["data/raw.csv.dvc"]


def test_objects_that_got_lost_are_saved_again(data: DvcData, dvc_repository: Path) -> None:
    shutil.rmtree(dvc_repository / ".dvc/cache")
    measure = data.measure(quiet)
    every = [entry["path"] for entry in measure.entries]
    assert data.preserve(measure, every, quiet) == Preserved({}, [])
    assert all(is_complete(str(dvc_repository), entry["hash"]) for entry in measure.entries)


def test_objects_that_are_there_are_not_copied_again(data: DvcData, dvc_repository: Path) -> None:
    cache = dvc_repository / ".dvc/cache"
    before = {file: file.stat().st_ino for file in cache.rglob("*") if file.is_file()}
    write(dvc_repository, {"images/deep/three.png": "three"})
    assert preserve(data).warnings == []
    after = {file: file.stat().st_ino for file in cache.rglob("*") if file.is_file()}
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2


@contextmanager
def held_lock(root: Path) -> Iterator[None]:
    from dvc.lock import Lock  # type: ignore[import-untyped]  # DVC comes without types

    (root / ".dvc/tmp").mkdir(exist_ok=True)
    lock = Lock(str(root / ".dvc/tmp/lock"))
    lock.lock()
    try:
        yield
    finally:
        lock.unlock()


def test_a_held_lock_is_a_warning_after_a_bounded_time(dvc_repository: Path, tmp_path: Path) -> None:
    data = DvcData(str(dvc_repository), str(tmp_path / "cache"), lock_wait_s=0.0)
    write(dvc_repository, {"data/raw.csv": "changed"})
    with held_lock(dvc_repository):
        kept = preserve(data)
    assert kept == Preserved({}, ["changed data wasn't saved: another DVC command holds DVC's lock"])
    assert preserve(data).warnings == []


def test_a_cache_that_cant_be_written_is_a_warning(data: DvcData, dvc_repository: Path) -> None:
    write(dvc_repository, {"data/raw.csv": "changed", "images/one.png": "changed too"})
    objects = dvc_repository / ".dvc/cache/files/md5"
    shutil.rmtree(objects)
    objects.write_text("no folder")
    kept = preserve(data)
    assert len(kept.warnings) >= 1
    assert all("cache" in warning for warning in kept.warnings)


def test_a_full_disk_is_a_warning_although_dvc_only_logs_it(dvc_repository: Path, tmp_path: Path) -> None:
    if not os.path.exists("/dev/shm") or os.geteuid() != 0:
        pytest.skip("needs a place that can be filled")
    import subprocess

    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=False)
    if mounted.returncode != 0:
        pytest.skip("can't mount a small file system here")
    try:
        run_dvc(dvc_repository, "config", "--local", "cache.dir", str(place))
        (dvc_repository / "data/raw.csv").write_bytes(os.urandom(1 << 20))
        kept = preserve(DvcData(str(dvc_repository), str(tmp_path / "cache")))
        assert any(w.startswith("data/raw.csv wasn't saved") and "space" in w for w in kept.warnings)
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ("[core]\n    surprise = yes\n", "surprise"),
        ("[cache]\n    dir = ssh://example.org/cache\n", "no folder of this machine"),
        ("[[[\n", "config"),
    ],
)
def test_a_broken_configuration_is_told_in_words(config: str, word: str, data: DvcData, dvc_repository: Path) -> None:
    (dvc_repository / ".dvc/config").write_text(config)
    write(dvc_repository, {"data/raw.csv": "changed"})
    measure = data.measure(quiet)
    assert measure.stale == ["data/raw.csv"]
    kept = data.preserve(measure, measure.stale, quiet)
    assert len(kept.warnings) == 1
    assert word in kept.warnings[0]


def test_nothing_in_the_repository_is_imported(data: DvcData, dvc_repository: Path, tmp_path: Path) -> None:
    """Modules that lie in the repository under names that DVC imports must not run."""
    for name in ("dvc", "json", "tqdm", "sitecustomize", "fsspec"):
        write(dvc_repository, {f"{name}.py": f"open({str(tmp_path / 'ran')!r}, 'w')\n"})
    write(dvc_repository, {"data/raw.csv": "changed"})
    previous = os.getcwd()
    os.chdir(dvc_repository)
    try:
        assert preserve(data).warnings == []
    finally:
        os.chdir(previous)
    assert not (tmp_path / "ran").exists()


def test_autostage_stages_nothing(data: DvcData, dvc_repository: Path) -> None:
    run_dvc(dvc_repository, "config", "core.autostage", "true")
    write(dvc_repository, {"data/raw.csv": "changed"})
    assert preserve(data).warnings == []
    assert run_git(dvc_repository, "diff", "--cached", "--name-only") == ""


def test_data_that_changed_since_it_was_measured_is_told(
    data: DvcData, dvc_repository: Path, settled: Callable[[], None]
) -> None:
    write(dvc_repository, {"data/raw.csv": "changed"})
    measure = data.measure(quiet)
    write(dvc_repository, {"data/raw.csv": "changed again"})
    kept = data.preserve(measure, measure.stale, quiet)
    assert kept.warnings == ["data/raw.csv changed between measuring and saving, so another content was saved"]


def test_progress_reaches_the_end(data: DvcData, dvc_repository: Path) -> None:
    write(dvc_repository, CHANGES)
    measure = data.measure(quiet)
    told: list[tuple[int, int]] = []
    data.preserve(measure, measure.stale, lambda _, done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 0
