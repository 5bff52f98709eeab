"""Starting `exp` as a person does: as a real process; and a look at all that a recording must leave alone."""

import gc
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from expbench.cli.main import run
from tests.forking import fits, forked

EXP = [sys.executable, "-m", "expbench"]
DEADLINE_S = 60.0


class Outcome(NamedTuple):
    """How a process ended: exit code (negative for a signal), stdout, stderr."""

    code: int
    out: str
    err: str


def outcome(code: int, out: bytes, err: bytes) -> Outcome:
    """As text; what is no UTF-8 stays what it is."""
    return Outcome(code, out.decode(errors="surrogateescape"), err.decode(errors="surrogateescape"))


def exp(cwd: Path | str, *words: str | bytes, env: Mapping[str, str] | None = None, **more: Any) -> Outcome:
    """`exp WORDS` in the folder, as a real process; `env` is added to the environment (an empty value removes).

    Forked off one that has its modules, where a fresh interpreter would do the same; `more` asks for a fresh one.
    """
    environ = {key: value for key, value in {**os.environ, **(env or {})}.items() if value}
    if not more and fits(environ):
        return outcome(*forked("expbench", words, str(cwd), environ))
    given = {"stdin": subprocess.DEVNULL, "timeout": 60, **more}
    done = subprocess.run([*EXP, *words], cwd=cwd, env=environ, capture_output=True, check=False, **given)
    return outcome(done.returncode, done.stdout, done.stderr)


def inside(cwd: Path | str, *words: str) -> Outcome:
    """As `exp`, but within this process: a tenth of the time, for what only reads and edits."""
    with chdir(cwd), redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = run(words)
    gc.enable()  # a command of its own process switches it off
    return Outcome(code, out.getvalue(), err.getvalue())


def shell(cwd: Path | str, line: str, env: Mapping[str, str] | None = None) -> Outcome:
    """A line for `sh` in which `exp` is the command."""
    script = f'exp() {{ "{sys.executable}" -m expbench "$@"; }}\n{line}'
    environ = {**os.environ, **(env or {})}
    done = subprocess.run(["sh", "-c", script], cwd=cwd, env=environ, capture_output=True, check=False, timeout=60)
    return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())


def start(cwd: Path | str, *words: str, **more: Any) -> "subprocess.Popen[bytes]":
    """`exp WORDS`, going on; its output can be read."""
    given = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.Popen([*EXP, *words], cwd=cwd, **given)


def dvc(root: Path, *words: str) -> str:
    """What `dvc` prints; fails the test when DVC fails. Forked off a process that has its modules."""
    done = outcome(*forked("dvc", words, str(root), {**os.environ, "DVC_NO_ANALYTICS": "1"}))
    assert done.code == 0, done.out + done.err
    return done.out


def shown(cwd: Path | str, run: str = "@") -> dict[str, Any]:
    """The document of a run."""
    found = exp(cwd, "show", run, "--json")
    assert found.code == 0, found.err
    document: dict[str, Any] = json.loads(found.out, parse_constant=refuse_constant)
    return document


def listed(cwd: Path | str) -> list[dict[str, Any]]:
    """All documents, newest first."""
    found = exp(cwd, "ls", "--json")
    assert found.code == 0, found.err
    documents: list[dict[str, Any]] = json.loads(found.out, parse_constant=refuse_constant)
    return documents


def refuse_constant(word: str) -> Any:
    """For `json.loads`: strict JSON knows no NaN."""
    raise AssertionError(f"{word} is no JSON")


def wait_for(holds: Callable[[], Any], what: str = "the condition") -> None:
    """Until it holds; fails loudly after the deadline."""
    until = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < until, f"{what} never came"
        time.sleep(0.01)


def wait_for_line(path: Path) -> str:
    """The text of a file that will come, once its first line is whole."""
    wait_for(lambda: path.exists() and "\n" in path.read_text(), str(path))
    return path.read_text()


def git(root: Path, *arguments: str, check: bool = True) -> str:
    """What git prints, with no side effect on the index."""
    environ = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    quiet = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"]
    argv = ["git", *quiet, *arguments]
    done = subprocess.run(argv, cwd=root, env=environ, capture_output=True, text=True, check=check)
    return done.stdout


def belongings(root: Path) -> dict[str, Any]:
    """All that is the user's: index, HEAD, branches, stash, reflogs, status, and each file with its time."""
    git_dir = Path(git(root, "rev-parse", "--absolute-git-dir").strip())
    kept = [git_dir / name for name in ("index", "HEAD", "ORIG_HEAD", "config", "logs/HEAD", "packed-refs")]
    status = git(root, "status", "--porcelain=v2", "--branch", "--ignored", "--untracked-files=normal")
    refs = git(root, "for-each-ref", "--format=%(refname) %(objectname)").splitlines()
    return {
        "files": {str(path.relative_to(root)): _content(path) for path in _files(root)},
        "git": {path.name: _content(path) for path in kept if path.exists() and path.name != "packed-refs"},
        "refs": [ref for ref in refs if not ref.startswith("refs/exp/")],
        "stash": git(root, "stash", "list"),
        "status": [line for line in status.splitlines() if line != "! .exp/"],
        "worktrees": git(root, "worktree", "list", "--porcelain"),
        "locks": sorted(path.name for path in git_dir.glob("*.lock")),
    }


def no_worktrees(root: Path) -> bool:
    """Whether nothing is left of any work tree."""
    home = root / ".exp" / "worktrees"
    left = [path.name for path in home.iterdir() if path.name != "lock"] if home.exists() else []
    return not left and len(git(root, "worktree", "list").splitlines()) == 1


def _files(root: Path) -> list[Path]:
    found = (path for path in root.rglob("*") if path.is_file() or path.is_symlink())
    return sorted(path for path in found if path.relative_to(root).parts[0] not in (".git", ".exp"))


def _content(path: Path) -> tuple[bytes, int, int]:
    if path.is_symlink():
        return os.fsencode(os.readlink(path)), 0, 0
    found = path.stat()
    return path.read_bytes(), found.st_mtime_ns, found.st_mode
