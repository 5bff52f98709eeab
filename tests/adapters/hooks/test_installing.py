"""Hooks put in front of others: these go on as they were, and are given back to the last byte."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.git.discovery import find_project
from expbench.adapters.hooks.installing import NAMES, Changes, install, look, uninstall
from expbench.errors import ExpError
from tests.cli.hooked import head, hook, hooked_git
from tests.conftest import run_git

LOG = 'echo "$(basename "$0") $*" >> "$(git rev-parse --git-dir)/log"\n'


def put(root: Path) -> Changes:
    return install(find_project(str(root)))


def take(root: Path) -> list[str]:
    return uninstall(find_project(str(root)))


def states(root: Path) -> dict[str, str]:
    return {each.name: each.state for each in look(find_project(str(root))).hooks}


def belongings(folder: Path) -> dict[str, Any]:
    """Each file below with its bytes, mode, time and what it links to."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content: Any = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else None
        found[str(path.relative_to(folder))] = (content, stat.S_IMODE(status.st_mode))
    return found


def log(root: Path) -> list[str]:
    path = root / ".git" / "log"
    return path.read_text().splitlines() if path.exists() else []


def test_twice_is_once_and_nothing_is_left(repository: Path) -> None:
    before = belongings(repository / ".git")
    assert put(repository) == Changes([], [], [])
    assert set(states(repository).values()) == {"installed"}
    installed = belongings(repository / ".git")
    assert put(repository) == Changes([], [], [])
    assert belongings(repository / ".git") == installed
    (repository / ".git" / "EXP_TREE").touch()
    assert take(repository) == []
    assert belongings(repository / ".git") == before
    assert take(repository) == []


@pytest.mark.parametrize(
    "text",
    [
        f"#!/bin/sh\n{LOG}",
        f"#!/bin/bash -e\n{LOG}",
        f"{LOG}",
        "#!/usr/bin/env python3\nimport sys\nopen('.git/log', 'a').write('post-commit \\n')\n",
        f"#!/bin/sh\n{LOG}exit 5",
        f"#!/bin/sh\n{LOG}exec true\n",
    ],
    ids=["sh", "bash -e", "no first line", "python", "fails", "exec"],
)
def test_a_hook_that_was_there_runs_first_and_comes_back(repository: Path, text: str) -> None:
    path = hook(repository, "post-commit", text)
    path.chmod(0o750)
    before = belongings(repository / ".git")
    assert put(repository).chained == ["post-commit"]
    hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "x")
    assert [line.split()[0] for line in log(repository)] == ["post-commit"]
    take(repository)
    after = belongings(repository / ".git")
    assert after["hooks/post-commit"] == before["hooks/post-commit"]
    assert {name for name in after if "exp" in name} == set()


def test_a_hook_that_refuses_stops_the_commit_with_its_code(repository: Path) -> None:
    hook(repository, "prepare-commit-msg", "#!/bin/sh\necho no >&2\nexit 7\n")
    put(repository)
    before = head(repository)
    done = hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "x", check=False)
    assert (done.code, done.err) == (1, "no\n")
    assert head(repository) == before
    direct = os.spawnl(os.P_WAIT, "/bin/sh", "sh", str(repository / ".git/hooks/prepare-commit-msg"), "x")
    assert direct == 7


def test_a_hook_that_is_switched_off_stays_so(repository: Path) -> None:
    hook(repository, "post-commit", f"#!/bin/sh\n{LOG}").chmod(0o644)
    put(repository)
    hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "x")
    assert log(repository) == []
    take(repository)
    assert stat.S_IMODE((repository / ".git/hooks/post-commit").stat().st_mode) == 0o644


def test_input_and_arguments_reach_the_one_that_was_there(repository: Path) -> None:
    hook(repository, "post-rewrite", '#!/bin/sh\n{ echo "$1"; cat; } > .git/log\n')
    put(repository)
    old = head(repository)
    hooked_git(repository, "commit", "--amend", "-q", "-m", "x")
    assert log(repository) == ["amend", f"{old} {head(repository)}"]


