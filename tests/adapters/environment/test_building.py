"""Real environments, built with pip (and with uv where it is installed) from wheels in a folder."""

import os
import platform
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from expbench.adapters.environment import building, installing
from expbench.adapters.environment.building import EnvironmentNotBuilt, build_into, environment_for
from expbench.adapters.environment.probe import ChildEnv
from expbench.adapters.environment.recipes import Current
from expbench.domain.document import Env
from tests.adapters.environment.rebuilding import recorded, wheel

HERE = platform.python_version()
UV = shutil.which("uv")
NOTHING = Current(sys.executable, recorded(HERE, {"other": "1"}))


def quiet(what: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment whose only index is a folder of wheels; without uv."""
    wheels = tmp_path / "wheels"
    wheel(wheels, "alpha", "1.0")
    wheel(wheels, "alpha", "2.0")
    wheel(wheels, "beta", "0.3")
    folders = [folder for folder in os.environ["PATH"].split(":") if not (Path(folder) / "uv").exists()]
    (tmp_path / "uv.toml").write_text(f'no-index = true\nfind-links = ["{wheels}"]\n')
    return {
        "HOME": os.environ["HOME"],
        "PATH": ":".join(folders),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheels),
        "UV_CONFIG_FILE": str(tmp_path / "uv.toml"),
        "UV_CACHE_DIR": str(tmp_path / "uv-cache"),
    }


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A run's files."""
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


def says(python: str, line: str) -> str:
    """What a line of Python prints in an environment."""
    done = subprocess.run([python, "-I", "-c", line], capture_output=True, text=True, check=False, cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def probed(python: str, tmp_path: Path, environ: Mapping[str, str]) -> Env:
    """What a run in that environment would record."""
    return ChildEnv(str(tmp_path), str(tmp_path / "probes"), environ).probe([python, "x.py"], str(tmp_path)).env


def test_an_environment_that_has_not_changed_is_used_as_it_is(tree: Path, environ: dict[str, str]) -> None:
    env = recorded(HERE, {"alpha": "1.0"})
    used = environment_for(env, str(tree), Current("/somewhere/python", env), environ, quiet)
    assert (used.python, used.how, used.pinned, used.warnings) == ("/somewhere/python", "same", True, [])
    assert not os.path.exists(environ["XDG_CACHE_HOME"])


def test_recorded_packages_come_back_in_their_versions(tree: Path, environ: dict[str, str]) -> None:
    env = recorded(HERE, {"alpha": "1.0", "beta": "0.3"})
    used = environment_for(env, str(tree), NOTHING, environ, quiet)
    assert (used.how, used.pinned, used.warnings) == ("packages", True, [])
    assert says(used.python, "import alpha, beta; print(alpha.VERSION, beta.VERSION)") == "1.0 0.3"


def test_it_holds_nothing_that_was_not_recorded(tree: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    """Not even the pip that filled it, nor a dependency of exp."""
    env = recorded(HERE, {"alpha": "1.0"})
    used = environment_for(env, str(tree), NOTHING, environ, quiet)
    assert probed(used.python, tmp_path, environ).get("packages") == {"alpha": "1.0"}


def test_without_a_pip_beside_exp_that_of_the_new_environment_does_it(
    tree: Path, tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "find_spec", lambda _name: None)
    used = environment_for(recorded(HERE, {"alpha": "1.0"}), str(tree), NOTHING, environ, quiet)
    assert probed(used.python, tmp_path, environ).get("packages") == {"alpha": "1.0"}


def test_exp_itself_works_in_it(tree: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    env = recorded(HERE, {"alpha": "1.0", "expbench": "0.1.0"})
    used = environment_for(env, str(tree), NOTHING, environ, quiet)
    assert says(used.python, "import expbench; print(expbench.log_metric.__name__)") == "log_metric"
    exp = Path(used.python).parent / "exp"
    assert subprocess.run([exp, "--version"], capture_output=True, text=True, check=True).stdout.startswith("exp ")
    assert set(probed(used.python, tmp_path, environ).get("packages") or {}) == {"alpha", "expbench"}


def test_it_is_built_once_and_again_only_after_it_was_damaged(
    tree: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    builds: list[str] = []
    build = building._build

    def counted(*words: object) -> None:
        builds.append("built")
        build(*words)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(building, "_build", counted)
    env = recorded(HERE, {"alpha": "1.0"})
    first = environment_for(env, str(tree), NOTHING, environ, quiet)
    assert environment_for(env, str(tree), NOTHING, environ, quiet) == first
    assert len(builds) == 1
    os.unlink(first.python)
    assert says(environment_for(env, str(tree), NOTHING, environ, quiet).python, "import alpha") == ""
    assert len(builds) == 2
    environment_for(recorded(HERE, {"alpha": "2.0"}), str(tree), NOTHING, environ, quiet)
    assert len(builds) == 3


def test_two_at_once_build_it_once(tree: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    builds: list[str] = []
    build = building._build

    def counted(*words: object) -> None:
        builds.append("built")
        build(*words)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(building, "_build", counted)
    env = recorded(HERE, {"alpha": "1.0"})
    found: list[str] = []

    def use() -> None:
        found.append(environment_for(env, str(tree), NOTHING, environ, quiet).python)

    threads = [threading.Thread(target=use) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(builds) == 1
    assert len(set(found)) == 1
    assert len(found) == 3


def test_one_that_was_never_finished_is_built_anew(tree: Path, environ: dict[str, str]) -> None:
    """As a SIGKILL leaves it: a folder without the sign that it is ready."""
    env = recorded(HERE, {"alpha": "1.0"})
    used = environment_for(env, str(tree), NOTHING, environ, quiet)
    folder = Path(used.python).parent.parent
    (folder / "exp-ready.json").unlink()
    next(folder.glob("lib/*/site-packages/alpha.py")).unlink()
    again = environment_for(env, str(tree), NOTHING, environ, quiet)
    assert says(again.python, "import alpha; print(alpha.VERSION)") == "1.0"


def test_a_package_that_no_index_has_is_told_in_pips_words_and_nothing_is_left(
    tree: Path, environ: dict[str, str]
) -> None:
    with pytest.raises(EnvironmentNotBuilt) as caught:
        environment_for(recorded(HERE, {"alpha": "1.0", "gamma": "9"}), str(tree), NOTHING, environ, quiet)
    assert "gamma==9" in caught.value.cause
    assert [name for name in os.listdir(f"{environ['XDG_CACHE_HOME']}/exp/envs") if not name.endswith(".lock")] == []


def test_a_hostile_package_list_is_no_option_and_no_address(tree: Path, environ: dict[str, str]) -> None:
    hostile = {"alpha": "1.0", "--index-url=x": "1", "beta": "0.3 @ file:///x", "a;b": "1", "-r": "/etc/passwd"}
    used = environment_for(recorded(HERE, hostile), str(tree), NOTHING, environ, quiet)
    assert not used.pinned
    assert "--index-url=x" in used.warnings[0]
    listed = (Path(used.python).parent.parent / "exp-requirements.txt").read_text()
    assert listed == "alpha==1.0\n"


def test_the_projects_own_package_is_listed_but_not_installed(
    tree: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    """It is imported from the run's files: no index has it, and an installed copy would hide the snapshot's."""
    (tree / "pyproject.toml").write_text('[project]\nname = "My_Project"\nversion = "3"\n')
    env = recorded(HERE, {"alpha": "1.0", "my-project": "3"})
    used = environment_for(env, str(tree), NOTHING, environ, quiet)
    assert used.pinned
    assert probed(used.python, tmp_path, environ).get("packages") == {"alpha": "1.0", "my-project": "3"}


def test_an_editable_install_from_elsewhere_is_named(
    tree: Path, tmp_path: Path, environ: dict[str, str], venv: Path
) -> None:
    from tests.adapters.environment.conftest import plant

    place = plant(venv, "library", "0.1")
    (place / "direct_url.json").write_text('{"url": "file:///home/me/library", "dir_info": {"editable": true}}')
    current = Current(str(venv / "bin" / "python"), recorded(HERE, {"library": "0.1"}))
    env = recorded(HERE, {"library": "0.1", "alpha": "1.0"})
    used = environment_for(env, str(tree), current, environ, quiet)
    assert not used.pinned
    assert "library 0.1 (from /home/me/library)" in used.warnings[0]


def test_a_python_that_is_not_here_is_replaced_loudly(tree: Path, environ: dict[str, str]) -> None:
    missing = HERE.rpartition(".")[0] + ".99"
    used = environment_for(recorded(missing, {"alpha": "1.0"}), str(tree), NOTHING, environ, quiet)
    assert not used.pinned
    assert f"Python {missing} is not on this machine" in used.warnings[0]
    assert says(used.python, "import sys; print('%d.%d' % sys.version_info[:2])") == HERE.rpartition(".")[0]


@pytest.mark.parametrize("env", [recorded("", {}), recorded(HERE, {}), recorded("PyPy 3.9.18", {"alpha": "1.0"})])
def test_what_pins_nothing_is_said_loudly(tree: Path, environ: dict[str, str], env: Env) -> None:
    used = environment_for(env, str(tree), NOTHING, environ, quiet)
    assert (used.python, used.how, used.pinned) == (sys.executable, "current", False)
    assert used.warnings[0].startswith("environment not pinned")


def test_conda_s_explicit_list_is_used_where_nothing_else_was_recorded(
    tree: Path, environ: dict[str, str], program: Callable[[str, str], Path]
) -> None:
    """A script stands in for conda, which the machine need not have; it makes what conda would."""
    conda = program(
        "bin/conda",
        f'#!/bin/sh\nfor word; do case "$previous" in --prefix) folder=$word;; esac; previous=$word; done\n'
        f'{sys.executable} -m venv --without-pip "$folder"\n',
    )
    (tree / "conda-explicit.txt").write_text("# platform: here\n@EXPLICIT\nsomewhere/python.conda#abc\n")
    around = {**environ, "PATH": f"{conda.parent}:{environ['PATH']}"}
    used = environment_for(recorded(HERE, {}), str(tree), NOTHING, around, quiet)
    assert used.how == "conda"
    assert says(used.python, "import expbench; print(1)") == "1"


def test_one_of_its_own_at_a_place_of_choice(tree: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    built = build_into(str(tree / ".venv"), recorded(HERE, {"alpha": "1.0"}), str(tree), NOTHING, environ, quiet)
    assert built.python == f"{tree}/.venv/bin/python"
    assert says(built.python, "import alpha; print(alpha.VERSION)") == "1.0"
    with pytest.raises(EnvironmentNotBuilt):
        build_into(str(tmp_path / "v"), recorded(HERE, {"gamma": "1"}), str(tree), NOTHING, environ, quiet)
    assert not (tmp_path / "v").exists()


def test_nobody_else_s_settings_lead_the_installer_astray(
    tree: Path, tmp_path: Path, environ: dict[str, str]
) -> None:
    astray = {
        "PIP_TARGET": str(tmp_path / "astray"),
        "PIP_USER": "1",
        "PYTHONPATH": str(tmp_path),
        "VIRTUAL_ENV": str(tmp_path / "astray"),
    }
    used = environment_for(recorded(HERE, {"alpha": "1.0"}), str(tree), NOTHING, {**environ, **astray}, quiet)
    assert says(used.python, "import alpha; print(alpha.VERSION)") == "1.0"
    assert not (tmp_path / "astray").exists()


@pytest.mark.skipif(UV is None, reason="uv is not installed")
class TestWithUv:
    """The same rungs with uv."""

    @pytest.fixture
    def environ(self, environ: dict[str, str], tmp_path: Path) -> dict[str, str]:
        """With uv on PATH, and nothing else of its folder."""
        assert UV is not None
        (tmp_path / "uv").mkdir()
        (tmp_path / "uv" / "uv").symlink_to(UV)
        return {**environ, "PATH": f"{tmp_path}/uv:{environ['PATH']}"}

    def test_recorded_packages(self, tree: Path, tmp_path: Path, environ: dict[str, str]) -> None:
        """Exactly those, and no pip."""
        environ = {**environ, "PIP_FIND_LINKS": ""}
        used = environment_for(recorded(HERE, {"alpha": "1.0"}), str(tree), NOTHING, environ, quiet)
        assert says(used.python, "import alpha; print(alpha.VERSION)") == "1.0"
        assert probed(used.python, tmp_path, environ).get("packages") == {"alpha": "1.0"}

    def test_an_index_that_only_pip_knows_is_found_by_pip(self, tree: Path, environ: dict[str, str]) -> None:
        """uv reads no settings of pip's."""
        Path(environ["UV_CONFIG_FILE"]).write_text("no-index = true\n")
        used = environment_for(recorded(HERE, {"alpha": "1.0"}), str(tree), NOTHING, environ, quiet)
        assert says(used.python, "import alpha; print(alpha.VERSION)") == "1.0"

    @pytest.fixture
    def locked(self, tree: Path, environ: dict[str, str]) -> Env:
        """A project with a real `uv.lock`, recorded with another list of packages."""
        from hashlib import sha256

        (tree / "pyproject.toml").write_text(
            '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["alpha<2"]\n'
        )
        subprocess.run(
            ["uv", "lock", "-q", "--python", sys.executable], cwd=tree, env=environ, check=True, capture_output=True
        )
        digest = sha256((tree / "uv.lock").read_bytes()).hexdigest()
        return recorded(HERE, {"alpha": "2.0"}, {"path": "uv.lock", "hash": digest})

    def test_the_lock_comes_first(self, tree: Path, environ: dict[str, str], locked: Env) -> None:
        """And the tree is left as it was."""
        before = sorted(os.listdir(tree))
        used = environment_for(locked, str(tree), NOTHING, environ, quiet)
        assert (used.how, used.pinned) == ("uv.lock", True)
        assert says(used.python, "import alpha; print(alpha.VERSION)") == "1.0"
        assert sorted(os.listdir(tree)) == before

    def test_another_lock_than_the_runs_is_not_used(self, tree: Path, environ: dict[str, str], locked: Env) -> None:
        """The packages are, and that is said."""
        with (tree / "uv.lock").open("a") as file:
            file.write("# changed\n")
        used = environment_for(locked, str(tree), NOTHING, environ, quiet)
        assert used.how == "packages"
        assert "does not hold the uv.lock" in used.warnings[0]


def test_without_uv_a_lock_of_uv_is_passed_over_and_that_is_said(tree: Path, environ: dict[str, str]) -> None:
    from hashlib import sha256

    (tree / "pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1"\n')
    (tree / "uv.lock").write_text("version = 1\n")
    lock = {"path": "uv.lock", "hash": sha256(b"version = 1\n").hexdigest()}
    env: Env = {**recorded(HERE, {"alpha": "1.0"}), "lock": {"path": lock["path"], "hash": lock["hash"]}}
    used = environment_for(env, str(tree), NOTHING, environ, quiet)
    assert used.how == "packages"
    assert "uv is not installed" in used.warnings[0]
