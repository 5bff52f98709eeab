"""Editable installs, read as data: what must be imported from a run's own files."""

from pathlib import Path

import pytest

from expbench.adapters.environment.local import local_packages, own_sources, project_name, project_sources
from tests.adapters.environment.conftest import plant, site_packages


@pytest.fixture
def places(venv: Path, tmp_path: Path) -> tuple[str, str, str]:
    """An interpreter, the user's tree `repo`, and a run's tree, both with `src` and `lib`."""
    for name in ("repo", "run"):
        for folder in ("src", "lib/tool"):
            (tmp_path / name / folder).mkdir(parents=True)
    return str(venv / "bin" / "python"), str(tmp_path / "repo"), str(tmp_path / "run")


def test_a_path_file_into_the_users_tree_means_the_runs(places: tuple[str, str, str], venv: Path) -> None:
    python, root, run = places
    (site_packages(venv) / "_mine.pth").write_text(f"{root}/src\nimport os\n/elsewhere/src\n{root}/gone\n")
    assert own_sources(python, root, run) == [f"{run}/src"]


def test_the_finder_of_setuptools_is_read_and_never_run(places: tuple[str, str, str], venv: Path) -> None:
    python, root, run = places
    finder = site_packages(venv) / "__editable___tool_1_finder.py"
    mapping = f"MAPPING: dict[str, str] = {{'tool': '{root}/lib/tool', 'other': '/elsewhere/other'}}\n"
    finder.write_text(f"raise SystemExit\n{mapping}NAMESPACES = {{}}\n")
    assert own_sources(python, root, run) == [f"{run}/lib"]
    finder.write_text("MAPPING = {__import__('os').getcwd(): 1}\n")
    assert own_sources(python, root, run) == []


@pytest.mark.parametrize(
    "value", ["{'a', 'b'}", "{[]: '/x'}", "{**{}}", "{'a': 1, 2: None}", "{" * 5000 + "}", "{'\\0': '}"]
)
def test_a_finder_of_another_shape_points_nowhere(places: tuple[str, str, str], venv: Path, value: str) -> None:
    python, root, run = places
    (site_packages(venv) / "__editable___tool_1_finder.py").write_text(f"MAPPING = {value}\n")
    assert own_sources(python, root, run) == []


def test_packages_from_files_and_folders_are_told(places: tuple[str, str, str], venv: Path) -> None:
    for name, url in (("My_Lib", "file:///home/me/my%20lib"), ("from_git", "https://example.org/x")):
        (plant(venv, name, "1") / "direct_url.json").write_text(f'{{"url": "{url}"}}')
    (plant(venv, "damaged", "1") / "direct_url.json").write_text("[")
    plant(venv, "usual", "1")
    assert local_packages(places[0]) == [("my-lib", "/home/me/my lib")]


@pytest.mark.parametrize("text", ["", "[project", "[project]\nname = 3\n", "project = 1\n", None])
def test_a_tree_that_is_no_package_has_no_name(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    assert project_name(str(tmp_path)) == ""


def test_a_tree_that_is_one_has(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "My.Project"\n')
    assert project_name(str(tmp_path)) == "my-project"
    assert project_sources(str(tmp_path)) == [str(tmp_path)]
    (tmp_path / "src").mkdir()
    assert project_sources(str(tmp_path)) == [str(tmp_path / "src")]
