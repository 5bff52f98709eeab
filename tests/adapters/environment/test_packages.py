"""What an interpreter says of itself is true, is kept until anything changes, and can't break a run."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from expbench.adapters.environment import packages
from expbench.adapters.environment.packages import Asked, Facts, ProbeFailed, interpreter_facts
from tests.adapters.environment.conftest import age, plant, site_packages

Make = Callable[[str, str], Path]


def asked(venv: Path, **environ: str) -> Asked:
    return Asked(str(venv / "bin/python"), "", str(venv.parent), {"PATH": "/usr/bin:/bin", **environ})


def kept_files(cache: Path) -> list[Path]:
    return sorted(cache.glob("environment/*"))


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Counts how often an interpreter is truly started."""
    started: list[Asked] = []
    real = packages._ask

    def counted(asked: Asked, timeout_s: float) -> dict[str, object]:
        started.append(asked)
        return real(asked, timeout_s)

    monkeypatch.setattr(packages, "_ask", counted)
    return started


def test_version_platform_and_packages(venv: Path, tmp_path: Path) -> None:
    plant(venv, "My.Weird__Name", "1.0+cu118")
    plant(venv, "zeta", "2024.1.2")
    facts = interpreter_facts(asked(venv), str(tmp_path / "cache"), 30)
    assert facts.python == platform.python_version()
    assert facts.packages == {"my-weird-name": "1.0+cu118", "zeta": "2024.1.2"}
    assert facts.platform.startswith("Linux-" if sys.platform == "linux" else "macOS-")
    assert platform.machine() in facts.platform


def test_it_agrees_with_importlib_on_a_real_environment(tmp_path: Path) -> None:
    code = "import importlib.metadata as m; print(len({d.metadata['Name'].lower() for d in m.distributions()}))"
    told = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    facts = interpreter_facts(Asked(sys.executable, "", str(tmp_path), dict(os.environ)), str(tmp_path), 30)
    assert len(facts.packages) == int(told.stdout)
    assert "hypothesis" in facts.packages


def test_an_unchanged_environment_is_not_asked_again(venv: Path, tmp_path: Path, probes: list[Asked]) -> None:
    first = interpreter_facts(asked(venv), str(tmp_path / "cache"), 30)
    again = interpreter_facts(asked(venv), str(tmp_path / "cache"), 30)
    assert first == again
    assert len(probes) == 1
    assert isinstance(again, Facts)


def test_install_upgrade_and_uninstall_are_noticed(venv: Path, tmp_path: Path, probes: list[Asked]) -> None:
    def now() -> dict[str, str]:
        return interpreter_facts(asked(venv), str(tmp_path / "cache"), 30).packages

    assert now() == {}
    place = plant(venv, "one", "1.0")
    assert now() == {"one": "1.0"}
    place.rename(place.with_name("one-2.0.dist-info"))
    (site_packages(venv) / "one-2.0.dist-info/METADATA").write_text("Name: one\nVersion: 2.0\n")
    assert now() == {"one": "2.0"}
    (site_packages(venv) / "one-2.0.dist-info/METADATA").unlink()
    (site_packages(venv) / "one-2.0.dist-info").rmdir()
    assert now() == {}
    assert len(probes) == 4


def test_an_answer_about_a_folder_that_just_changed_is_not_kept(venv: Path, tmp_path: Path) -> None:
    """Within the clock's tick a second install would not move the mtime any more."""
    plant(venv, "one", "1.0")
    interpreter_facts(asked(venv), str(tmp_path / "cache"), 30)
    assert kept_files(tmp_path / "cache") == []
    age(venv)
    interpreter_facts(asked(venv), str(tmp_path / "cache"), 30)
    assert len(kept_files(tmp_path / "cache")) == 1


def test_two_venvs_of_one_python_are_two_environments(venv: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["cp", "-a", venv, other], check=True)
    plant(other, "one", "1.0")
    age(other)
    assert interpreter_facts(asked(venv), str(tmp_path / "cache"), 30).packages == {}
    assert interpreter_facts(asked(other), str(tmp_path / "cache"), 30).packages == {"one": "1.0"}