def test_a_hook_that_looks_for_its_name_and_its_neighbours_finds_them(repository: Path) -> None:
    """As husky's do: each sources a file beside itself, which runs a script named as itself in the folder above."""
    (repository / ".husky" / "_").mkdir(parents=True)
    (repository / ".husky" / "_" / ".gitignore").write_text("*\n")
    (repository / ".husky" / "_" / "h").write_text(
        'n=$(basename "$0")\ns=$(dirname "$(dirname "$0")")/$n\n[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\n'
    )
    for name in ("post-commit", "pre-commit", "commit-msg", "post-merge"):
        hook(repository, name, '#!/usr/bin/env sh\n. "$(dirname "$0")/h"\n', ".husky/_")
    hook(repository, "post-commit", LOG, ".husky")
    hook(repository, "commit-msg", 'grep -q good "$1" || exit 1\n', ".husky")
    run_git(repository, "add", "-A")
    run_git(repository, "commit", "-q", "-m", "husky")
    run_git(repository, "config", "core.hooksPath", ".husky/_")
    before = belongings(repository / ".husky")
    changes = put(repository)
    assert changes == Changes([], [], ["commit-msg", "post-commit", "post-merge"])
    assert run_git(repository, "status", "--porcelain") == ""
    assert hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "bad", check=False).code == 1
    hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "good")
    assert [line.split()[0] for line in log(repository)] == ["post-commit"]
    take(repository)
    assert belongings(repository / ".husky") == before


def test_a_tracked_folder_is_not_dirtied_in_silence(repository: Path) -> None:
    hook(repository, "post-commit", f"#!/bin/sh\nset -eu\n{LOG}", "githooks")
    hook(repository, "post-rewrite", '#!/bin/sh\nset -eu\n{ echo "$1"; cat; } > .git/log\n', "githooks")
    hook(repository, "post-merge", "#!/usr/bin/env python3\n", "githooks")
    run_git(repository, "add", "-A")
    run_git(repository, "commit", "-q", "-m", "hooks")
    run_git(repository, "config", "core.hooksPath", "githooks")
    before = belongings(repository / "githooks")
    changes = put(repository)
    assert changes.left_alone == ["post-merge"]
    assert {Path(path).name for path in changes.seen} == set(NAMES) - {"post-merge"}
    assert changes.chained == ["post-commit", "post-rewrite"]
    hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "x")
    assert [line.split()[0] for line in log(repository)] == ["post-commit"]
    old = head(repository)
    hooked_git(repository, "commit", "--amend", "--allow-empty", "-q", "-m", "y")
    assert log(repository)[-2:] == ["amend", f"{old} {head(repository)}"]
    assert put(repository).seen == []
    clone = repository.parent / "clone"
    run_git(repository, "add", "-A")
    hooked_git(repository, "commit", "-q", "-m", "with ours")
    run_git(repository.parent, "clone", "-q", str(repository), str(clone))
    run_git(clone, "config", "core.hooksPath", "githooks")
    hooked_git(clone, "commit", "--allow-empty", "-q", "-m", "in a clone without exp")
    assert [line.split()[0] for line in log(clone)] == ["post-commit"]
    take(repository)
    assert belongings(repository / "githooks") == before


def test_a_folder_elsewhere_is_used_and_said(repository: Path, tmp_path: Path) -> None:
    run_git(repository, "config", "core.hooksPath", str(tmp_path / "shared"))
    hook(repository, "post-commit", f"#!/bin/sh\n{LOG}", str(tmp_path / "shared"))
    put(repository)
    assert look(find_project(str(repository))).shared
    other = tmp_path / "other"
    run_git(tmp_path, "init", "-q", str(other))
    run_git(other, "config", "core.hooksPath", str(tmp_path / "shared"))
    hooked_git(other, "commit", "--allow-empty", "-q", "-m", "x")
    assert len(log(other)) == 1
    run_git(repository, "config", "--unset", "core.hooksPath")
    put(repository)
    take(repository)
    assert states(repository) == dict.fromkeys(NAMES, "absent")


