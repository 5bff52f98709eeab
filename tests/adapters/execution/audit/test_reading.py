"""What real Python processes read is noted, wherever they are started, and nothing of theirs is disturbed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from expbench.adapters.execution.audit import reading
from expbench.adapters.execution.audit.injecting import NOTES, has_notes, unwatched, watched
from expbench.adapters.execution.audit.reading import Place, read_notes, unpinned_inputs
from tests.conftest import run_git
from tests.domain.rerun_documents import entry

LONG_AGO = (1_600_000_000, 1_600_000_000)


@pytest.fixture
def place(repository: Path) -> Place:
    """A repository with files that are tracked, ignored and outside, all of them old."""
    (repository.parent / "old").mkdir()
    (repository / ".gitignore").write_text("ignored/\n.exp/\n__pycache__/\n")
    (repository / "ignored").mkdir()
    for name in ("../old/split.json", "ignored/raw.csv", "conf.yaml", "module.py"):
        (repository / name).write_text("")
    (repository / "split.link").symlink_to("../old/split.json")
    run_git(repository, "add", "-A")
    run_git(repository, "commit", "-q", "-m", "second")
    for path in [*repository.rglob("*"), repository.parent / "old/split.json"]:
        if ".git" not in path.parts and not path.is_symlink():
            os.utime(path, LONG_AGO)
    run_dir = repository / ".exp/runs/7k3fq2m8x1bc"
    run_dir.mkdir(parents=True)
    return Place(str(repository), str(run_dir), time.time_ns())


def environ_of(place: Place, **more: str) -> dict[str, str]:
    environ = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return watched({**environ, **more, "EXP_RUN_DIR": place.run_dir})


def run(place: Place, code: str, *options: str, **more: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, *options, "-c", code]
    return subprocess.run(argv, cwd=place.root, env=environ_of(place, **more), capture_output=True, text=True)


def warned(place: Place) -> list[str]:
    found = unpinned_inputs(place, run_git(Path(place.root), "rev-parse", "HEAD"), [])
    return [text.removeprefix("this run also read ") for text in found]


def names(paths: list[str]) -> list[str]:
    return [os.path.basename(path) for path in paths]


def test_the_planted_file_is_named(place: Place) -> None:
    done = run(place, "open('../old/split.json').read(); open('conf.yaml').read(); import module")
    assert done.returncode == 0, done.stderr
    assert warned(place) == ["../old/split.json"]


def test_an_ignored_file_of_the_repository_is_named(place: Place) -> None:
    run(place, "import os; os.chdir('ignored'); open('raw.csv').read()")
    assert warned(place) == ["ignored/raw.csv"]


def test_data_that_dvc_tracks_is_pinned(place: Place) -> None:
    run(place, "open('ignored/raw.csv').read()")
    assert unpinned_inputs(place, run_git(Path(place.root), "rev-parse", "HEAD"), [entry("ignored", "d.dir")]) == []


def test_a_tracked_link_does_not_pin_what_is_behind_it(place: Place) -> None:
    run(place, "open('split.link').read()")
    assert warned(place) == ["split.link"]


def test_every_way_of_opening_counts(place: Place) -> None:
    code = """
import os, pathlib, sqlite3
pathlib.Path('../old/split.json').read_bytes()
os.close(os.open(b'ignored/raw.csv', os.O_RDONLY))
open('conf.yaml', 'r+').close()
sqlite3.connect('module.py').close()
"""
    assert run(place, code).returncode == 0
    assert set(names(read_notes(place.run_dir).read)) == {"split.json", "raw.csv", "conf.yaml", "module.py"}


def test_what_the_run_wrote_itself_is_no_input(place: Place) -> None:
    """Files, files moved into place, folders it made, and what other programs wrote meanwhile."""
    code = """
