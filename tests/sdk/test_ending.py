"""How a run that a program began itself ends: the truth, on all ways out of a process."""

import os
import signal
import sys
from pathlib import Path

import pytest

from expbench.bootstrap.ending import UNSEEN
from tests.sdk.programs import alone, complaints, ending, only_run, runs, start_alone, values

KILLED = {name: (f"os.kill(os.getpid(), signal.{name})", -getattr(signal, name), ("killed", None, name)) for name in (
    "SIGTERM", "SIGHUP", "SIGQUIT", "SIGKILL", "SIGINT",
)}  # fmt: skip
WAYS = {
    "the last line": ("", 0, ("finished", 0, None)),
    "sys.exit()": ("sys.exit()", 0, ("finished", 0, None)),
    "sys.exit(3)": ("sys.exit(3)", 3, ("failed", 3, None)),
    "sys.exit(256)": ("sys.exit(256)", 0, ("finished", 0, None)),
    "sys.exit(-1)": ("sys.exit(-1)", 255, ("failed", 255, None)),
    "sys.exit(True)": ("sys.exit(True)", 1, ("failed", 1, None)),
    "sys.exit with words": ("sys.exit('no data')", 1, ("failed", 1, None)),
    "sys.exit in a function": ("def main(): sys.exit(4)\nmain()", 4, ("failed", 4, None)),
    "exit()": ("exit(5)", 5, ("failed", 5, None)),
    "quit()": ("quit()", 0, ("finished", 0, None)),
    "os._exit": ("os._exit(6)", 6, ("failed", 6, None)),
    "os._exit(0)": ("os._exit(0)", 0, ("finished", 0, None)),
    "os._exit in a thread": (
        "threading.Thread(target=os._exit, args=(7,)).start()\nthreading.Event().wait()", 7, ("failed", 7, None),
    ),
    "an exception": ("1 / 0", 1, ("failed", 1, None)),
    "an exception in a function": ("def main(): raise ValueError\nmain()", 1, ("failed", 1, None)),
    "an exception with a hook of the program's own": (
        "sys.excepthook = lambda *_: print('own')\n1 / 0", 1, ("failed", 1, None),
    ),
    "KeyboardInterrupt": ("raise KeyboardInterrupt", -signal.SIGINT, ("killed", None, "SIGINT")),
    "a literal raise SystemExit": ("raise SystemExit(3)", 3, ("failed", 3, None)),
    "a bare raise SystemExit": ("raise SystemExit", 0, ("finished", 0, None)),
    "sys.exit that is caught": ("try: sys.exit(3)\nexcept SystemExit: pass", 0, ("finished", 0, None)),
    "an exception that is caught": ("try: 1 / 0\nexcept ZeroDivisionError: pass", 0, ("finished", 0, None)),
    "an exception in a thread": ("t = threading.Thread(target=lambda: 1 / 0)\nt.start()\nt.join()", 0, (
        "finished", 0, None,
    )),
    "sys.exit in a thread": ("t = threading.Thread(target=sys.exit, args=(3,))\nt.start()\nt.join()", 0, (
        "finished", 0, None,
    )),
    "end_run('failed')": ("expbench.end_run('FAILED')", 0, ("failed", None, None)),
    "end_run, then sys.exit(3)": ("expbench.end_run()\nsys.exit(3)", 3, ("finished", 0, None)),
    **KILLED,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_the_end_of_the_process_is_the_end_of_the_run(way: str, repository: Path) -> None:
    code, exit_code, truth = WAYS[way]
    done = alone(repository, f"expbench.log_metric('loss', 0.5)\n{code}", expect=exit_code)
    assert ending(only_run(repository)) == truth
    assert values(repository, "loss") == [0.5]
    assert complaints(done) == []
    assert "Exception ignored" not in done.stderr


def test_exit_imported_by_name_is_heard(repository: Path) -> None:
    alone(repository, "from sys import exit\nexpbench.start_run()\nexit(8)", expect=8)
    assert ending(only_run(repository)) == ("failed", 8, None)


def test_a_raise_of_system_exit_that_cannot_be_seen_is_said(repository: Path) -> None:
    """The limit that is documented: outside of a `with` block its code is not to be had."""
    alone(repository, "def main(): return 3\nexpbench.start_run()\nraise SystemExit(main())", expect=3)
    alone(repository, "def main(): raise SystemExit(3)\nexpbench.start_run()\nmain()", expect=3)
    by_last_line, below = runs(repository)
    assert (by_last_line["status"], by_last_line["warnings"]) == ("finished", [UNSEEN])
    assert (ending(below), below["warnings"]) == (("failed", None, None), [UNSEEN])


WITH = {
    "to its end": ("pass", 0, ("finished", 0, None)),
    "raise SystemExit": ("raise SystemExit(3)", 3, ("failed", 3, None)),
    "raise SystemExit below": ("def main(): raise SystemExit(3)\n main()", 3, ("failed", 3, None)),
    "sys.exit(0)": ("sys.exit(0)", 0, ("finished", 0, None)),
    "an exception": ("1 / 0", 1, ("failed", 1, None)),
    "Ctrl-C": ("signal.raise_signal(signal.SIGINT)", -signal.SIGINT, ("killed", None, "SIGINT")),
    "SIGTERM": ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, ("killed", None, "SIGTERM")),
    "os._exit": ("os._exit(9)", 9, ("failed", 9, None)),
}


@pytest.mark.parametrize("way", WITH)
def test_leaving_the_with_block_ends_the_run(way: str, repository: Path) -> None:
    code, exit_code, truth = WITH[way]
    alone(repository, f"with expbench.start_run():\n {code}\nos._exit(0)", expect=exit_code)
    assert ending(only_run(repository)) == truth


