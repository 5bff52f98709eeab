"""Runs of every kind, recorded by the real program in real repositories: what the JSON contract is held against."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from expbench.adapters.store.liveness import HeldLock, hold
from expbench.adapters.store.runs import open_store
from tests.adapters.store.runs import document, run_id_of
from tests.cli.program import exp, git, shown, start, wait_for

NAMES = ("a\x1b]52;c;aGk=\x07\u202eb", "\x9b31m\u200bzero", "[red]markup[/] [@click=x]", "=1+1|cmd", "\n\tx\r")
NUMBERS = '{"nan": NaN, "big": 1e308, "inf": Infinity, "low": -Infinity, "zero": -0.0, "huge": 1' + "0" * 30 + "}"
DIGEST = "0cc175b9c0f1b6a831c399e269772661"  # md5 of "a"


class Zoo:
    """Repositories with runs in them; `close` ends those that are alive."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.template = template
        self.folder = folder
        self.roots: list[Path] = []
        self._alive: list[subprocess.Popen[bytes]] = []
        self._locks: list[HeldLock] = []
        for make in (self._plain, self._with_dvc, self._unborn):
            make(self._root(make.__name__))

    def close(self) -> None:
        for process in self._alive:
            process.terminate()
            process.communicate(timeout=30)
        for lock in self._locks:
            lock.release()

    def _root(self, name: str) -> Path:
        root = self.folder / name
        shutil.copytree(self.template, root, symlinks=True)
        git(root, "status")
        self.roots.append(root)
        return root

    def _plain(self, root: Path) -> None:
        """Finished, failed, killed, signalled, hostile, dirty, incomplete, detached; live, queued, dead and lost."""
        (root / "params.yaml").write_text("lr: 0.1\nnested: {on: true, none: null, when: 2026-01-01, text: '1e5'}\n")
        exp(root, "run", "--name", "clean", "-P", "seed=3", "-t", "x", "--note", "a\nb", "--", "true", "--k=v", "x=1")
        write = f"open('metrics.json', 'w').write({NUMBERS!r})"
        exp(root, "run", "--name", "numbers", "--artifact", "*.json", "--", sys.executable, "-c", write)
        exp(root, "run", "--name", "failed", "--experiment", "e", "--", "sh", "-c", "echo loss: 0.5; exit 3")
        exp(root, "run", "--name", "killed", "--", "sh", "-c", "kill -TERM $$")
        exp(root, "run", "--name", "crashed", "--", "sh", "-c", "kill -SEGV $$")
        for name in NAMES:
            exp(root, "run", "--name", name, "--", "printf", "%s", name)
        git(root, "remote", "add", "origin", "https://user:secret@example.org/x.git")
        with (root / "dump.bin").open("wb") as file:
            file.truncate(11_000_000)
        git(root, "checkout", "-q", "--detach")
        exp(root, "run", "--name", "incomplete", "--", "true")
        exp(root, "tag", "clean", "+y", "k=v")
        self._alive.append(self._going(root, "alive"))
        dead = self._going(root, "dead")
        dead.send_signal(signal.SIGKILL)
        dead.wait(timeout=30)
        self._plant(root)

    def _going(self, root: Path, name: str) -> "subprocess.Popen[bytes]":
        quiet = ("--no-system-metrics", "--", "sleep", "600")  # what is sampled changes between two looks
        process = start(root, "run", "--name", name, *quiet, preexec_fn=_end_with_parent)
        wait_for(lambda: exp(root, "show", name).code == 0 and shown(root, name)["status"] == "running")
        return process

    def _plant(self, root: Path) -> None:
        """What no run here can become by itself: one that waits for its turn, one of another machine."""
        store = open_store(str(root / ".exp"))
        self._locks.append(hold(store.run_dir(run_id_of(1))))
        store.create(document(1, name="queued", status="queued"))
        store.create(document(2, name="lost", status="running", host="elsewhere", started_at=None))

    def _with_dvc(self, root: Path) -> None:
        """Tracked data whose `.dvc` file is right, wrong and of a missing file; a run that changes it."""
        (root / ".dvc").mkdir()
        (root / ".dvc" / "config").write_text("")
        (root / "data").mkdir()
        (root / "data" / "a.txt").write_text("a")
        (root / "data.dvc").write_text(f"outs:\n- md5: {DIGEST}.dir\n  hash: md5\n  path: data\n")
        (root / "file").write_text("changed")
        (root / "file.dvc").write_text(f"outs:\n- md5: {DIGEST}\n  size: 1\n  hash: md5\n  path: file\n")
        (root / "gone.dvc").write_text(f"outs:\n- md5: {DIGEST}\n  size: 1\n  hash: md5\n  path: gone\n")
        (root / ".gitignore").write_text("/data\n/file\n/gone\n")
        exp(root, "run", "--name", "tracked", "--", "sh", "-c", "echo new > data/new.txt; echo more > file")
        exp(root, "run", "--name", "again", "--", "true")

    def _unborn(self, root: Path) -> None:
        git(root, "checkout", "-q", "--orphan", "new")
        exp(root, "run", "--name", "unborn", "--", "true")


def _end_with_parent() -> None:
    """For `preexec_fn`: the group ends with a signal to it, whatever the test runner ignores."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setpgrp()
