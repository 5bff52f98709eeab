"""What can't be recorded never stops a training: one Python warning per cause, and the run knows what it lost."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sdk.programs import alone, complaints, ending, only_run, under_exp_run, values

LIMIT = """
import resource
def limit(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
"""
Program = Callable[..., "subprocess.CompletedProcess[str]"]
WAYS: list[Program] = [alone, under_exp_run]


def lost(warnings: list[str]) -> list[str]:
    return [text for text in warnings if "points were lost" in text]


@pytest.mark.parametrize("run_program", WAYS, ids=["alone", "under exp run"])
def test_a_limit_met_in_the_midst_of_a_training(repository: Path, run_program: Program) -> None:
    code = f"""{LIMIT}
expbench.start_run()
for number in range(1000): expbench.log_metric("loss", number)
limit(1000 * 24 + 7)
for number in range(1000): expbench.log_metric("loss", -1)
limit(resource.RLIM_INFINITY)
for number in range(1000, 1100): expbench.log_metric("loss", number)
print("done")
"""
    done = run_program(repository, code)
    document = only_run(repository)
    assert done.stdout == "done\n"
    assert len(complaints(done)) == 1
    assert values(repository, "loss") == list(range(1100))
    assert document["warnings"][0] == "points can't be recorded: File too large"
    (told,) = lost(document["warnings"])
    assert told.startswith("1000 points were lost: File too large")
    assert document["metrics"]["loss"]["count"] == 1100
    assert document["metrics"]["loss"]["last_step"] == 1099
    assert ending(document) == ("finished", 0, None)


@pytest.fixture
def small_disk(repository: Path) -> Iterator[Path]:
    """A store on a disk of 400 KB."""
    (repository / ".exp").mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=400k", "none", str(repository / ".exp")]
    if sys.platform != "linux" or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine can't mount a small disk here")
    yield repository
    subprocess.run(["umount", "-l", str(repository / ".exp")], check=True)


FILL = """
run = expbench.start_run()
for number in range(100): expbench.log_metric("loss", number)
filler = os.path.join(run.dir, "..", "..", "filler")
with open(filler, "wb", buffering=0) as file:
    try:
        while True: file.write(bytes(4096))
    except OSError: pass
def kept():
    return os.path.getsize(os.path.join(run.dir, "metrics", "loss.api.pts")) // 24
number = 100
while kept() == number:
    expbench.log_metric("loss", number)
    number += 1
for other in range(200):
    expbench.log_metric("loss", -1)
    expbench.log_metric("acc", -1)
    expbench.set_tag(f"key{other}", "x" * 40)
"""


@pytest.mark.parametrize("run_program", WAYS, ids=["alone", "under exp run"])
def test_a_full_disk_that_stays_full(small_disk: Path, run_program: Program) -> None:
    """Not a byte is left when the run ends, and yet its end is on record."""
    done = run_program(small_disk, FILL + "print(kept())\nsys.exit(3)", expect=3)
    document = only_run(small_disk)
    assert len(complaints(done)) == 1
    assert values(small_disk, "loss") == list(range(int(done.stdout)))
    assert ending(document) == ("failed", 3, None)
    assert document["metrics"]["loss"]["count"] == int(done.stdout)
    assert len(lost(document["warnings"])) == 1


@pytest.mark.parametrize("run_program", WAYS, ids=["alone", "under exp run"])
def test_a_full_disk_that_is_made_free_again(small_disk: Path, run_program: Program) -> None:
    code = """
before = kept()
os.unlink(filler)
for number in range(before, before + 50): expbench.log_metric("loss", number)
expbench.log_metric("acc", 1)
expbench.set_tag("after", "all")
print(before)
"""
    done = run_program(small_disk, FILL + code)
    document = only_run(small_disk)
    assert len(complaints(done)) == 1
    assert values(small_disk, "loss") == list(range(int(done.stdout) + 50))
    assert values(small_disk, "acc") == [1.0]
    assert document["attributes"]["after"] == "all"
    assert ending(document) == ("finished", 0, None)
    assert sum(int(text.split()[0]) for text in lost(document["warnings"])[-1:]) >= 400


def test_each_episode_of_a_cause_is_warned_of(repository: Path) -> None:
    """A call that returns without a warning, after one that was written, has kept what it was given."""
    code = f"""{LIMIT}
warnings.simplefilter("always")
expbench.log_metric("loss", 0)
for episode in range(3):
    limit(24)
    for number in range(10): expbench.log_metric("loss", -1)
    limit(resource.RLIM_INFINITY)
    os.truncate(os.path.join(expbench.active_run().dir, "metrics", "loss.api.pts"), 0)
    expbench.log_metric("loss", episode)
"""
    done = alone(repository, code)
    assert len(complaints(done)) == 3
    texts = [text.partition(" (")[0] for text in lost(only_run(repository)["warnings"])]
    assert texts == [f"{count} points were lost: File too large" for count in (10, 20, 30)]


def test_one_series_that_fails_beside_one_that_does_not_is_one_warning(repository: Path) -> None:
    code = f"""{LIMIT}
warnings.simplefilter("always")
for number in range(10): expbench.log_metric("long", number)
limit(240)
for number in range(9):
    expbench.log_metric("long", -1)
    expbench.log_metric("short", number)
limit(resource.RLIM_INFINITY)
"""
    done = alone(repository, code)
    assert len(complaints(done)) == 1
    assert values(repository, "short") == list(range(9))
    assert [text.split()[0] for text in lost(only_run(repository)["warnings"])] == ["9"]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("log_metric('loss', 10**400)", "a value is beyond all floats"),
        ("log_metric('loss', -(10**400))", "a value is beyond all floats"),
        ("log_metric('loss', 1, step=number + 2**63)", "the step is beyond 64 bits"),
        ("log_metric('loss', 1, step=-number - 2**63 - 1)", "the step is beyond 64 bits"),
    ],
)
def test_numbers_that_cannot_be_kept_are_one_warning(repository: Path, call: str, words: str) -> None:
    code = f"""
warnings.simplefilter("always")
for number in range(5):
    expbench.{call}
    expbench.log_metric("loss", number)
"""
    done = alone(repository, code)
    assert len(complaints(done)) == 1
    assert words in complaints(done)[0]
    assert values(repository, "loss") == list(range(5))
    assert [text.partition(" (")[0] for text in lost(only_run(repository)["warnings"])] == [
        f"5 points were lost: {words}"
    ]


@pytest.mark.parametrize("run_program", WAYS, ids=["alone", "under exp run"])
def test_lost_points_of_workers_are_counted_too(repository: Path, run_program: Program) -> None:
    code = f"""
import multiprocessing
{LIMIT}
def work(number):
    limit(24)
    for _ in range(number): expbench.log_metric("loss", number)
    limit(resource.RLIM_INFINITY)
if __name__ == "__main__":
    expbench.log_metric("loss", 0)
    if len(sys.argv) > 1:
        sys.exit(work(6))
    for method, number in (("fork", 4), ("spawn", 5)):
        worker = multiprocessing.get_context(method).Process(target=work, args=(number,))
        worker.start()
        worker.join()
    import subprocess
    subprocess.run([sys.executable, __file__, "rank"])
"""
    run_program(repository, code)
    assert sorted(int(text.split()[0]) for text in lost(only_run(repository)["warnings"])) == [4, 5, 6]
    assert values(repository, "loss") == [0.0, 0.0]


def test_a_store_that_is_deleted_meanwhile(repository: Path) -> None:
    code = """
import shutil
expbench.log_metric("loss", 1)
shutil.rmtree(".exp")
for number in range(5):
    expbench.log_metric("loss", number)
    expbench.log_metric("new", number)
    expbench.log_param("a", number)
expbench.log_text("a", "b")
print("done")
"""
    done = alone(repository, code)
    assert done.stdout == "done\n"
    assert "Traceback" not in done.stderr
    assert 1 <= len(complaints(done)) <= 4
    assert not (repository / ".exp").exists()


READ_ONLY = """
import subprocess
def read_only(path):
    if os.getuid():
        for folder, _, files in os.walk(path, topdown=False):
            for name in (folder, *(os.path.join(folder, file) for file in files)): os.chmod(name, 0o500)
        return True
    mounted = [subprocess.run(["mount", *words, path], capture_output=True).returncode
               for words in (["--bind", path], ["-o", "remount,ro,bind"])]
    return not any(mounted)
def writable(path):
    if os.getuid():
        for folder, _, files in os.walk(path):
            for name in (folder, *(os.path.join(folder, file) for file in files)): os.chmod(name, 0o700)
    else:
        subprocess.run(["umount", "-l", path], check=True)
"""


def test_a_store_made_read_only(repository: Path) -> None:
    code = f"""{READ_ONLY}
expbench.log_metric("loss", 0)
if not read_only(".exp"):
    print("skip"), sys.exit()
for number in range(1, 5):
    expbench.log_metric("loss", number)
    expbench.log_metric(f"new{{number}}", number)
    expbench.log_param("a", number)
writable(".exp")
"""
    done = alone(repository, code)
    if done.stdout.startswith("skip"):
        pytest.skip("this machine can't make a folder read-only here")
    document = only_run(repository)
    assert len(complaints(done)) == 1
    assert values(repository, "loss") == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert [text.split()[0] for text in lost(document["warnings"])] == ["4"]
    assert ending(document) == ("finished", 0, None)


def test_a_project_that_takes_no_store(repository: Path) -> None:
    code = f"""{READ_ONLY}
os.mkdir(".exp")
if not read_only(".exp"):
    print("skip"), sys.exit(4)
for number in range(3): expbench.log_metric("loss", number)
expbench.log_param("a", 1)
writable(".exp")
sys.exit(4)
"""
    done = alone(repository, code, expect=4)
    if done.stdout.startswith("skip"):
        pytest.skip("this machine can't make a folder read-only here")
    assert len(complaints(done)) == 1
    assert "this run is not recorded" in complaints(done)[0]


NOWHERE = """
run = expbench.start_run(name="x", tags=["a"])
with expbench.start_run(nested=True):
    expbench.log_metric("loss", 1)
expbench.log({"a": 1}, step=2)
expbench.log_params({"a": 1})
expbench.set_tag("a", "b"), expbench.add_tag("a"), expbench.set_note("a")
expbench.log_text("a", "b"), expbench.log_dict({}, "c"), expbench.log_artifact("gone"), expbench.log_artifacts("gone")
expbench.log_image([[1]], "d"), expbench.log_figure(object(), "e")
expbench.end_run()
run.log_metric("after", 1)
expbench.log_metric("again", 1)
print(expbench.params(), expbench.should_stop(), run.name)
wrong = 0
for arguments in ((1, 1), ("a", "b"), ("a", 1, 0.5)):
    try: expbench.log_metric(*arguments)
    except TypeError: wrong += 1
print(wrong)
"""


def test_without_a_project_there_is_one_warning_and_wrong_use_is_still_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    folder.mkdir()
    done = alone(folder, NOWHERE)
    assert done.stdout == "{} False \n3\n"
    assert len(complaints(done)) == 1
    assert "not inside a git repository" in complaints(done)[0]
    assert list(folder.iterdir()) == []


def test_unreadable_settings_are_one_warning(repository: Path) -> None:
    (repository / "exp.toml").write_text("[[[")
    done = alone(repository, "expbench.log_metric('loss', 1)\nexpbench.log_metric('loss', 1)")
    assert len(complaints(done)) == 1
    assert not (repository / ".exp").exists()


def test_a_deleted_current_folder_is_one_warning(repository: Path) -> None:
    (repository / "gone").mkdir()
    done = alone(repository, "os.chdir('gone')\nos.rmdir('../gone')\nexpbench.log_metric('loss', 1)\nprint('on')")
    assert (done.stdout, len(complaints(done))) == ("on\n", 1)


def test_without_git_there_is_a_run_with_a_warning_or_one_warning(repository: Path) -> None:
    done = alone(repository, "expbench.log_metric('loss', 1)\nprint('on')", PATH="/nonexistent")
    assert done.stdout == "on\n"
    assert values(repository, "loss") == [1.0]
    assert only_run(repository)["warnings"]


def test_where_warnings_are_errors_training_still_goes_on(repository: Path) -> None:
    """A recording failure must not change what the program does."""
    code = "warnings.simplefilter('error')\nexpbench.log_metric('loss', 10**400)\nexpbench.start_run()\nprint('on')"
    done = alone(repository, code)
    assert done.stdout == "on\n"
    assert len(complaints(done)) == 2


def test_without_a_stderr_training_goes_on(repository: Path) -> None:
    code = "sys.stderr = None\nwarnings.simplefilter('error')\nexpbench.log_metric('loss', 10**400)\nprint('on')"
    assert alone(repository, code).stdout == "on\n"


def test_the_warning_names_the_line_of_the_program(repository: Path) -> None:
    done = alone(repository, "\n\nexpbench.log_metric('loss', 10**400)")
    assert "program0.py:5: RecordingWarning" in complaints(done)[0]


def test_warnings_can_be_caught_by_their_class(repository: Path) -> None:
    code = """
warnings.simplefilter("ignore", expbench.RecordingWarning)
expbench.log_metric("loss", 10**400)
"""
    assert alone(repository, code).stderr == ""
    assert len(only_run(repository)["warnings"]) == 2
