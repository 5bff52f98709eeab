"""The snapshot holds exactly what the work tree held, and taking it changes nothing of the user's."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from expbench.adapters.git import process
from expbench.adapters.git.discovery import find_project
from expbench.adapters.git.snapshot import GitCode
from expbench.errors import ExpError
from expbench.ports import CodeVersion
from tests.adapters.git.conftest import AT, RUN_ID, files_of, picture, run_git_bytes, take
from tests.conftest import run_git

Commit = Callable[[Path], str]
REF = f"refs/exp/runs/{RUN_ID}"


@pytest.fixture(autouse=True)
def no_side_effect(repository: Path) -> Iterator[None]:
    """After every test of this file: no lock and no temporary file is left in the git dir."""
    yield
    left = [name for name in os.listdir(repository / ".git") if name.startswith("exp-") or name.endswith(".new")]
    assert left == []


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments of every git process that is started."""
    calls: list[list[str]] = []
    real = subprocess.run

    def run(argv: list[str], **options: object) -> object:
        calls.append(argv[1 + len(process.SAFE_CONFIG) * 2 :])
        return real(argv, **options)  # type: ignore[call-overload]  # passed on as it came

    monkeypatch.setattr(subprocess, "run", run)
    return calls


def tree_now(root: Path) -> dict[str, str]:
    """What a snapshot must hold: every regular file and link of the work tree but ignored ones."""
    found = {}
    for name in run_git_bytes(root, "ls-files", "-z", "-c", "-o", "--exclude-standard").split(b"\0"):
        path = os.path.join(os.fsencode(root), name)
        if name and os.path.islink(path):
            found[os.fsdecode(name)] = f"120000 {os.fsdecode(os.readlink(path))}"
        elif name and os.path.isfile(path):
            mode = "100755" if os.access(path, os.X_OK) and os.stat(path).st_mode & 0o100 else "100644"
            with open(path, "rb") as file:
                found[os.fsdecode(name)] = f"{mode} {os.fsdecode(file.read())}"
    return found


def check(root: Path, size_cap: int = 10_000_000) -> dict[str, str]:
    """Take a snapshot; it must equal the work tree, be complete and change nothing. Gives its files."""
    before = picture(root)
    code, warnings = take(root, size_cap=size_cap)
    assert picture(root) == before
    assert files_of(root, code["snapshot"]) == tree_now(root)
    assert (code["complete"], code["omitted"], warnings) == (True, [], [])
    assert run_git(root, "rev-parse", REF) == code["snapshot"]
    assert run_git(root, "rev-parse", f"{REF}^{{tree}}") == code["tree"]
    assert code["dirty"] == bool(run_git(root, "status", "--porcelain", "--untracked-files=all"))
    return files_of(root, code["snapshot"])


# -- clean trees


def test_clean_tree_is_head_itself_and_gets_the_ref(repository: Path) -> None:
    check(repository)
    code, _ = take(repository)
    head = run_git(repository, "rev-parse", "HEAD")
    assert code == {
        "commit": head,
        "branch": "main",
        "dirty": False,
        "snapshot": head,
        "tree": run_git(repository, "rev-parse", "HEAD^{tree}"),
        "ref": REF,
        "complete": True,
        "omitted": [],
        "remote": None,
    }


def test_clean_tree_whose_head_is_packed(repository: Path) -> None:
    run_git(repository, "gc", "-q")
    check(repository)


def test_few_processes(repository: Path, started: list[list[str]]) -> None:
    take(repository)
    assert len(started) <= 3, started
    started.clear()
    (repository / "train.py").write_text("changed\n")
    (repository / "new.py").write_text("new\n")
    take(repository)
    assert len(started) <= 6, started


def test_the_stores_own_folder_is_no_change(repository: Path) -> None:
    (repository / ".exp").mkdir()
    (repository / ".exp" / "db.json").write_text("{}")
    code, _ = take(repository)
    assert not code["dirty"]
    assert code["snapshot"] == run_git(repository, "rev-parse", "HEAD")
    (repository / "new.py").write_text("new\n")
    assert set(files_of(repository, take(repository).code["snapshot"])) == {"train.py", "README.md", "new.py"}


# -- changes of each kind


