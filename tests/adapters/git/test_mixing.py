"""Mixed snapshots: each path from exactly one side, and nothing of the user's takes part."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from expbench.adapters.git.discovery import Project, find_project
from expbench.adapters.git.mixing import Clash, files_of, mixed_commit
from expbench.adapters.git.process import GitFailed
from expbench.domain.recipe import AXES, Axis, axis_of
from expbench.errors import ExpError
from tests.adapters.git.conftest import files_of as contents_of
from tests.adapters.git.conftest import picture
from tests.cli.program import belongings
from tests.conftest import run_git
from tests.domain.rerun_documents import a_run

Tree = Mapping[str, str]
# Some of each axis, at several depths, with names that git would quote.
NAMES = [
    "train.py", "lib/model.py", "lib/ä\n.py", "params.yaml", "conf/params.yaml", "data/raw.csv.dvc", "dvc.lock",
    "sub/dvc.lock", "dvc.yaml", ".gitignore", "-x", ":(top)y",
]  # fmt: skip
TREES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["", "one\n", "two\n"]), min_size=1)


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    """A repository that holds the random trees of all examples."""
    folder = Path(tempfile.mkdtemp())
    run_git(folder, "init", "-q", "-b", "main")
    yield find_project(str(folder))
    shutil.rmtree(folder)


def committed(project: Project, tree: Tree, mode: str = "100644") -> str:
    """A commit of just these files, without any of them in the work tree."""
    index = os.path.join(project.git_dir, "index-for-tests")
    Path(index).unlink(missing_ok=True)
    environ = {**os.environ, "GIT_INDEX_FILE": index}

    def git(*arguments: str, stdin: str = "") -> str:
        import subprocess

        argv = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
        done = subprocess.run(
            argv, cwd=project.root, env=environ, input=stdin.encode(), capture_output=True, check=True
        )
        return done.stdout.decode().strip()

    ids = {content: git("hash-object", "-w", "--stdin", stdin=content) for content in set(tree.values())}
    git("update-index", "-z", "--index-info", stdin="".join(f"{mode} {ids[tree[p]]}\t{p}\0" for p in tree))
    return git("commit-tree", "-m", "tree", git("write-tree"))


def expected(sides: Mapping[Axis, Tree], axis: Mapping[str, Axis]) -> dict[str, str]:
    """What a mix must hold, path by path."""
    return {path: f"100644 {sides[axis[path]][path]}" for path in NAMES if path in sides[axis[path]]}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=TREES, other=TREES, swapped=st.sets(st.sampled_from(AXES)))
def test_each_path_comes_from_the_side_of_its_axis(
    project: Project, one: Tree, other: Tree, swapped: set[Axis]
) -> None:
    """Present, absent, equal or different on either side: the axis alone decides."""
    a, b = committed(project, one), committed(project, other)
    axis = axis_of(a_run(), a_run(param_sources={"depth": "file:conf/params.yaml"}))
    by_path = {path: axis(path) for path in NAMES}
    sides = {each: other if each in swapped else one for each in AXES}
    wanted = expected(sides, by_path)
    assume(wanted)
    snapshots = {each: b if each in swapped else a for each in AXES}
    mixed = mixed_commit(project, [snapshots["code"], a, b], lambda path: snapshots[axis(path)])
    assert contents_of(Path(project.root), mixed) == wanted
    assert mixed == mixed_commit(project, [snapshots["code"], b, a], lambda path: snapshots[axis(path)])
    if wanted in (expected(dict.fromkeys(AXES, one), by_path), expected(dict.fromkeys(AXES, other), by_path)):
        assert mixed in (a, b)
    else:
        assert run_git(Path(project.root), "rev-parse", f"{mixed}^") == snapshots["code"]


def test_modes_links_and_submodules_come_along(project: Project) -> None:
    run, link = committed(project, {"run.sh": "x\n"}, "100755"), committed(project, {"params.yaml": "to"}, "120000")
    mixed = mixed_commit(project, [run, link], lambda path: run if path == "run.sh" else link)
    assert {path: entry.split()[0] for path, entry in files_of(project.root, mixed).items()} == {
        "run.sh": b"100755",
        "params.yaml": b"120000",
    }


def test_a_file_where_the_other_side_has_a_folder_is_refused(project: Project) -> None:
    a, b = committed(project, {"data": "a file\n"}), committed(project, {"data/raw.csv.dvc": "outs\n"})
    with pytest.raises(Clash) as found:
        mixed_commit(project, [a, b], lambda path: b if path.endswith(".dvc") else a)
    assert found.value.cause == "data is a file in one and a folder in the other"


def test_what_is_no_commit_is_refused(project: Project) -> None:
    with pytest.raises(ExpError, match="not the id of a commit"):
        files_of(project.root, "--output=x")
    with pytest.raises(GitFailed):
        files_of(project.root, "0" * 40)


def test_nothing_of_the_users_changes(repository: Path) -> None:
    project = find_project(str(repository))
    first = run_git(repository, "rev-parse", "HEAD")
    (repository / "params.yaml").write_text("lr: 1\n")
    run_git(repository, "add", "-A")
    run_git(repository, "commit", "-qm", "params")
    second = run_git(repository, "rev-parse", "HEAD")
    (repository / "train.py").write_text("changed\n")
    run_git(repository, "add", "train.py")
    (repository / "untracked.txt").write_text("mine\n")
    before, seen = belongings(repository), picture(repository)
    mixed = mixed_commit(project, [first, second], lambda path: second if path == "README.md" else first)
    assert mixed == first
    mixed_commit(project, [first, second], lambda path: second if path == "params.yaml" else first)
    assert belongings(repository) == before
    assert picture(repository) == seen