def test_variables_that_move_the_path_count(venv: Path, tmp_path: Path) -> None:
    extra = tmp_path / "extra"
    (extra / "two-3.dist-info").mkdir(parents=True)
    (extra / "two-3.dist-info/METADATA").write_text("Name: two\nVersion: 3\n")
    cache = str(tmp_path / "cache")
    assert interpreter_facts(asked(venv), cache, 30).packages == {}
    assert interpreter_facts(asked(venv, PYTHONPATH=str(extra)), cache, 30).packages == {"two": "3"}
    isolated = asked(venv, PYTHONPATH=str(extra))._replace(isolation="I")
    assert interpreter_facts(isolated, cache, 30).packages == {}


def test_a_relative_path_entry_means_another_folder_elsewhere(venv: Path, tmp_path: Path) -> None:
    for number in "12":
        place = tmp_path / number / "lib" / f"p-{number}.dist-info"
        place.mkdir(parents=True)
        (place / "METADATA").write_text(f"Name: p\nVersion: {number}\n")
        os.utime(place.parent, ns=(10**18, 10**18))
        question = asked(venv, PYTHONPATH="lib")._replace(cwd=str(tmp_path / number))
        assert interpreter_facts(question, str(tmp_path / "cache"), 30).packages == {"p": number}


def test_the_users_own_modules_are_not_imported(venv: Path, tmp_path: Path) -> None:
    work = venv.parent
    for name in ("json", "os", "platform", "re", "importlib", "typing", "exp"):
        (work / f"{name}.py").write_text(f"open({str(tmp_path / 'touched')!r}, 'w')\nraise SystemExit(9)\n")
    assert interpreter_facts(asked(venv), str(tmp_path / "cache"), 30).python
    assert not (tmp_path / "touched").exists()
    assert not list(work.rglob("json*.pyc"))


def test_odd_metadata(venv: Path, tmp_path: Path) -> None:
    site = site_packages(venv)
    (site / "nometa-1.5.dist-info").mkdir()
    (site / "~eftover-1.0.dist-info").mkdir()
    (site / "legacy-0.1-py3.11.egg-info").write_text("Metadata-Version: 1.0\nName: legacy\nVersion: 0.1\n")
    (plant(venv, "binary", "2.0") / "METADATA").write_bytes(b"\xff\xfe\x00")
    facts = interpreter_facts(asked(venv), str(tmp_path / "cache"), 30)
    assert facts.packages == {"nometa": "1.5", "legacy": "0.1", "binary": "2.0"}