def test_modified_untracked_deleted_and_mode(repository: Path) -> None:
    (repository / "train.py").write_text("print('loss: 0.4')\n")
    (repository / "README.md").unlink()
    (repository / "deep" / "er").mkdir(parents=True)
    (repository / "deep" / "er" / "new.py").write_text("new\n")
    (repository / "deep" / "run.sh").write_text("#!/bin/sh\n")
    (repository / "deep" / "run.sh").chmod(0o755)
    assert set(check(repository)) == {"train.py", "deep/er/new.py", "deep/run.sh"}


def test_the_commit_is_dated_and_named_and_hangs_on_head(repository: Path) -> None:
    (repository / "train.py").write_text("x\n")
    code, _ = take(repository)
    told = run_git(repository, "log", "-1", "--format=%P|%an|%cn|%aI|%cI|%s", code["snapshot"])
    date = f"{AT[:19]}+00:00"
    assert told.replace("Z", "+00:00") == f"{code['commit']}|exp|exp|{date}|{date}|exp run {RUN_ID}"


def test_mode_change_alone(repository: Path) -> None:
    (repository / "train.py").chmod(0o755)
    assert check(repository)["train.py"].startswith("100755")


def test_same_size_edit_within_the_second_of_the_index(repository: Path) -> None:
    """The racy case: size and mtime are those of the index entry, the content is not."""
    file = repository / "train.py"
    run_git(repository, "update-index", "--refresh")
    entry, index = file.stat(), (repository / ".git" / "index").stat()
    file.write_text("print('loss: 0.6')\n")
    os.utime(file, ns=(entry.st_atime_ns, entry.st_mtime_ns))
    os.utime(repository / ".git" / "index", ns=(index.st_atime_ns, entry.st_mtime_ns))
    (repository / "other.py").write_text("so that an index is written\n")
    assert "0.6" in check(repository)["train.py"]


def test_staged_only(repository: Path) -> None:
    (repository / "train.py").write_text("staged\n")
    (repository / "new.py").write_text("staged too\n")
    run_git(repository, "add", "-A")
    assert check(repository)["new.py"] == "100644 staged too\n"


def test_partially_staged_the_work_tree_wins(repository: Path) -> None:
    (repository / "train.py").write_text("staged\n")
    run_git(repository, "add", "train.py")
    (repository / "train.py").write_text("not staged\n")
    assert check(repository)["train.py"] == "100644 not staged\n"


def test_staged_back_to_head_in_the_work_tree(repository: Path) -> None:
    """The tree equals HEAD's, yet what is staged differs: dirty, as `git status` has it."""
    before = (repository / "train.py").read_text()
    (repository / "train.py").write_text("staged\n")
    run_git(repository, "add", "train.py")
    (repository / "train.py").write_text(before)
    check(repository)


def test_removed_from_the_index_alone_is_still_in_the_work_tree(repository: Path) -> None:
    run_git(repository, "rm", "-q", "--cached", "train.py")
    assert "train.py" in check(repository)


def test_added_and_then_deleted(repository: Path) -> None:
    (repository / "new.py").write_text("new\n")
    run_git(repository, "add", "new.py")
    (repository / "new.py").unlink()
    assert "new.py" not in check(repository)


def test_renamed(repository: Path) -> None:
    run_git(repository, "mv", "train.py", "fit.py")
    (repository / "README.md").rename(repository / "READ.md")
    assert set(check(repository)) == {"fit.py", "READ.md"}


def test_intent_to_add(repository: Path) -> None:
    (repository / "new.py").write_text("later\n")
    run_git(repository, "add", "-N", "new.py")
    assert check(repository)["new.py"] == "100644 later\n"


def test_symbolic_links(repository: Path) -> None:
    (repository / "to").symlink_to("train.py")
    (repository / "dangling").symlink_to("/nowhere/at all")
    (repository / "README.md").unlink()
    (repository / "README.md").symlink_to("train.py")
    assert check(repository)["dangling"] == "120000 /nowhere/at all"


def test_folder_becomes_link_and_file_becomes_folder(repository: Path, commit_all: Commit, tmp_path: Path) -> None:
    (repository / "folder").mkdir()
    (repository / "folder" / "a").write_text("a\n")
    (repository / "other").mkdir()
    (repository / "other" / "a").write_text("a\n")
    commit_all(repository)
    (repository / "folder" / "a").unlink()
    (repository / "folder").rmdir()
    (repository / "folder").symlink_to("other")
    (repository / "train.py").unlink()
    (repository / "train.py").mkdir()
    (repository / "train.py" / "main.py").write_text("now a package\n")
    code, _ = take(repository)
    assert set(files_of(repository, code["snapshot"])) == {"README.md", "folder", "other/a", "train.py/main.py"}
    assert code["complete"]