def test_a_link_to_a_hook_comes_back_as_a_link(repository: Path) -> None:
    target = hook(repository, "mine", f"#!/bin/sh\n{LOG}", "tools")
    (repository / ".git/hooks").mkdir(exist_ok=True)
    (repository / ".git/hooks/post-commit").symlink_to("../../tools/mine")
    put(repository)
    hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "x")
    assert len(log(repository)) == 1
    take(repository)
    assert os.readlink(repository / ".git/hooks/post-commit") == "../../tools/mine"
    assert target.read_text() == f"#!/bin/sh\n{LOG}"


def test_from_a_linked_worktree_they_go_where_git_looks(repository: Path, tmp_path: Path) -> None:
    run_git(repository, "worktree", "add", "-q", str(tmp_path / "linked"))
    put(tmp_path / "linked")
    assert set(states(repository).values()) == {"installed"}


def test_one_that_replaced_ours_is_taken_as_the_one_that_is_there(repository: Path) -> None:
    hook(repository, "post-commit", "#!/bin/sh\necho old\n")
    put(repository)
    hook(repository, "post-commit", "#!/bin/sh\necho new\n")
    assert states(repository)["post-commit"] == "foreign"
    put(repository)
    assert states(repository)["post-commit"] == "installed"
    take(repository)
    assert (repository / ".git/hooks/post-commit").read_text() == "#!/bin/sh\necho new\n"


def test_one_that_replaced_ours_stays_when_ours_go(repository: Path) -> None:
    hook(repository, "post-commit", "#!/bin/sh\necho old\n")
    put(repository)
    hook(repository, "post-commit", "#!/bin/sh\necho new\n")
    assert take(repository) == ["post-commit"]
    assert (repository / ".git/hooks/post-commit").read_text() == "#!/bin/sh\necho new\n"
    assert (repository / ".git/hooks.before-exp/post-commit").read_text() == "#!/bin/sh\necho old\n"


def test_an_older_version_of_ours_is_replaced_and_not_chained(repository: Path) -> None:
    put(repository)
    path = repository / ".git/hooks/post-commit"
    path.write_text(path.read_text() + "# of an older version\n")
    assert states(repository)["post-commit"] == "outdated"
    assert put(repository).chained == []
    assert states(repository)["post-commit"] == "installed"


def test_a_folder_that_can_not_be_written_is_told(repository: Path) -> None:
    (repository / ".git" / "hooks").mkdir(exist_ok=True)
    (repository / ".git" / "not-a-folder").write_text("")
    run_git(repository, "config", "core.hooksPath", ".git/not-a-folder")
    with pytest.raises(ExpError, match="the hooks can't be written"):
        put(repository)


def test_a_cut_between_two_steps_leaves_the_hook_that_was_there(repository: Path) -> None:
    path = hook(repository, "post-commit", f"#!/bin/sh\n{LOG}")

    def cut(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.replace", cut)
        with pytest.raises(ExpError):
            put(repository)
    assert path.read_text() == f"#!/bin/sh\n{LOG}"
    hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "x")
    assert len(log(repository)) == 1
    put(repository)
    take(repository)
    assert path.read_text() == f"#!/bin/sh\n{LOG}"


def test_several_at_once_keep_the_hook_that_was_there(repository: Path) -> None:
    import subprocess

    from tests.cli.program import EXP

    path = hook(repository, "post-commit", f"#!/bin/sh\n{LOG}")
    for words in (("install",), ("uninstall",)):
        going = [subprocess.Popen([*EXP, "hooks", *words], cwd=repository, stderr=subprocess.PIPE) for _ in range(4)]
        assert [(process.wait(), process.communicate()[1].count(b"error")) for process in going] == [(0, 0)] * 4
        hooked_git(repository, "commit", "--allow-empty", "-q", "-m", "x")
    assert len(log(repository)) == 2
    assert path.read_text() == f"#!/bin/sh\n{LOG}"