def test_noise_on_stdout_does_not_matter(venv: Path, tmp_path: Path) -> None:
    (site_packages(venv) / "noise.pth").write_text("import sys; sys.stdout.write('#expbench#{} noise\\n')\n")
    (site_packages(venv) / "later.pth").write_text("import atexit; atexit.register(print, 'bye')\n")
    assert interpreter_facts(asked(venv, PYTHONINSPECT="1"), str(tmp_path / "cache"), 30).python


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", b'{"key": 1}', b"[" * 100_000])
def test_a_damaged_cache_is_made_anew(venv: Path, tmp_path: Path, damage: bytes, probes: list[Asked]) -> None:
    cache = tmp_path / "cache"
    facts = interpreter_facts(asked(venv), str(cache), 30)
    kept_files(cache)[0].write_bytes(damage)
    assert interpreter_facts(asked(venv), str(cache), 30) == facts
    assert interpreter_facts(asked(venv), str(cache), 30) == facts
    assert len(probes) == 2


@pytest.mark.parametrize("change", [{"watched": 3}, {"facts": {}}, {"facts": None}, {"key": None}])
def test_a_cache_of_another_shape_is_made_anew(venv: Path, tmp_path: Path, change: dict[str, object]) -> None:
    cache = tmp_path / "cache"
    facts = interpreter_facts(asked(venv), str(cache), 30)
    file = kept_files(cache)[0]
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    assert interpreter_facts(asked(venv), str(cache), 30) == facts


def test_without_a_place_for_the_cache_it_still_answers(venv: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert interpreter_facts(asked(venv), str(tmp_path / "cache"), 30).python


def test_the_cache_does_not_grow_for_ever(venv: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cache/environment"
    folder.mkdir(parents=True)
    for number in range(40):
        (folder / f"{number}.json").write_text("{}")
        os.utime(folder / f"{number}.json", (number, number))
    interpreter_facts(asked(venv), str(tmp_path / "cache"), 30)
    names = {path.name for path in kept_files(tmp_path / "cache")}
    assert len(names) == 32
    assert "39.json" in names
    assert "0.json" not in names


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#!/bin/sh\nexit 3\n", "exit code 3"),
        ("#!/bin/sh\necho 'bad thing' >&2; exit 1\n", "bad thing"),
        ("#!/bin/sh\necho garbage\n", "makes no sense"),
        ("#!/bin/sh\necho '#expbench#{\"python\": 1}'\n", "makes no sense"),
        ("#!/bin/sh\nkill -9 $$\n", "exit code -9"),
        ("#!/nowhere/such\n", "can't be started"),
        ("", "can't be started"),
    ],
)
def test_a_broken_interpreter_is_told_in_words(tmp_path: Path, program: Make, text: str, why: str) -> None:
    path = program("bin/python", text)
    with pytest.raises(ProbeFailed, match=why):
        interpreter_facts(Asked(str(path), "", str(tmp_path), {}), str(tmp_path / "cache"), 30)
    assert kept_files(tmp_path / "cache") == []


def test_a_hanging_interpreter_is_ended_with_all_it_started(tmp_path: Path, program: Make) -> None:
    """The grandchild holds a pipe of ours open: it must be gone, or reading that pipe would never end."""
    read_end, write_end = os.pipe()
    os.set_inheritable(write_end, True)
    path = program("bin/python", f"#!/bin/sh\nsleep 600 >/dev/fd/{write_end} &\nsleep 600\n")
    began = time.monotonic()
    with pytest.raises(ProbeFailed, match=r"within 0\.2 s"):
        interpreter_facts(Asked(str(path), "", str(tmp_path), {"PATH": "/usr/bin:/bin"}), str(tmp_path), 0.2)
    assert time.monotonic() - began < 20
    os.close(write_end)
    assert os.read(read_end, 1) == b""
    os.close(read_end)


def test_a_background_process_is_not_waited_for(venv: Path, tmp_path: Path) -> None:
    marker = tmp_path / "pid"
    (site_packages(venv) / "bg.pth").write_text(
        f"import subprocess; p = subprocess.Popen(['sleep', '600']); open({str(marker)!r}, 'w').write(str(p.pid))\n"
    )
    try:
        assert interpreter_facts(asked(venv), str(tmp_path / "cache"), 30).python
    finally:
        os.kill(int(marker.read_text()), 9)


def test_a_wrapper_script_is_asked_each_time(venv: Path, tmp_path: Path, program: Make, probes: list[Asked]) -> None:
    """What a script will start can't be told from its own stat."""
    path = program("bin/python", f'#!/bin/sh\nexec "{venv}/bin/python" "$@"\n')
    for _ in range(2):
        assert interpreter_facts(Asked(str(path), "", str(tmp_path), {}), str(tmp_path / "cache"), 30).python
    assert len(probes) == 2


def test_a_version_managers_shim_is_kept_until_its_version_file_changes(
    venv: Path, tmp_path: Path, program: Make, probes: list[Asked]
) -> None:
    path = program("manager/shims/python", f'#!/bin/sh\nexec "{venv}/bin/python" "$@"\n')
    work = tmp_path / "repo"
    question = Asked(str(path), "", str(work), {"HOME": str(tmp_path)})
    for _ in range(2):
        interpreter_facts(question, str(tmp_path / "cache"), 30)
    assert len(probes) == 1
    (work / ".python-version").write_text("3.12\n")
    interpreter_facts(question, str(tmp_path / "cache"), 30)
    (tmp_path / "manager/version").write_text("3.13\n")
    interpreter_facts(question, str(tmp_path / "cache"), 30)
    assert len(probes) == 3