def test_folder_becomes_file(repository: Path, commit_all: Commit) -> None:
    (repository / "folder").mkdir()
    (repository / "folder" / "a").write_text("a\n")
    commit_all(repository)
    (repository / "folder" / "a").unlink()
    (repository / "folder").rmdir()
    (repository / "folder").write_text("a file\n")
    assert take(repository).code["complete"]
    assert set(files_of(repository, REF)) == {"README.md", "folder", "train.py"}


def test_ignored_files_are_never_taken(repository: Path) -> None:
    (repository / ".gitignore").write_text("*.env\n")
    (repository / "secret.env").write_text("TOKEN=1\n")
    assert "secret.env" not in check(repository)


def test_fifo_does_not_block(repository: Path) -> None:
    os.mkfifo(repository / "pipe")
    assert take(repository).code["complete"]
    (repository / "train.py").unlink()
    os.mkfifo(repository / "train.py")
    code, _ = take(repository)
    assert code["dirty"]
    assert code["omitted"] == [{"path": "train.py", "size": 0, "reason": "it is not a regular file"}]


HOSTILE = [
    b"with space", b"new\nline", b'quo"te', b"tab\there", b"-rf", b"--", b":(glob)*", b":!x", b"*", b"[a]",
    b"back\\slash", b"caf\xe9-not-utf8", "日本.py".encode(), b"\x1b[31mred", b"a\rb", b"#x", b"? y", b"1 .M N...",
    b"'", b"$(id)", b"%s",
]  # fmt: skip


def test_hostile_names_untracked_modified_and_deleted(repository: Path, commit_all: Commit) -> None:
    root = os.fsencode(repository)
    for name in HOSTILE:
        Path(os.fsdecode(os.path.join(root, name))).write_text("one\n")
    assert len(check(repository)) == len(HOSTILE) + 2
    commit_all(repository)
    for name in HOSTILE[::2]:
        Path(os.fsdecode(os.path.join(root, name))).write_text("two, and longer\n")
    for name in HOSTILE[1::2]:
        os.unlink(os.path.join(root, name))
    code, _ = take(repository)
    assert set(files_of(repository, code["snapshot"])) == {*map(os.fsdecode, HOSTILE[::2]), "train.py", "README.md"}


def test_ten_thousand_untracked_files(repository: Path) -> None:
    (repository / "many").mkdir()
    for number in range(10_000):
        (repository / "many" / f"{number}.txt").write_text(str(number))
    code, _ = take(repository)
    assert len(run_git(repository, "ls-tree", "-r", code["snapshot"]).splitlines()) == 10_002


# -- left out


def test_large_files_are_left_out_named_and_hinted(repository: Path) -> None:
    (repository / "train.py").write_text("x" * 2000)
    (repository / "big model.bin").write_bytes(b"y" * 3000)
    (repository / "small.py").write_text("small\n")
    code, warnings = take(repository, size_cap=1000)
    assert code["omitted"] == [
        {"path": "train.py", "size": 2000, "reason": "it is larger than 1000 bytes"},
        {"path": "big model.bin", "size": 3000, "reason": "it is larger than 1000 bytes"},
    ]
    assert (code["complete"], code["dirty"]) == (False, True)
    assert len(warnings) == 1
    assert "dvc add train.py 'big model.bin'" in warnings[0]
    assert set(files_of(repository, code["snapshot"])) == {"train.py", "README.md", "small.py"}
    assert "x" * 2000 not in files_of(repository, code["snapshot"])["train.py"]


def test_a_large_file_that_did_not_change_is_in_the_snapshot(repository: Path, commit_all: Commit) -> None:
    (repository / "large.txt").write_text("z" * 5000)
    commit_all(repository)
    (repository / "train.py").write_text("y\n")
    check(repository, size_cap=1000)


