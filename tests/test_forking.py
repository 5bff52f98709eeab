"""A forked run of a program can't be told from one of a fresh interpreter."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.forking import Ended, fits, forked


def fresh(module: str, words: list[str], cwd: Path, environ: Mapping[str, str]) -> Ended:
    argv = [sys.executable, "-m", module, *words]
    done = subprocess.run(argv, cwd=cwd, env=environ, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return Ended(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("expbench", []),
        ("expbench", ["--version"]),
        ("expbench", ["ls", "--json"]),
        ("expbench", ["no such", "\udcff\n"]),
        ("expbench", ["show", "--help"]),
        ("expbench", ["log-metric"]),
        ("dvc", ["--version"]),
        ("dvc", ["root"]),
        ("dvc", ["no-such"]),
    ],
)
def test_it_says_and_ends_as_a_fresh_one(module: str, words: list[str], repository: Path) -> None:
    (repository / "sub").mkdir()
    environ = {**os.environ, "DVC_NO_ANALYTICS": "1"}
    told = [run(module, words, repository / "sub", environ) for run in (fresh, forked_in)]
    assert told[0] == told[1]


def forked_in(module: str, words: list[str], cwd: Path, environ: Mapping[str, str]) -> Ended:
    return forked(module, words, str(cwd), environ)


LOOK = """
import json, os, sys
fds = [int(fd) for fd in os.listdir("/dev/fd") if os.path.exists(f"/dev/fd/{fd}")]
mask = os.umask(0)
print(json.dumps([sys.argv, os.getcwd(), sorted(os.environ.items()), fds, mask, os.getsid(0)]))
"""


def test_what_it_starts_finds_what_that_of_a_fresh_one_finds(repository: Path) -> None:
    words = ["run", "--no-system-metrics", "--name", "looks", "--", sys.executable, "-c", LOOK, "a\nb", "\udcff"]
    environ = {**os.environ, "SEEN": "1", "EXP_RUN_ID": ""}
    old_mask = os.umask(0o027)
    try:
        first, second = (run("expbench", words, repository, environ) for run in (fresh, forked_in))
    finally:
        os.umask(old_mask)
    assert first.code == second.code == 0, second.err
    told = [without_its_own(ended.out) for ended in (first, second)]
    assert told[0] == told[1]


def without_its_own(out: bytes) -> list[object]:
    """Not the names of the run, which differ from run to run."""
    argv, cwd, environ, fds, mask, session = json.loads(out)
    own = [name for name, _ in environ if name.startswith("EXP_RUN")]
    return [argv, cwd, [(name, value) for name, value in environ if name not in own], own, fds, mask, session]


def test_each_is_a_process_that_nothing_of_another_reaches(repository: Path) -> None:
    here = dict(os.environ)
    assert forked("expbench", ["ls"], str(repository), {**here, "EXP_DEBUG": "1"}).code == 0
    assert forked("expbench", ["ls"], "/", here).code != 0
    assert forked("expbench", ["ls"], str(repository), here).code == 0
    assert os.environ == here


@pytest.mark.parametrize("name", ["PYTHONIOENCODING", "PYTHONPATH", "LC_ALL", "LANG", "TZ"])
def test_what_is_read_only_at_the_start_asks_for_a_fresh_one(name: str) -> None:
    assert fits(os.environ)
    assert not fits({**os.environ, name: "other"})
    assert fits({**os.environ, "HOME": "/other"})


def test_a_folder_that_is_not_there_fails_loudly(tmp_path: Path) -> None:
    assert forked("expbench", ["ls"], str(tmp_path / "gone"), os.environ).code == 1