import os, subprocess
open('out.txt', 'w').write('x'); open('out.txt').read()
open('part', 'w').close(); os.replace('part', 'final'); open('final').read()
os.makedirs('made', exist_ok=True); subprocess.run(['touch', '-d', '2001-01-01', 'made/a']); open('made/a').read()
subprocess.run(['touch', 'other']); open('other').read()
open('log', 'a').close(); open('log').read()
"""
    assert run(place, code).returncode == 0
    assert warned(place) == []


def test_a_folder_that_was_there_already_is_not_the_runs_own(place: Place) -> None:
    run(place, "import os; os.makedirs('ignored', exist_ok=True); open('ignored/raw.csv').read()")
    assert warned(place) == ["ignored/raw.csv"]


def test_a_file_that_is_read_first_and_written_later_is_an_input(place: Place) -> None:
    run(place, "open('ignored/raw.csv').read(); open('ignored/raw.csv', 'r+').close()")
    assert warned(place) == ["ignored/raw.csv"]


def test_an_imported_module_from_elsewhere_is_named_even_when_it_was_compiled(place: Place) -> None:
    elsewhere = Path(place.root).parent / "old"
    (elsewhere / "shared.py").write_text("")
    os.utime(elsewhere / "shared.py", LONG_AGO)
    for _ in range(2):
        (Path(place.run_dir) / NOTES).unlink(missing_ok=True)
        run(place, "import sys; sys.dont_write_bytecode = False; sys.path.append('../old'); import shared")
        assert warned(place) == ["../old/shared.py"]


def test_the_interpreter_and_its_packages_are_not_noted(place: Place) -> None:
    run(place, "import json, email.message, pytest, ssl, zoneinfo; zoneinfo.ZoneInfo('UTC')")
    assert [path for path in read_notes(place.run_dir).read if not path.startswith(place.root)] == []


def test_children_of_all_kinds_note_too(place: Place) -> None:
    code = """
import multiprocessing, os, subprocess, sys
if os.fork() == 0:
    open('ignored/raw.csv').read(); os._exit(0)
os.wait()
process = multiprocessing.get_context('spawn').Process(target=open, args=('conf.yaml',))
process.start(); process.join()
subprocess.run([sys.executable, '-c', "open('../old/split.json')"])
"""
    assert run(place, code).returncode == 0
    assert {"raw.csv", "conf.yaml", "split.json"} <= set(names(read_notes(place.run_dir).read))


def test_a_forked_child_does_not_write_what_its_parent_noted(place: Place) -> None:
    code = "import os\nopen('conf.yaml').close()\nif os.fork() == 0: raise SystemExit\nos.wait()"
    run(place, code)
    content = (Path(place.run_dir) / NOTES).read_bytes()
    assert content.count(b"/conf.yaml\0") == 1


def test_sigkill_loses_nothing_of_the_first_files(place: Place) -> None:
    code = "import os; open('../old/split.json').read(); open('ignored/raw.csv').read(); os.kill(os.getpid(), 9)"
    assert run(place, code).returncode == -signal.SIGKILL
    assert warned(place) == ["../old/split.json", "ignored/raw.csv"]


def test_a_file_that_is_read_again_and_again_is_noted_once(place: Place) -> None:
    run(place, "for _ in range(1000): open('conf.yaml').close()")
    assert (Path(place.run_dir) / NOTES).read_bytes().count(b"conf.yaml") == 1


def test_a_folder_of_very_many_files_is_cut_and_said_to_be(place: Place) -> None:
    code = """
import os
for number in range(1500):
    try: open(f'ignored/{number}')
    except FileNotFoundError: pass