def test_the_cap_is_ten_megabytes(repository: Path) -> None:
    (repository / "at").write_bytes(b"\0" * (10_000_000))
    (repository / "above").write_bytes(b"\0" * (10_000_001))
    code, warnings = take(repository)
    assert [item["path"] for item in code["omitted"]] == ["above"]
    assert "10 MB" in warnings[0]


def test_untracked_files_that_are_too_many_together_are_left_out_by_the_heaviest_folder(repository: Path) -> None:
    for number in range(50):
        image = repository / "new" / "images" / f"class{number % 5}" / f"{number}.png"
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(bytes([number]) * 1000)
    (repository / "new" / "code.py").write_text("print()\n")
    (repository / "train.py").write_text("changed\n" * 1000)
    code = GitCode(find_project(str(repository)), untracked_cap=10_000)
    found, warnings = code.capture(RUN_ID, AT, {})
    (left,) = found["omitted"]
    assert (left["path"], left["size"], found["complete"]) == ("new/images", 50_000, False)
    assert (
        left["reason"] == "it has 50 untracked files, and there are more than 10000 bytes of untracked files in all"
    )
    assert [text.endswith("dvc add new/images") for text in warnings] == [True]
    assert set(files_of(repository, found["snapshot"])) == {"train.py", "README.md", "new/code.py"}
    assert int(run_git(repository, "count-objects").split()[0]) < 20


def test_untracked_files_below_the_total_are_all_taken(repository: Path) -> None:
    for number in range(10):
        (repository / f"{number}.png").write_bytes(b"x" * 1000)
    found, warnings = GitCode(find_project(str(repository)), untracked_cap=10_000).capture(RUN_ID, AT, {})
    assert (found["omitted"], warnings) == ([], [])


def test_names_in_omitted_are_safe_for_json(repository: Path) -> None:
    Path(os.fsdecode(os.fsencode(repository) + b"/caf\xe9")).write_text("long enough")
    code, warnings = take(repository, size_cap=3)
    assert code["omitted"][0]["path"] == "caf\udce9"
    assert json.loads(json.dumps([code, warnings])) == [code, warnings]


def test_many_omissions_are_one_short_warning(repository: Path) -> None:
    for number in range(100):
        (repository / f"{number:03}").write_text("long enough")
    code, warnings = take(repository, size_cap=3)
    assert len(code["omitted"]) == 100
    assert len(warnings) == 1
    assert "and 97 more" in warnings[0]


def test_embedded_repository_is_incomplete(repository: Path, template_repository: Path) -> None:
    run_git(repository, "clone", "-q", str(template_repository), "inner")
    code, warnings = take(repository)
    assert [item["path"] for item in code["omitted"]] == ["inner"]
    assert files_of(repository, code["snapshot"])["inner"].startswith("160000 ")
    assert "inner" in warnings[0]


def test_embedded_repository_without_a_commit(repository: Path) -> None:
    run_git(repository, "init", "-q", "inner")
    (repository / "inner" / "file").write_text("file\n")
    (repository / "new.py").write_text("new\n")
    code, _ = take(repository)
    assert [(item["path"], item["reason"]) for item in code["omitted"]] == [("inner", "git could not add it")]
    assert "new.py" in files_of(repository, code["snapshot"])


@pytest.fixture
def submodule(repository: Path, template_repository: Path, commit_all: Commit) -> Path:
    run_git(repository, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(template_repository), "sub")
    commit_all(repository)
    return repository / "sub"


@pytest.mark.usefixtures("submodule")
def test_clean_submodule_is_complete(repository: Path) -> None:
    code, _ = take(repository)
    assert (code["complete"], code["dirty"]) == (True, False)


@pytest.mark.parametrize("name", ["train.py", "untracked.py"])
@pytest.mark.parametrize("ignore", ["all", "none"])
def test_dirty_submodule_is_incomplete_whatever_git_is_told_to_ignore(
    repository: Path, submodule: Path, name: str, ignore: str
) -> None:
    run_git(repository, "config", "submodule.sub.ignore", ignore)
    (submodule / name).write_text("changed\n")
    code, _ = take(repository)
    assert [item["path"] for item in code["omitted"]] == ["sub"]
    assert (code["complete"], code["dirty"]) == (False, True)


def test_new_commit_in_a_submodule_is_recorded(repository: Path, submodule: Path, commit_all: Commit) -> None:
    (submodule / "train.py").write_text("changed\n")
    head = commit_all(submodule)
    code, _ = take(repository)
    assert code["complete"]
    assert files_of(repository, code["snapshot"])["sub"] == f"160000 {head}"


