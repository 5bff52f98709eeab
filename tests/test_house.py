"""The habits of this code base, checked: docstrings, sizes, honest files, documents that name what is there."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
MAX_MODULE_LINES = 450
MAX_FUNCTION_LINES = 60
MAX_BROAD_EXCEPTS = 2
# Homes of the usual example people are allowed. Written apart, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(
    rb"(?<![\w.~-])/(?:ro" + rb"ot|wo" + rb"rk|Us" + rb"ers/\w+|home/(?!(?:user|me|you|ada|ann|bob)\b)\w+)(?:/|\b)"
)
REGISTRY = re.compile(
    rb"(?:pypi|pythonhosted|conda|artifactory|nexus)[\w.-]*\.(?:org|com|net|io)|--(?:extra-)?index" + rb"-url\s+\S*:"
)
URL = re.compile(r"[a-z+]+://|--(?:extra-)?index|--find-links|--trusted-host|@ ")


def tracked_files() -> list[Path]:
    """Every file that git tracks or would track, without the sample's committed DVC objects."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("the tests don't run in a git checkout")
    names = (name for name in done.stdout.split("\0") if name and "/.dvc_remote/" not in name)
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["machine path", "registry host"])
def test_no_tracked_file_names_the_machine_that_it_was_made_on(pattern: re.Pattern[bytes]) -> None:
    assert {named(path): found[0] for path in tracked_files() if (found := pattern.search(path.read_bytes()))} == {}


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").glob("*.txt")), ids=named)
def test_requirements_pin_versions_and_no_addresses(path: Path) -> None:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if URL.search(line)] == []
    assert [line for line in lines if "==" not in line] == []


def test_the_lowest_requirements_hold_the_lower_bounds_of_the_project() -> None:
    """A raised bound is compiled again, else the lowest versions are no longer tested."""
    project = (ROOT / "pyproject.toml").read_text()
    dependencies = re.search(r"\ndependencies = \[\n(.*?)\n\]", project, re.DOTALL)
    assert dependencies
    bounds = re.findall(r'^ *"([\w.-]+)>=([\w.]+)', dependencies[1], re.MULTILINE)
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements/lowest.txt").read_text(), re.MULTILINE))
    assert len(bounds) >= 8
    for name, bound in bounds:
        pin = pins[re.sub(r"[._]", "-", name).lower()]
        assert [int(part) for part in re.findall(r"\d+", pin)][: bound.count(".") + 1] >= [
            int(part) for part in bound.split(".")
        ]
        assert pin.startswith(bound), f"{name}: {pin} is tested, {bound} is allowed"


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    if "template" not in path.parts:
        assert ast.get_docstring(parsed(path)), f"{named(path)} has no docstring"


def test_modules_and_functions_stay_small() -> None:
    modules = {named(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in modules.items() if lines >= MAX_MODULE_LINES} == {}
    long = {
        f"{named(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in SOURCES
        for node in functions(parsed(path))
    }
    assert {name: lines for name, lines in long.items() if lines >= MAX_FUNCTION_LINES} == {}


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it swallows everything; one that cleans up and raises the same again does not."""
    names = [node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)] if handler.type else ["all"]
    last = handler.body[-1]
    raises_again = isinstance(last, ast.Raise) and last.exc is None
    return bool({"Exception", "BaseException", "all"} & set(names)) and not raises_again


def test_broad_excepts_are_two_at_most() -> None:
    found = [
        f"{named(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    ]
    assert len(found) <= MAX_BROAD_EXCEPTS, found


def test_nothing_is_unpickled_or_evaluated() -> None:
    for path in SOURCES:
        names = {node.id for node in ast.walk(parsed(path)) if isinstance(node, ast.Name)}
        modules = {
            alias.name for node in ast.walk(parsed(path)) if isinstance(node, ast.Import) for alias in node.names
        }
        assert not names & {"eval", "exec"}, named(path)
        assert not modules & {"pickle", "marshal", "shelve"}, named(path)


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_names_are_whole_words(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}


def backticked(text: str) -> list[str]:
    return [word for chunk in re.findall(r"`([^`]+)`", text) for word in chunk.split()]


def test_the_architecture_names_files_that_exist() -> None:
    """In the code map a word stands for a path below the one named first in its row."""
    text = (ROOT / "ARCHITECTURE.md").read_text()
    missing = []
    for line in text.splitlines():
        words = [word for word in backticked(line) if re.fullmatch(r"[\w/]+(?:\.py|/)", word)]
        folder = Path()
        for word in words:
            places = [ROOT / "src/expbench" / folder / word, ROOT / "src/expbench" / word, ROOT / word]
            if not any(place.exists() for place in places):
                missing.append(word)
            if "/" in word:
                folder = Path(word) if word.endswith("/") else Path(word).parent
    assert missing == []


def test_the_sample_project_shows_three_ways_to_log_and_the_first_knows_nothing_of_exp() -> None:
    knowing = {path.name for path in (ROOT / "sample_project").glob("*.py") if "expbench" in path.read_text()}
    assert knowing == {"train_api.py", "train_callback.py"}
