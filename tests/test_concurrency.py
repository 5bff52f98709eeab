"""Many `exp run` at once on one repository: all are listed, none waits in vain, git stays as it was."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.program import EXP, belongings, exp, git, listed

_RUN = ["run", "--no-system-metrics", "--", "true"]
_MANY = f"""
import subprocess, sys
for number in range(int(sys.argv[1])):
    done = subprocess.run([sys.executable, '-m', 'expbench', *{_RUN}], capture_output=True, stdin=subprocess.DEVNULL)
    sys.stdout.write(f'{{done.returncode}} {{done.stdout + done.stderr}}\\n')
"""
_MANY_FORKED = f"""
import os, sys
sys.path.insert(0, {str(Path(__file__).parent.parent)!r})
from tests.forking import forked
for number in range(int(sys.argv[1])):
    done = forked('expbench', {_RUN}, os.getcwd(), os.environ)
    sys.stdout.write(f'{{done.code}} {{done.out + done.err}}\\n')
"""


def record_at_once(root: Path, program: str, processes: int, runs: int) -> None:
    (root / "train.py").write_text("uncommitted\n")
    (root / "new.py").write_text("untracked\n")
    before = belongings(root)
    argv = [sys.executable, "-c", program, str(runs)]
    going = [subprocess.Popen(argv, cwd=root, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    texts = [process.communicate()[0] for process in going]
    assert [text for text in texts if text != "0 b''\n" * runs] == []
    assert belongings(root) == before
    found = listed(root)
    assert len({run["id"] for run in found}) == processes * runs
    assert {run["status"] for run in found} == {"finished"}
    assert {run["code"]["tree"] for run in found} == {found[0]["code"]["tree"]}
    assert {tuple(run["warnings"]) for run in found} == {()}
    assert exp(root, "doctor").code == 0
    refs = git(root, "for-each-ref", "--format=%(refname)", "refs/exp/runs").split()
    assert set(refs) == {run["code"]["ref"] for run in found}
    assert not list((root / ".git").glob("*.lock"))


def test_eight_processes_record_five_runs_each(repository: Path) -> None:
    record_at_once(repository, _MANY, 8, 5)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_eight_processes_record_a_hundred_runs_each(repository: Path) -> None:
    """Each run is a process of its own; only the imports of the eight hundred are shared."""
    record_at_once(repository, _MANY_FORKED, 8, 100)


def test_edits_from_all_sides_are_all_kept(repository: Path) -> None:
    """Ten processes tag one run, and readers beside them never see anything broken."""
    exp(repository, "run", "--name", "x", "--", "true")
    going = [
        subprocess.Popen([*EXP, "tag", "x", f"+t{number}"], cwd=repository, stderr=subprocess.PIPE)
        for number in range(10)
    ]
    while any(process.poll() is None for process in going):
        assert [run["name"] for run in listed(repository)] == ["x"]
    assert [process.communicate()[1].count(b"error") for process in going] == [0] * 10
    assert exp(repository, "doctor").code == 0
    assert set(listed(repository)[0]["tags"]) == {f"t{number}" for number in range(10)}
    for _ in range(10):
        assert exp(repository, "undo").code == 0
    assert listed(repository)[0]["tags"] == []


def test_the_user_may_commit_while_runs_are_recorded(repository: Path) -> None:
    """No lock of ours ever stands in the way of the user's own git."""
    failed: list[str] = []

    def commit() -> None:
        for number in range(15):
            (repository / "work.py").write_text(f"{number}\n")
            for words in (("add", "work.py"), ("commit", "-q", "-m", str(number))):
                done = subprocess.run(["git", *words], cwd=repository, capture_output=True, text=True, check=False)
                failed.extend([done.stderr] if done.returncode else [])

    thread = threading.Thread(target=commit)
    thread.start()
    recorded = 0
    while thread.is_alive() or recorded < 3:
        assert exp(repository, "run", "--", "true").code == 0
        recorded += 1
    thread.join()
    assert failed == []
    assert git(repository, "rev-list", "--count", "HEAD").strip() == "16"
    assert len(listed(repository)) == recorded