def test_unreadable_files_and_folders_are_named(repository: Path, as_another: Callable[..., object]) -> None:
    (repository / "closed.py").write_text("closed\n")
    (repository / "closed.py").chmod(0)
    (repository / "shut").mkdir()
    (repository / "shut" / "in.py").write_text("in\n")
    (repository / "new.py").write_text("new\n")
    shut = repository / "shut"
    shut.chmod(0)
    code = as_another(lambda: take(repository).code)
    shut.chmod(0o700)
    assert isinstance(code, dict)
    assert sorted(item["path"] for item in code["omitted"]) == ["closed.py", "shut"]
    assert not code["complete"]
    assert "new.py" in files_of(repository, code["snapshot"])


def test_read_only_git_dir_is_a_plain_error(repository: Path, as_another: Callable[..., object]) -> None:
    for folder, _, _ in os.walk(repository / ".git"):
        os.chmod(folder, 0o555)
    assert as_another(lambda: attempt(repository))
    (repository / "train.py").write_text("changed\n")
    words = as_another(lambda: attempt(repository))
    for folder, _, _ in os.walk(repository / ".git"):
        os.chmod(folder, 0o755)
    assert "can't be taken" in str(words)


def attempt(root: Path) -> str:
    with pytest.raises(ExpError) as caught:
        take(root)
    return caught.value.what


@pytest.fixture
def as_another(repository: Path) -> Callable[[Callable[[], object]], object]:
    """Run a function as a user who is not root and owns the repository; gives its result through JSON."""

    def run(function: Callable[[], object]) -> object:
        if os.geteuid() != 0:
            return function()
        for folder, names, files in os.walk(repository):
            for name in (".", *names, *files):
                os.lchown(os.path.join(folder, name), 65534, 65534)
        for parent in list(repository.parents)[:-2]:
            os.chmod(parent, os.stat(parent).st_mode | 0o011)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            try:
                os.write(writing, json.dumps(function()).encode())
            finally:
                os._exit(0)
        os.close(writing)
        with open(reading, encoding="utf-8") as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        os.system(f"chown -R 0:0 '{repository}'")
        return json.loads(answer)

    return run