open('../old/split.json')
"""
    run(place, code)
    notes = read_notes(place.run_dir)
    assert notes.truncated
    assert len(notes.read) == 1001
    assert warned(place) == ["../old/split.json", "0 or more other files that nothing pins"]


def test_the_users_own_sitecustomize_runs_as_ever(place: Place, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/sitecustomize.py").write_text("import builtins; builtins.mark = __file__")
    done = run(
        place,
        "import sys; print(mark, sys.modules['sitecustomize'].__file__, *[p for p in sys.path if 'injected' in p])",
        PYTHONPATH=str(tmp_path / "own"),
    )
    assert done.stdout.split() == [str(tmp_path / "own/sitecustomize.py")] * 2


def test_a_sitecustomize_that_fails_says_so_as_ever(place: Place, tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own/sitecustomize.py").write_text("import no_such_module_at_all")
    plain = {**os.environ, "PYTHONPATH": str(tmp_path / "own")}
    expected = subprocess.run([sys.executable, "-c", ""], env=plain, capture_output=True, text=True)
    done = run(place, "", PYTHONPATH=str(tmp_path / "own"))
    assert (done.returncode, done.stderr) == (expected.returncode, expected.stderr)
    assert "Error in sitecustomize" in done.stderr


def test_the_program_sees_the_path_and_modules_that_it_always_saw(place: Place) -> None:
    """Nothing of ours can be imported, and no file stays open."""
    code = "import sys, os; print([p for p in sys.path], '_exp_reads' in sys.modules, sorted(os.listdir('/dev/fd')))"
    plain = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    expected = subprocess.run(
        [sys.executable, "-c", code], cwd=place.root, env=plain, capture_output=True, text=True
    ).stdout
    assert run(place, code).stdout == expected


def test_without_a_runs_folder_nothing_is_noted(place: Place) -> None:
    environ = {key: value for key, value in environ_of(place).items() if key != "EXP_RUN_DIR"}
    subprocess.run([sys.executable, "-c", "open('conf.yaml')"], cwd=place.root, env=environ, check=True)
    assert read_notes(place.run_dir) == reading.Notes([], frozenset(), False)


@pytest.mark.parametrize("harm", ["unwritable", "gone"])
def test_notes_that_cannot_be_written_cost_the_program_nothing(place: Place, harm: str) -> None:
    if harm == "unwritable":
        (Path(place.run_dir) / NOTES).mkdir()
        code = "open('conf.yaml')"
    else:
        code = f"import os; os.rename({place.run_dir!r}, {place.run_dir!r} + 'x'); open('conf.yaml'); print(1)"
    done = run(place, code)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_isolated_interpreter_tells_nothing_and_works(place: Place) -> None:
    assert run(place, "open('conf.yaml')", "-I").returncode == 0
    assert read_notes(place.run_dir).read == []


def test_hostile_names_come_through(place: Place) -> None:
    name = "ignored/a\nb\x1b[2J\udcff"
    path = Path(place.root) / name
    path.write_text("")
    os.utime(path, LONG_AGO)
    run(place, f"open({os.fsencode(name)!r}).close()")
    assert warned(place) == ["ignored/a\nb\x1b[2J%FF"]


@pytest.mark.parametrize("content", [b"", b"r/a", b"\0\0", b"x/a\0", b"rrelative\0", b"\xff" * 100])
def test_torn_or_foreign_notes_are_passed_over(place: Place, content: bytes) -> None:
    (Path(place.run_dir) / NOTES).write_bytes(content)
    assert read_notes(place.run_dir) == reading.Notes([], frozenset(), False)


def test_a_link_or_a_pipe_in_place_of_the_notes_is_not_followed(place: Place) -> None:
    file = Path(place.run_dir) / NOTES
    os.mkfifo(file)
    assert read_notes(place.run_dir).read == []
    file.unlink()
    file.symlink_to(Path(place.root) / "conf.yaml")
    with pytest.raises(OSError, match="reads"):
        read_notes(place.run_dir)


def test_the_environment_is_extended_once_and_keeps_the_users_path() -> None:
    once = watched({"PYTHONPATH": "/a:/b", "X": "1"})
    assert once["PYTHONPATH"].endswith("injected:/a:/b")
    assert watched(once) == once
    assert watched({})["PYTHONPATH"].endswith("injected")


@pytest.mark.parametrize("own", [{}, {"PYTHONPATH": "/a"}, {"PYTHONPATH": ":/a:"}])
def test_what_was_added_can_be_taken_away_again(own: dict[str, str]) -> None:
    assert unwatched(watched(own)) == own
    assert unwatched(own) == own


def test_an_empty_path_does_not_become_the_current_folder(place: Place) -> None:
    done = run(place, "import sys; print(sys.path.count(''))", PYTHONPATH="")
    assert done.stdout == "1\n"  # that of `-c` itself


def test_whether_there_are_notes_is_told_without_reading_them(place: Place) -> None:
    assert not has_notes(place.run_dir)
    run(place, "open('conf.yaml').close()")
    assert has_notes(place.run_dir)
