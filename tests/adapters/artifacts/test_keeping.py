"""Storing on real files: whole or not at all, never through a link, never sharing with the working file."""

import hashlib
import os
import signal
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from expbench.adapters.artifacts.copying import BLOCK, copy
from expbench.adapters.artifacts.keeping import store_bytes, store_file, store_tree
from expbench.adapters.artifacts.shelf import clear_partial, draft
from expbench.errors import ExpError, UsageError


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def visible(run_dir: Path) -> list[str]:
    """The files below `artifacts/`."""
    base = run_dir / "artifacts"
    return sorted(str(path.relative_to(base)) for path in base.rglob("*") if not path.is_dir())


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_a_file_is_stored_whole_with_its_digest(run_dir: Path, root: Path, size: int) -> None:
    data = os.urandom(size)
    (root / "model.pt").write_bytes(data)
    stored = store_file(str(run_dir), str(root / "model.pt"))
    assert stored == {"path": "model.pt", "size": size, "sha256": digest(data)}
    assert (run_dir / "artifacts/model.pt").read_bytes() == data


def test_zeros_become_holes_and_the_digest_is_still_of_all_bytes(run_dir: Path, root: Path) -> None:
    data = bytes(4 * BLOCK) + b"x" + bytes(BLOCK + 5)
    (root / "a").write_bytes(data)
    assert store_file(str(run_dir), str(root / "a"))["sha256"] == digest(data)
    assert (run_dir / "artifacts/a").read_bytes() == data
    assert (run_dir / "artifacts/a").stat().st_blocks * 512 < 2 * BLOCK


def test_the_copy_is_never_a_hard_link_and_keeps_what_was(run_dir: Path, root: Path) -> None:
    working = root / "a"
    working.write_bytes(b"one")
    store_file(str(run_dir), str(working))
    with working.open("r+b") as file:
        file.write(b"two")
    assert (run_dir / "artifacts/a").read_bytes() == b"one"
    assert (run_dir / "artifacts/a").stat().st_nlink == 1


@pytest.mark.parametrize(
    ("to", "path"), [(None, "a.txt"), ("b.txt", "b.txt"), ("plots/", "plots/a.txt"), ("x/y/z", "x/y/z"), ("", None)]
)
def test_to_is_a_name_or_a_folder_with_its_slash(run_dir: Path, root: Path, to: str | None, path: str | None) -> None:
    (root / "a.txt").write_text("a")
    if path is None:
        with pytest.raises(UsageError):
            store_file(str(run_dir), str(root / "a.txt"), to)
        return
    assert store_file(str(run_dir), str(root / "a.txt"), to)["path"] == path
    assert visible(run_dir) == [path]


@pytest.mark.parametrize("to", ["../x", "a/../../x", "/tmp/x", "a\0", ".", ".."])
def test_a_name_that_leads_out_is_refused_and_nothing_is_made(run_dir: Path, root: Path, to: str) -> None:
    (root / "a").write_text("a")
    with pytest.raises(UsageError):
        store_file(str(run_dir), str(root / "a"), to)
    with pytest.raises(UsageError):
        store_bytes(str(run_dir), to, b"a")
    assert list(run_dir.iterdir()) == []


def test_storing_again_replaces(run_dir: Path) -> None:
    store_bytes(str(run_dir), "a/b", b"first, and longer")
    assert store_bytes(str(run_dir), "a/b", b"second")["sha256"] == digest(b"second")
    assert (run_dir / "artifacts/a/b").read_bytes() == b"second"


def test_a_file_where_a_folder_is_needed_is_an_error_in_words(run_dir: Path) -> None:
    store_bytes(str(run_dir), "a", b"file")
    with pytest.raises(ExpError) as refused:
        store_bytes(str(run_dir), "a/b", b"below it")
    assert "not a directory" in refused.value.cause
    store_bytes(str(run_dir), "folder/b", b"")
    with pytest.raises(ExpError):
        store_bytes(str(run_dir), "folder", b"where a folder is")
    assert visible(run_dir) == ["a", "folder/b"]
    assert list((run_dir / "partial").iterdir()) == []


