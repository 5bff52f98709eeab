"""The data version of a real DVC repository: DVC's own hashes, at the cost of what changed."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from expbench.adapters.dvc.version import DvcData
from expbench.ports import DataMeasure
from tests.adapters.dvc.conftest import dvc_hashes, python, quiet, run_dvc
from tests.conftest import run_git


def hashes(measure: DataMeasure) -> dict[str, str]:
    return {entry["path"]: entry["hash"] for entry in measure.entries}


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("read although nothing changed")

    monkeypatch.setattr("expbench.adapters.dvc.measuring.file_md5", fail)


def test_no_dvc_gives_nothing_and_no_words(repository: Path, tmp_path: Path) -> None:
    data = DvcData(str(repository), str(tmp_path / "cache"))
    assert not data.present
    assert data.measure(quiet) == DataMeasure([], [], [])
    assert data.preserve(DataMeasure([], [], []), ["x"], quiet) == ({}, [])


def test_every_hash_is_the_one_that_dvc_computes(data: DvcData, dvc_repository: Path) -> None:
    measure = data.measure(quiet)
    assert data.present
    assert hashes(measure) == dvc_hashes(dvc_repository)
    assert (measure.stale, measure.warnings) == ([], [])
    assert [entry["path"] for entry in measure.entries] == sorted(
        [
            *("data/raw.csv", "data/empty.txt", "data/naïve ファイル.txt", "images", "hollow", "sub/project/set.bin"),
            *("models/model.bin", "parts/a.txt", "parts/b.txt"),
        ]
    )


def test_size_is_bytes_and_files_is_the_count(data: DvcData) -> None:
    by_path = {entry["path"]: (entry["size"], entry["files"]) for entry in data.measure(quiet).entries}
    assert by_path["images"] == (8, 4)
    assert by_path["hollow"] == (0, 0)
    assert by_path["data/raw.csv"] == (8, 1)
    assert by_path["data/empty.txt"] == (0, 1)


def test_a_changed_file_and_folder_are_stale_with_their_true_hash(data: DvcData, dvc_repository: Path) -> None:
    (dvc_repository / "data/raw.csv").write_text("changed")
    (dvc_repository / "images/deep/new.png").write_text("new")
    (dvc_repository / "parts/b.txt").write_text("B")
    measure = data.measure(quiet)
    assert hashes(measure) == dvc_hashes(dvc_repository)
    assert measure.stale == ["data/raw.csv", "images", "parts/b.txt"]


def test_the_output_of_a_stage_that_never_ran_is_stale_once_it_exists(data: DvcData, dvc_repository: Path) -> None:
    (dvc_repository / "never").mkdir()
    (dvc_repository / "never/made.bin").write_text("made")
    measure = data.measure(quiet)
    assert measure.stale == ["never/made.bin"]
    assert hashes(measure) == dvc_hashes(dvc_repository)


def test_measuring_changes_nothing_that_git_sees(data: DvcData, dvc_repository: Path) -> None:
    data.measure(quiet)
    assert run_git(dvc_repository, "status", "--porcelain") == ""


@pytest.mark.parametrize("link", ["symlink", "hardlink", "copy", "reflink,copy"])
def test_every_kind_of_link_into_the_cache_is_followed(link: str, data: DvcData, dvc_repository: Path) -> None:
    before = hashes(data.measure(quiet))
    run_dvc(dvc_repository, "config", "cache.type", link)
    run_dvc(dvc_repository, "checkout", "--relink", "--allow-missing")
    assert (dvc_repository / "data/raw.csv").is_symlink() == (link == "symlink")
    measure = data.measure(quiet)
    assert hashes(measure) == before
    assert (measure.stale, measure.warnings) == ([], [])


def test_links_into_a_cache_elsewhere_are_followed(data: DvcData, dvc_repository: Path, tmp_path: Path) -> None:
    before = hashes(data.measure(quiet))
    (tmp_path / "shared").mkdir()
    shutil.move(dvc_repository / ".dvc/cache/files", tmp_path / "shared/files")
    run_dvc(dvc_repository, "config", "--local", "cache.dir", str(tmp_path / "shared"))
    run_dvc(dvc_repository, "config", "--local", "cache.type", "symlink")
    run_dvc(dvc_repository, "checkout", "--relink", "--allow-missing")
    assert str(tmp_path / "shared") in os.readlink(dvc_repository / "images/one.png")
    measure = data.measure(quiet)
    assert (hashes(measure), measure.warnings) == (before, [])


def test_unchanged_data_is_not_read_again(
    data: DvcData, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    settled()
    first = data.measure(quiet)
    forbid_reading(monkeypatch)
    assert data.measure(quiet) == first


def test_what_changed_a_moment_ago_is_read_again(data: DvcData, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second change within the clock's grain could leave the same stat."""
    data.measure(quiet)
    forbid_reading(monkeypatch)
    with pytest.raises(AssertionError, match="read although"):
        data.measure(quiet)