def test_what_comes_after_the_with_block_is_not_of_the_run(repository: Path) -> None:
    alone(repository, "with expbench.start_run(): pass\nsys.exit(3)", expect=3)
    assert ending(only_run(repository)) == ("finished", 0, None)


def test_an_exception_that_passes_the_with_block_and_is_caught_outside_fails_the_run(repository: Path) -> None:
    alone(repository, "try:\n with expbench.start_run(): 1 / 0\nexcept ZeroDivisionError: pass")
    assert ending(only_run(repository)) == ("failed", 1, None)


def test_handlers_of_the_program_itself_stay(repository: Path) -> None:
    code = """
signal.signal(signal.SIGTERM, lambda *_: print("asked"))
expbench.log_metric("loss", 1)
os.kill(os.getpid(), signal.SIGTERM)
"""
    assert alone(repository, code).stdout == "asked\n"
    assert ending(only_run(repository)) == ("finished", 0, None)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of handlers set in C")
def test_handlers_set_in_c_stay(repository: Path) -> None:
    code = """
import ctypes
got = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda number: os.write(1, b"in C"))
ctypes.CDLL(None).signal(signal.SIGTERM, got)
expbench.start_run()
os.kill(os.getpid(), signal.SIGTERM)
"""
    assert alone(repository, code).stdout == "in C"


def test_sigterm_while_the_journal_is_written_waits_for_it(repository: Path) -> None:
    """A handler that ends the run must not meet a lock that its own thread holds."""
    code = """
expbench.start_run()
from expbench.adapters.store import runs
write = runs.FileStore._write
def interrupted(*arguments, **options):
    os.kill(os.getpid(), signal.SIGTERM)
    write(*arguments, **options)
runs.FileStore._write = interrupted
expbench.set_tag("a", "b")
"""
    alone(repository, code, expect=-signal.SIGTERM)
    document = only_run(repository)
    assert ending(document) == ("killed", None, "SIGTERM")
    assert document["attributes"] == {"a": "b"}


def test_sigterm_while_points_are_logged(repository: Path) -> None:
    """Time and again somewhere in `log_metric`, also while it holds the series' lock."""
    process = start_alone(repository, "n = 0\nwhile True:\n expbench.log_metric('loss', n)\n n += 1\n print(n)")
    assert process.stdout is not None
    acknowledged = [process.stdout.readline() for _ in range(200)]
    process.terminate()
    acknowledged += process.stdout.readlines()
    assert process.wait() == -signal.SIGTERM
    assert ending(only_run(repository)) == ("killed", None, "SIGTERM")
    assert len(values(repository, "loss")) >= int([line for line in acknowledged if line.endswith("\n")][-1])
    process.communicate()


def test_sigterm_while_the_run_begins(repository: Path) -> None:
    code = """
from expbench.bootstrap import alone
capture = alone.capture
def interrupted(*arguments):
    os.kill(os.getpid(), signal.SIGTERM)
    return capture(*arguments)
alone.capture = interrupted
expbench.start_run()
print("unreachable")
"""
    assert alone(repository, code, expect=-signal.SIGTERM).stdout == ""
    assert ending(only_run(repository)) == ("killed", None, "SIGTERM")


def test_ctrl_c_while_the_run_begins_reaches_the_program(repository: Path) -> None:
    code = """
from expbench.bootstrap import alone
capture = alone.capture
def interrupted(*arguments):
    signal.raise_signal(signal.SIGINT)
    return capture(*arguments)
alone.capture = interrupted
try:
    expbench.start_run()
except KeyboardInterrupt:
    print("interrupted")
expbench.log_metric("loss", 1)
"""
    assert alone(repository, code).stdout == "interrupted\n"
    assert [document["status"] for document in runs(repository)][-1] == "finished"
    assert "running" not in {document["status"] for document in runs(repository)}


def test_the_exit_code_stays_when_the_end_cannot_be_recorded(repository: Path) -> None:
    code = """
import shutil
expbench.log_metric("loss", 1)
shutil.rmtree(".exp")
sys.exit(3)
"""
    done = alone(repository, code, expect=3)
    assert "Traceback" not in done.stderr
    assert not os.path.lexists(repository / ".exp" / "runs")


def test_a_prompt_goes_on_after_errors(repository: Path) -> None:
    """`python -i`: an error in one line is not the end."""
    process = start_alone(repository, "")
    process.communicate()
    code = "import expbench; expbench.start_run()\n1 / 0\nexpbench.log_metric('loss', 1)\n"
    import subprocess

    done = subprocess.run(
        [sys.executable, "-i", "-q"], cwd=repository, input=code, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "ZeroDivisionError" in done.stderr
    document = only_run(repository)
    assert ending(document) == ("finished", 0, None)
    assert document["metrics"]["loss"]["count"] == 1


def test_an_interpreter_inside_a_program_shows_errors_as_it_did(repository: Path) -> None:
    """As in notebooks and consoles: cells are run one by one, and `sys.excepthook` is nobody's but theirs."""
    code = """
import code
console = code.InteractiveInterpreter({"expbench": expbench})
console.runsource("expbench.start_run()")
console.runsource("1 / 0")
console.runsource("expbench.log_metric('loss', 1)")
console.runsource("expbench.end_run()")
print(sys.excepthook is sys.__excepthook__)
"""
    assert alone(repository, code).stdout.endswith("True\n")
    assert ending(only_run(repository)) == ("finished", 0, None)