def test_a_link_planted_in_the_run_is_not_followed(run_dir: Path, tmp_path: Path) -> None:
    """The program that runs may write into its run's folder; its links must not lead the recorder's pen."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").write_text("precious")
    (run_dir / "artifacts").mkdir()
    (run_dir / "artifacts/folder").symlink_to(outside)
    (run_dir / "artifacts/keep").symlink_to(outside / "keep")
    with pytest.raises(ExpError):
        store_bytes(str(run_dir), "folder/keep", b"overwritten")
    store_bytes(str(run_dir), "keep", b"replaced the link")
    assert (outside / "keep").read_text() == "precious"
    assert not (run_dir / "artifacts/keep").is_symlink()


def test_a_planted_link_in_place_of_the_folders_themselves(run_dir: Path, tmp_path: Path) -> None:
    for name in ("partial", "artifacts"):
        (run_dir / name).symlink_to(tmp_path)
        with pytest.raises(ExpError):
            store_bytes(str(run_dir), "a", b"")
        (run_dir / name).unlink()
    assert not (tmp_path / "a").exists()


def test_links_out_of_the_project_are_refused_on_any_part_of_the_way(
    run_dir: Path, root: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret").write_text("s")
    (root / "secret").symlink_to(outside / "secret")
    (root / "folder").symlink_to(outside)
    (tmp_path / "alias").symlink_to(root)
    for source in (root / "secret", root / "folder/secret", tmp_path / "alias/secret"):
        with pytest.raises(ExpError, match="not stored") as refused:
            store_file(str(run_dir), str(source), root=str(root))
        assert "leads out of the project" in refused.value.cause
    with pytest.raises(ExpError):
        store_tree(str(run_dir), str(root / "folder"), root=str(root))
    assert visible(run_dir) == []


def test_the_project_is_found_around_the_source(run_dir: Path, root: Path, tmp_path: Path) -> None:
    """Training code knows no root; its links must not lead out of the repository either."""
    (tmp_path / "secret").write_text("s")
    (root / "sub").mkdir()
    (root / "sub/secret").symlink_to(tmp_path / "secret")
    assert store_file(str(run_dir), str(root / "sub/secret"))["size"] == 1  # there is no repository yet
    (root / ".git").mkdir()
    with pytest.raises(ExpError) as refused:
        store_file(str(run_dir), str(root / "sub/secret"))
    assert "leads out of the project" in refused.value.cause


def test_links_within_the_project_are_followed_and_become_files(run_dir: Path, root: Path) -> None:
    (root / "step-9").write_text("weights")
    (root / "latest").symlink_to("step-9")
    assert store_file(str(run_dir), str(root / "latest"), root=str(root))["path"] == "latest"
    assert (run_dir / "artifacts/latest").read_text() == "weights"
    assert not (run_dir / "artifacts/latest").is_symlink()


def test_a_file_elsewhere_that_was_named_itself_is_stored(run_dir: Path, root: Path, tmp_path: Path) -> None:
    (tmp_path / "scratch.bin").write_bytes(b"1")
    assert store_file(str(run_dir), str(tmp_path / "scratch.bin"), root=str(root))["size"] == 1


def test_what_is_no_file_is_refused_without_waiting(run_dir: Path, root: Path) -> None:
    os.mkfifo(root / "pipe")
    for source in (root / "pipe", root, Path("/dev/zero")):
        with pytest.raises(ExpError) as refused:
            store_file(str(run_dir), str(source), "x")
        assert "not a regular file" in refused.value.cause
    with pytest.raises(ExpError) as refused:
        store_file(str(run_dir), str(root / "gone"))
    assert "no such file" in refused.value.cause
    with pytest.raises(ExpError):
        store_file(str(run_dir), str(root / "a\0b"), "x")


def test_a_folder_gives_one_entry_a_file(run_dir: Path, root: Path) -> None:
    for path in ("top", "sub/one", "sub/deep/two", ".hidden", ".git/config", "sub/.exp/db.json"):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stored = store_tree(str(run_dir), str(root), "all")
    assert [entry["path"] for entry in stored] == ["all/.hidden", "all/top", "all/sub/one", "all/sub/deep/two"]
    assert visible(run_dir) == sorted(entry["path"] for entry in stored)


def test_a_folder_leaves_out_what_leads_out_and_says_so(run_dir: Path, root: Path, tmp_path: Path) -> None:
    (root / "a").write_text("a")
    (root / "out").symlink_to("/etc/hostname")
    (root / "loop").symlink_to(".")
    (root / "broken").symlink_to("nothing")
    os.mkfifo(root / "pipe")
    said: list[str] = []
    assert [entry["path"] for entry in store_tree(str(run_dir), str(root), warn=said.append)] == ["a"]
    assert [text.split("artifact: ")[1] for text in said] == [
        "broken is a link to nothing",
        "loop is a link to a folder",
        "out leads out of the project through a link",
        "pipe is no regular file",
    ]


def test_many_that_are_left_out_are_one_sentence(run_dir: Path, root: Path) -> None:
    for number in range(20):
        (root / f"link{number:02}").symlink_to("/etc/hostname")
    said: list[str] = []
    store_tree(str(run_dir), str(root), warn=said.append)
    assert said == [
        "not stored as an artifact: link00, link01, link02 (and 17 more) leads out of the project through a link"
    ]


def test_a_file_of_a_folder_that_fails_does_not_stop_the_others(run_dir: Path, root: Path) -> None:
    (root / "a").write_text("a")
    (root / "b").write_text("b")
    (run_dir / "artifacts/a").mkdir(parents=True)
    said: list[str] = []
    assert [entry["path"] for entry in store_tree(str(run_dir), str(root), warn=said.append)] == ["b"]
    assert len(said) == 1
    assert "a was not stored" in said[0]


def test_names_of_any_bytes_are_kept_under_valid_text(run_dir: Path, root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/\xff\n")).write_text("odd")
    stored = store_tree(str(run_dir), str(root))
    assert [entry["path"] for entry in stored] == ["%FF\n"]
    assert visible(run_dir) == ["%FF\n"]


def test_a_source_that_changes_while_it_is_copied_is_tried_again_and_then_named(run_dir: Path, root: Path) -> None:
    """The progress function stands in for a program that is still writing: it is called in the midst of copying."""
    path = root / "growing"
    path.write_bytes(b"x" * 10)
    calls: list[int] = []
    said: list[str] = []

    def grow(_what: str, done: int, _total: int) -> None:
        calls.append(done)
        if len(calls) <= changes:
            with path.open("ab") as file:
                file.write(b"more")

    changes = 1
    assert store_file(str(run_dir), str(path), warn=said.append, progress=grow)["size"] == 14
    assert said == []
    calls.clear()
    changes = 2
    stored = store_file(str(run_dir), str(path), warn=said.append, progress=grow)
    assert "changed while it was stored" in said[0]
    assert stored["sha256"] == digest((run_dir / "artifacts/growing").read_bytes())


def test_the_default_of_warn_is_a_python_warning(run_dir: Path, root: Path) -> None:
    (root / "link").symlink_to("/etc/hostname")
    with pytest.warns(UserWarning, match="leads out"):
        store_tree(str(run_dir), str(root))


def test_progress_counts_bytes_and_ends_with_the_whole(run_dir: Path, root: Path) -> None:
    (root / "a").write_bytes(b"x" * (2 * BLOCK + 1))
    told: list[tuple[str, int, int]] = []
    store_file(str(run_dir), str(root / "a"), progress=lambda *what: told.append(what))
    assert [done for _, done, _ in told] == [BLOCK, 2 * BLOCK, 2 * BLOCK, 2 * BLOCK + 1]
    assert {(what, total) for what, _, total in told} == {("storing a", 2 * BLOCK + 1)}


def _child(code: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)


_STORE = "import sys; from expbench.adapters.artifacts.keeping import store_file, store_bytes\n"


def test_a_full_disk_is_an_error_in_words_and_leaves_nothing(run_dir: Path, root: Path) -> None:
    """A limit on file sizes stands in for the full disk: the write is cut short in the same place."""
    (root / "a").write_bytes(os.urandom(3 * BLOCK))
    code = _STORE + (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))\n"
        "from expbench.errors import ExpError\n"
        "try: store_file(sys.argv[1], sys.argv[2])\n"
        "except ExpError as error: print(error.what, '|', error.cause, '|', error.hint)\n"
    )
    done = _child(code, str(run_dir), str(root / "a"))
    assert done.stdout == f"{root}/a was not stored as an artifact | file too large | ulimit -f\n", done.stderr
    assert visible(run_dir) == []
    assert list((run_dir / "partial").iterdir()) == []


def test_a_kill_in_the_middle_leaves_no_visible_artifact(run_dir: Path, root: Path) -> None:
    (root / "a").write_bytes(os.urandom(4 * BLOCK))
    store_file(str(run_dir), str(root / "a"), "kept")
    code = _STORE + (
        "import os, signal\n"
        "def kill(_what, done, _total):\n    if done > 2 * 2**20: os.kill(os.getpid(), signal.SIGKILL)\n"
        "store_file(sys.argv[1], sys.argv[2], 'fresh', progress=kill)\n"
    )
    assert _child(code, str(run_dir), str(root / "a")).returncode == -signal.SIGKILL
    assert visible(run_dir) == ["kept"]
    assert len(list((run_dir / "partial").iterdir())) == 1
    clear_partial(str(run_dir))
    assert not (run_dir / "partial").exists()


def test_clearing_leaves_alone_what_is_still_being_written(run_dir: Path) -> None:
    with draft(str(run_dir)) as made:
        clear_partial(str(run_dir))
        assert (run_dir / "partial" / made.name).exists()
    clear_partial(str(run_dir))
    clear_partial(str(run_dir))
    assert list(run_dir.iterdir()) == []


def test_a_run_folder_that_has_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExpError) as refused:
        store_bytes(str(tmp_path / "gone"), "a", b"")
    assert "no such file" in refused.value.cause


def test_a_copy_over_an_earlier_attempt_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"short")
    (tmp_path / "target").write_bytes(b"a longer earlier attempt")
    with (tmp_path / "source").open("rb") as source, (tmp_path / "target").open("r+b") as target:
        assert copy(source.fileno(), target.fileno(), lambda _done: None).size == 5
    assert (tmp_path / "target").read_bytes() == b"short"


def test_storing_loads_only_light_modules() -> None:
    """Training code imports it."""
    heavy = {"asyncio", "subprocess", "dataclasses", "inspect", "tempfile", "shutil", "msgspec", "tinydb", "git"}
    done = _child(_STORE + f"print({heavy} & set(sys.modules))")
    assert done.stdout == "set()\n", done.stderr


@pytest.mark.slow
def test_a_huge_file_takes_constant_memory(run_dir: Path, root: Path) -> None:
    size = 3 << 30
    with (root / "huge").open("wb") as file:
        file.truncate(size)
    code = _STORE + (
        "import resource\nbefore = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(store_file(sys.argv[1], sys.argv[2])['size'])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = _child(code, str(run_dir), str(root / "huge"))
    stored, grown = map(int, done.stdout.split())
    assert stored == size
    unit = 1 if sys.platform == "darwin" else 1024
    assert grown * unit < 16 << 20