def test_a_file_that_vanishes_or_is_refused_during_the_capture(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between `git status` and the adding of files a file goes, another turns into what git refuses."""
    for name in ("a", "b", "c", "d", "e"):
        (repository / name).write_text(name)
    real = subprocess.run

    def run(argv: list[str], **options: object) -> object:
        if "--add" in argv and (repository / "b").is_file():
            (repository / "a").unlink()
            (repository / "b").unlink()
            (repository / "b").mkdir()
        return real(argv, **options)  # type: ignore[call-overload]  # passed on as it came

    monkeypatch.setattr(subprocess, "run", run)
    code, _ = take(repository)
    assert set(files_of(repository, code["snapshot"])) == {"README.md", "train.py", "c", "d", "e"}
    assert [item["path"] for item in code["omitted"]] == ["b"]


# -- files that git was told not to look at


@pytest.mark.parametrize("option", ["--assume-unchanged", "--skip-worktree"])
def test_changes_in_hidden_files_are_taken(repository: Path, option: str) -> None:
    run_git(repository, "update-index", option, "train.py")
    before = picture(repository)
    assert not take(repository).code["dirty"]
    (repository / "train.py").write_text("hidden change\n")
    before = picture(repository)
    code, _ = take(repository)
    assert picture(repository) == before
    assert (code["dirty"], code["complete"]) == (True, True)
    assert files_of(repository, code["snapshot"])["train.py"] == "100644 hidden change\n"


def test_hidden_both_ways(repository: Path) -> None:
    run_git(repository, "update-index", "--assume-unchanged", "train.py")
    run_git(repository, "update-index", "--skip-worktree", "train.py")
    (repository / "train.py").write_text("hidden change\n")
    assert "hidden change" in files_of(repository, take(repository).code["snapshot"])["train.py"]


def test_assumed_unchanged_and_deleted(repository: Path) -> None:
    run_git(repository, "update-index", "--assume-unchanged", "train.py")
    (repository / "train.py").unlink()
    code, _ = take(repository)
    assert code["dirty"]
    assert "train.py" not in files_of(repository, code["snapshot"])


def test_sparse_checkout_keeps_what_is_not_checked_out(repository: Path, commit_all: Commit) -> None:
    for name in ("in", "out"):
        (repository / name).mkdir()
        (repository / name / "file").write_text(name)
    commit_all(repository)
    run_git(repository, "sparse-checkout", "set", "in")
    code, _ = take(repository)
    assert (code["dirty"], code["snapshot"]) == (False, code["commit"])
    (repository / "in" / "file").write_text("changed")
    (repository / "out").mkdir()
    (repository / "out" / "new").write_text("outside of the cone")
    code, _ = take(repository)
    assert code["complete"]
    files = files_of(repository, code["snapshot"])
    assert (files["in/file"], files["out/file"], files["out/new"]) == (
        "100644 changed", "100644 out", "100644 outside of the cone",
    )  # fmt: skip


# -- states of the repository


def test_unborn_head(tmp_path: Path) -> None:
    root = tmp_path / "new"
    run_git(tmp_path, "init", "-q", "-b", "trunk", str(root))
    code, _ = take(root)
    assert (code["commit"], code["branch"], code["dirty"]) == (None, "trunk", False)
    (root / "a.py").write_text("a\n")
    code, _ = take(root)
    assert (code["commit"], code["dirty"], code["complete"]) == (None, True, True)
    assert files_of(root, code["snapshot"]) == {"a.py": "100644 a\n"}
    assert run_git(root, "log", "-1", "--format=%P", code["snapshot"]) == ""


def test_detached_head(repository: Path) -> None:
    run_git(repository, "checkout", "-q", "--detach")
    assert take(repository).code["branch"] is None


@pytest.fixture
def conflict(repository: Path, commit_all: Commit) -> None:
    """Branch `other` and `main` changed the same line."""
    run_git(repository, "checkout", "-q", "-b", "other")
    (repository / "train.py").write_text("theirs\n")
    commit_all(repository)
    run_git(repository, "checkout", "-q", "main")
    (repository / "train.py").write_text("ours\n")
    commit_all(repository)


@pytest.mark.usefixtures("conflict")
@pytest.mark.parametrize("command", ["merge", "rebase"])
def test_with_conflicts_the_work_tree_is_what_counts(repository: Path, command: str) -> None:
    subprocess.run(["git", command, "other"], cwd=repository, capture_output=True, check=False)
    assert "<<<<<<<" in check(repository)["train.py"]
    code, _ = take(repository)
    assert (code["branch"] is None) == (command == "rebase")
    assert (repository / ".git" / "MERGE_HEAD").exists() == (command == "merge")


@pytest.mark.usefixtures("conflict")
def test_conflict_deleted_or_too_large(repository: Path) -> None:
    subprocess.run(["git", "merge", "other"], cwd=repository, capture_output=True, check=False)
    code, _ = take(repository, size_cap=3)
    assert [item["path"] for item in code["omitted"]] == ["train.py"]
    (repository / "train.py").unlink()
    code, _ = take(repository)
    assert "train.py" not in files_of(repository, code["snapshot"])
    assert code["complete"]


def test_index_lock_of_another_does_not_matter(repository: Path) -> None:
    (repository / ".git" / "index.lock").write_text("")
    check(repository)
    (repository / "train.py").write_text("changed\n")
    check(repository)


def test_no_index_at_all(repository: Path) -> None:
    (repository / ".git" / "index").unlink()
    assert set(check(repository)) == {"train.py", "README.md"}


def test_split_index(repository: Path) -> None:
    run_git(repository, "update-index", "--split-index")
    (repository / "train.py").write_text("changed\n")
    check(repository)


def test_linked_worktree(repository: Path, tmp_path: Path) -> None:
    run_git(repository, "worktree", "add", "-q", "-b", "side", str(tmp_path / "linked"))
    (tmp_path / "linked" / "train.py").write_text("side\n")
    (repository / "train.py").write_text("main\n")
    check(tmp_path / "linked")
    assert take(tmp_path / "linked").code["branch"] == "side"
    assert run_git(repository, "rev-parse", REF)


def test_shallow_clone(repository: Path, tmp_path: Path, commit_all: Commit) -> None:
    (repository / "train.py").write_text("second\n")
    commit_all(repository)
    run_git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    (tmp_path / "shallow" / "train.py").write_text("third\n")
    check(tmp_path / "shallow")


def test_partial_clone_fetches_nothing(repository: Path, tmp_path: Path) -> None:
    run_git(repository, "config", "uploadpack.allowFilter", "true")
    run_git(tmp_path, "clone", "-q", "--filter=blob:none", f"file://{repository}", "partial")
    repository.rename(tmp_path / "gone")
    (tmp_path / "partial" / "train.py").write_text("third\n")
    check(tmp_path / "partial")
    (tmp_path / "gone").rename(repository)


def test_sha256_repository(tmp_path: Path) -> None:
    root = tmp_path / "new"
    run_git(tmp_path, "init", "-q", "--object-format=sha256", str(root))
    (root / "a.py").write_text("a\n")
    (root / "b.py").write_text("b\n")
    run_git(root, "add", "-A")
    run_git(root, "commit", "-q", "-m", "first")
    assert len(take(root).code["tree"]) == 64
    (root / "a.py").write_text("changed\n")
    (root / "b.py").unlink()
    check(root)


def test_line_endings_are_as_git_add_has_them(repository: Path, commit_all: Commit) -> None:
    run_git(repository, "config", "core.autocrlf", "true")
    run_git(repository, "config", "core.safecrlf", "true")
    (repository / "windows.txt").write_bytes(b"a\r\nb\r\n")
    (repository / "mixed.txt").write_bytes(b"a\r\nb\n")
    code, _ = take(repository)
    files = files_of(repository, code["snapshot"])
    assert files["windows.txt"] == files["mixed.txt"] == "100644 a\nb\n"


def test_clean_filters_are_the_users_own(repository: Path) -> None:
    run_git(repository, "config", "filter.upper.clean", "tr a-z A-Z")
    (repository / ".gitattributes").write_text("*.txt filter=upper\n")
    (repository / "a.txt").write_text("abc\n")
    assert files_of(repository, take(repository).code["snapshot"])["a.txt"] == "100644 ABC\n"


def test_file_that_a_required_filter_refuses_is_named(repository: Path) -> None:
    run_git(repository, "config", "filter.broken.clean", "false")
    run_git(repository, "config", "filter.broken.required", "true")
    (repository / ".gitattributes").write_text("*.txt filter=broken\n")
    (repository / "a.txt").write_text("abc\n")
    (repository / "b.py").write_text("abc\n")
    code, _ = take(repository)
    assert [item["path"] for item in code["omitted"]] == ["a.txt"]
    assert {"b.py", ".gitattributes"} <= set(files_of(repository, code["snapshot"]))


# -- replacements


def test_replaced_contents_go_in_byte_for_byte_and_are_no_dirt(repository: Path) -> None:
    before = picture(repository)
    code, _ = take(repository, {"data.dvc": b"md5: 1\r\n", "README.md": b"\xff\0", "a/b.dvc": b"new"})
    assert picture(repository) == before
    assert not code["dirty"]
    assert code["snapshot"] != code["commit"]
    assert run_git_bytes(repository, "show", f"{REF}:data.dvc") == b"md5: 1\r\n"
    assert run_git_bytes(repository, "show", f"{REF}:README.md") == b"\xff\0"
    assert set(files_of(repository, REF)) == {"data.dvc", "README.md", "a/b.dvc", "train.py"}


def test_replacement_wins_over_a_changed_deleted_or_large_file(repository: Path) -> None:
    (repository / "train.py").unlink()
    (repository / "README.md").write_text("long enough")
    code, _ = take(repository, {"train.py": b"back", "README.md": b"short"}, size_cap=3)
    assert (code["complete"], code["dirty"]) == (True, True)
    assert files_of(repository, REF) == {"train.py": "100644 back", "README.md": "100644 short"}


# -- nothing of others is run, nothing leads elsewhere


def test_planted_programs_are_never_run(repository: Path, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\necho ran >> {tmp_path}/ran\n")
    program.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "post-index-change", "pre-commit", "post-commit", "fsmonitor-watchman"):
        (hooks / name).symlink_to(program)
        (repository / ".git" / "hooks").mkdir(exist_ok=True)
        (repository / ".git" / "hooks" / name).unlink(missing_ok=True)
        (repository / ".git" / "hooks" / name).symlink_to(program)
    names = ("core.fsmonitor", "core.pager", "diff.external", "core.editor", "gpg.program", "core.sshCommand")
    for name in names:
        run_git(repository, "config", name, str(program))
    run_git(repository, "config", "core.hooksPath", str(hooks))
    run_git(repository, "config", "commit.gpgSign", "true")
    (tmp_path / "ran").unlink(missing_ok=True)
    take(repository)
    (repository / "train.py").write_text("changed\n")
    take(repository)
    assert not (tmp_path / "ran").exists()


def test_planted_work_tree_elsewhere_is_not_taken(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key").write_text("key\n")
    run_git(repository, "config", "core.worktree", str(tmp_path / "private"))
    (repository / "new.py").write_text("new\n")
    assert set(files_of(repository, take(repository).code["snapshot"])) == {"README.md", "new.py", "train.py"}


def test_a_hooks_environment_does_not_mislead(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "elsewhere" / "index"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare'='true'")
    (repository / "new.py").write_text("new\n")
    assert "new.py" in files_of_clean(repository, take(repository).code["snapshot"], monkeypatch)


def files_of_clean(root: Path, commit: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_CONFIG_PARAMETERS"):
        monkeypatch.delenv(name)
    return files_of(root, commit)


def test_no_reflog_is_made_and_the_stash_stays(repository: Path) -> None:
    run_git(repository, "config", "core.logAllRefUpdates", "always")
    (repository / "train.py").write_text("stashed\n")
    run_git(repository, "stash")
    (repository / "train.py").write_text("changed\n")
    check(repository)
    assert not (repository / ".git" / "logs" / "refs" / "exp").exists()


def test_the_snapshot_outlives_its_branch(repository: Path, commit_all: Commit) -> None:
    run_git(repository, "checkout", "-q", "-b", "short-lived")
    (repository / "train.py").write_text("committed\n")
    commit_all(repository)
    code, _ = take(repository)
    run_git(repository, "checkout", "-q", "main")
    run_git(repository, "branch", "-q", "-D", "short-lived")
    run_git(repository, "reflog", "expire", "--expire=now", "--all")
    run_git(repository, "gc", "-q", "--prune=now")
    assert files_of(repository, code["snapshot"])["train.py"] == "100644 committed\n"


def test_what_a_killed_capture_left_goes_with_a_later_one(repository: Path) -> None:
    old, young = (repository / ".git" / f"exp-snapshot-{name}" for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir()
        (folder / "index").write_text("left")
    os.utime(old, (0, 0))
    (repository / "train.py").write_text("changed\n")
    take(repository)
    assert not old.exists()
    assert young.exists()
    (young / "index").unlink()
    young.rmdir()


def test_captures_at_the_same_time(repository: Path) -> None:
    """Eight processes, each its own snapshot of the same work tree."""
    (repository / "train.py").write_text("changed\n")
    children = []
    for number in range(8):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                take(repository, run_id=f"{number:012}")
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 8
    assert len(run_git(repository, "for-each-ref", "refs/exp/runs").splitlines()) == 8


@pytest.mark.parametrize("verb", ["update-index", "write-tree", "commit-tree", "update-ref"])
def test_killed_at_each_step_harms_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    (repository / "train.py").write_text("changed\n")
    before = picture(repository)
    child = os.fork()
    if child == 0:
        real = subprocess.run

        def run(argv: list[str], **options: object) -> object:
            if verb in argv:
                os.kill(os.getpid(), 9)
            return real(argv, **options)  # type: ignore[call-overload]  # passed on as it came

        monkeypatch.setattr(subprocess, "run", run)
        take(repository)
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == 9
    after = {path: seen for path, seen in picture(repository).items() if "exp-snapshot-" not in path}
    assert after == before
    assert run_git(repository, "for-each-ref", "refs/exp") == ""
    left = repository / ".git" / f"exp-snapshot-{RUN_ID}"
    if left.exists():
        (left / "index.lock").write_text("of a git that was killed too")
    take(repository)  # the same run id may be taken again, and what was left is gone
    check(repository)


def test_it_is_the_port(repository: Path) -> None:
    code: CodeVersion = GitCode(find_project(str(repository)))
    assert code.capture(RUN_ID, AT, {}).warnings == []