def test_only_the_changed_file_of_a_folder_is_read(
    data: DvcData, dvc_repository: Path, settled: Callable[[], None]
) -> None:
    settled()
    data.measure(quiet)
    (dvc_repository / "images/one.png").write_text("one, but longer")
    told: list[tuple[int, int]] = []
    measure = data.measure(lambda _, done, total: told.append((done, total)))
    assert told == [(15, 15)]
    assert measure.stale == ["images"]
    assert hashes(measure) == dvc_hashes(dvc_repository)


def test_a_same_size_edit_with_a_forged_mtime_is_seen(
    data: DvcData, dvc_repository: Path, settled: Callable[[], None]
) -> None:
    settled()
    data.measure(quiet)
    file = dvc_repository / "data/raw.csv"
    status = file.stat()
    file.write_text("b,a\n1,2\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert data.measure(quiet).stale == ["data/raw.csv"]


@pytest.mark.parametrize("damage", [b"", b"\0" * 400, b"00000000\n{}", b"not a cache"])
def test_a_damaged_cache_is_an_empty_one(
    damage: bytes, data: DvcData, tmp_path: Path, settled: Callable[[], None]
) -> None:
    settled()
    first = data.measure(quiet)
    for file in (tmp_path / "cache").rglob("*.json"):
        file.write_bytes(damage)
    assert data.measure(quiet) == first


def test_a_cache_that_cant_be_written_is_no_trouble(dvc_repository: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    data = DvcData(str(dvc_repository), str(tmp_path / "cache"))
    assert data.measure(quiet).warnings == []


def test_missing_paths_are_left_out_and_named(data: DvcData, dvc_repository: Path) -> None:
    (dvc_repository / "data/raw.csv").unlink()
    shutil.rmtree(dvc_repository / "images")
    measure = data.measure(quiet)
    assert sorted(measure.warnings) == [
        "data/raw.csv is tracked by DVC but isn't here: dvc pull",
        "images is tracked by DVC but isn't here: dvc pull",
    ]
    assert not {"data/raw.csv", "images"} & set(hashes(measure))


def test_a_fresh_clone_names_ten_missing_paths_and_counts_the_rest(repository: Path, tmp_path: Path) -> None:
    (repository / ".dvc").mkdir()
    for number in range(30):
        (repository / f"x{number}.dvc").write_text(f"outs:\n- md5: {'0' * 32}\n  hash: md5\n  path: x{number}\n")
    warnings = DvcData(str(repository), str(tmp_path / "cache")).measure(quiet).warnings
    assert len(warnings) == 11
    assert warnings[-1] == "20 more paths are tracked by DVC but aren't here: dvc pull"


def test_dvcignore_is_left_to_dvc(data: DvcData, dvc_repository: Path, settled: Callable[[], None]) -> None:
    (dvc_repository / ".dvcignore").write_text("# comment\n*.tmp\n")
    (dvc_repository / "images/scratch.tmp").write_text("scratch")
    settled()
    measure = data.measure(quiet)
    assert (measure.stale, measure.warnings) == ([], [])
    assert hashes(measure) == dvc_hashes(dvc_repository)
    (dvc_repository / ".dvcignore").write_text("")
    assert data.measure(quiet).stale == ["images"]


def test_a_remembered_answer_of_dvc_is_not_asked_for_again(
    data: DvcData, dvc_repository: Path, settled: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    (dvc_repository / ".dvcignore").write_text("*.tmp\n")
    settled()
    first = data.measure(quiet)
    monkeypatch.setattr("expbench.adapters.dvc.asking.hashes_by_dvc", lambda *_: pytest.fail("asked"))
    assert data.measure(quiet) == first


def test_outputs_of_dvc_2_are_hashed_by_dvc(data: DvcData, dvc_repository: Path) -> None:
    """Without `hash: md5` the recorded hash ignores line ends; a change makes DVC use the newer way."""
    import hashlib

    file = dvc_repository / "old.txt"
    file.write_bytes(b"one\r\ntwo\r\n")
    recorded = hashlib.md5(b"one\ntwo\n").hexdigest()
    (dvc_repository / "old.txt.dvc").write_text(f"outs:\n- md5: {recorded}\n  size: 10\n  path: old.txt\n")
    measure = data.measure(quiet)
    assert hashes(measure)["old.txt"] == recorded
    assert measure.stale == []
    file.write_bytes(b"one\r\nthree\r\n")
    measure = data.measure(quiet)
    assert hashes(measure)["old.txt"] == hashlib.md5(b"one\r\nthree\r\n").hexdigest()
    assert measure.stale == ["old.txt"]


def test_links_out_of_the_repository_are_never_read(data: DvcData, dvc_repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/key").write_text("secret")
    (dvc_repository / "images/key").symlink_to(tmp_path / "secret/key")
    (dvc_repository / "data/raw.csv").unlink()
    (dvc_repository / "data/raw.csv").symlink_to(tmp_path / "secret/key")
    shutil.rmtree(dvc_repository / "sub/project")
    (dvc_repository / "sub/project").symlink_to(tmp_path / "secret")
    (dvc_repository / "far.dvc").write_text(f"outs:\n- md5: {'0' * 32}\n  hash: md5\n  path: sub/project/key\n")
    measure = data.measure(quiet)
    assert not {"images", "data/raw.csv", "sub/project/key"} & set(hashes(measure))
    assert sum("leads out of the repository" in warning for warning in measure.warnings) == 3


def test_fifos_loops_and_unreadable_files_are_warnings(data: DvcData, dvc_repository: Path) -> None:
    os.mkfifo(dvc_repository / "images/pipe")
    (dvc_repository / "hollow/loop").symlink_to("loop")
    (dvc_repository / "data/raw.csv").unlink()
    os.mkfifo(dvc_repository / "data/raw.csv")
    measure = data.measure(quiet)
    assert len(measure.warnings) == 3
    assert not {"images", "hollow", "data/raw.csv"} & set(hashes(measure))
    assert any("images/pipe is neither a file nor a folder" in warning for warning in measure.warnings)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_a_warning(data: DvcData, dvc_repository: Path) -> None:
    (dvc_repository / "data/raw.csv").chmod(0)
    assert "can't be read" in data.measure(quiet).warnings[0]


def test_links_to_folders_inside_count_for_nothing_as_in_dvc(data: DvcData, dvc_repository: Path) -> None:
    (dvc_repository / "images/again").symlink_to("deep")
    measure = data.measure(quiet)
    assert hashes(measure)["images"] == dvc_hashes(dvc_repository)["images"]


def test_a_dvc_repository_inside_is_not_ours(data: DvcData, dvc_repository: Path) -> None:
    (dvc_repository / "inner/.dvc").mkdir(parents=True)
    (dvc_repository / "inner/x.dvc").write_text(f"outs:\n- md5: {'0' * 32}\n  hash: md5\n  path: x\n")
    measure = data.measure(quiet)
    assert measure.warnings == []


def test_files_that_are_no_files_are_never_opened(data: DvcData, dvc_repository: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(f"outs:\n- md5: {'0' * 32}\n  hash: md5\n  path: x\n")
    (dvc_repository / "link.dvc").symlink_to(tmp_path / "elsewhere")
    warnings = data.measure(quiet).warnings
    assert len(warnings) == 1
    assert warnings[0].startswith("link.dvc can't be read")


def test_progress_tells_bytes_of_all(data: DvcData, dvc_repository: Path) -> None:
    (dvc_repository / "data/raw.csv").write_bytes(b"x" * (5 << 20))
    told: list[tuple[int, int]] = []
    data.measure(lambda _, done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > 5 << 20
    assert len(told) >= 5


def test_looking_imports_nothing_heavy(data: DvcData, dvc_repository: Path, tmp_path: Path) -> None:
    """Neither the first measuring of files as DVC writes them nor the second one loads DVC or YAML."""
    (dvc_repository / "dvc.yaml").unlink()
    program = (
        "import sys; from expbench.adapters.dvc.version import DvcData\n"
        "data = DvcData(sys.argv[1], sys.argv[2])\n"
        "for _ in range(2): measure = data.measure(lambda *_: None)\n"
        "assert len(measure.entries) >= 5, measure\n"
        "print([name for name in ('dvc', 'dvc_data', 'yaml', 'git', 'configparser') if name in sys.modules])\n"
    )
    (dvc_repository / "data/naïve ファイル.txt.dvc").unlink()  # its name is quoted: that takes the YAML parser
    assert python(program, str(dvc_repository), str(tmp_path / "cache"), cwd=tmp_path).strip() == "[]"
