"""`exp show`, `exp diff` and `exp log`: which run is meant, and what is said about it."""

import json
from pathlib import Path
from typing import Any

import pytest

from expbench.adapters.store.runs import FileStore, create_store_dir, open_store
from tests.adapters.store.runs import document, run_id_of
from tests.cli.conftest import Within
from tests.cli.program import exp, refuse_constant, shown, start, wait_for
from tests.cli.test_ls import metric


@pytest.fixture
def store(repository: Path) -> FileStore:
    create_store_dir(str(repository / ".exp"))
    found = open_store(str(repository / ".exp"))
    found.create(document(1, name="one", command=["python", "first.py"], metrics={"acc": metric(0.5)}))
    found.create(document(2, name="twin", note="about x", metrics={"acc": metric(0.9), "loss": metric(3)}))
    found.create(document(3, name="twin", metrics={"acc": metric(0.7), "loss": metric(2)}))
    return found


@pytest.fixture
def root(repository: Path, store: FileStore) -> Path:
    return repository


@pytest.mark.parametrize(
    ("reference", "number"),
    [
        ("@", 3),
        ("@~0", 3),
        ("@~2", 1),
        ("one", 1),
        ("best:acc", 2),
        ("best:loss", 3),
        (":/first.py", 1),
        (":/about", 2),
        (run_id_of(2), 2),
        (run_id_of(2)[:4], 2),
        (run_id_of(2).upper(), 2),
    ],
)
def test_references(within: Within, root: Path, reference: str, number: int) -> None:
    assert json.loads(within(root, "show", reference, "--json").out)["id"] == run_id_of(number)


@pytest.mark.parametrize("reference", ["nothing", "@~3", "best:nothing", ":/nothing", "m@v1", "m#prod", "", "zz\x1b"])
@pytest.mark.parametrize("words", [("show",), ("diff", "@"), ("log",), ("rm",), ("stop",), ("doctor",)])
def test_unknown_runs_are_refused_alike_everywhere(
    within: Within, root: Path, words: tuple[str, ...], reference: str
) -> None:
    found = within(root, *words, reference)
    assert (found.code, found.out) == (2, "")
    assert found.err.startswith("error: ")
    assert "\x1b" not in found.err


def test_an_ambiguous_name_lists_its_candidates(within: Within, root: Path) -> None:
    found = within(root, "show", "twin")
    assert (found.code, found.out) == (2, "")
    for number in (2, 3):
        assert f"  {run_id_of(number)[:4]}" in found.err
    assert found.err.splitlines()[-1].startswith("hint: exp show ")


def test_a_near_name_is_suggested(within: Within, root: Path) -> None:
    assert "did you mean one" in within(root, "show", "onee").err


def test_the_latest_is_shown_without_a_word(within: Within, root: Path) -> None:
    assert within(root, "show").out == within(root, "show", "@").out


def diff(within: Within, root: Path, *words: str) -> dict[str, Any]:
    found = within(root, "diff", *words, "--json")
    assert found.code == 0, found.err
    answer: dict[str, Any] = json.loads(found.out, parse_constant=refuse_constant)
    return answer


def test_diff_tells_metrics_with_delta_and_direction(within: Within, root: Path) -> None:
    changed = {item["key"]: item for item in diff(within, root, "@~1", "@")["metrics"]["changed"]}
    assert changed["acc"]["better"] == "a"
    assert changed["acc"]["delta"] == pytest.approx(-0.2)
    assert changed["loss"] == {"key": "loss", "a": 3, "b": 2, "delta": -1, "better": "b"}


def test_axes_not_asked_for_are_null(within: Within, root: Path) -> None:
    answer = diff(within, root, "@~1", "@", "--only", "params,metrics")
    assert [answer[axis]["same"] for axis in ("code", "data", "env", "params", "metrics")] == [None] * 3 + [
        True,
        False,
    ]
    assert within(root, "diff", "@~1", "@", "--only", "parms").code == 2


def test_exit_code_tells_whether_they_differ(within: Within, root: Path) -> None:
    assert within(root, "diff", "one", "@", "--exit-code").code == 1
    assert within(root, "diff", "one", "one", "--exit-code").code == 0
    assert within(root, "diff", "one", "@").code == 0
    assert within(root, "diff", "@~1", "@", "--only", "params", "--exit-code").code == 0


def test_diff_of_code_in_a_real_repository(repository: Path) -> None:
    exp(repository, "run", "--name", "a", "--", "true")
    (repository / "train.py").write_text("print('loss: 0.4')\n")
    (repository / "new file.py").write_text("new\n")
    exp(repository, "run", "--name", "b", "--", "true")
    answer = json.loads(exp(repository, "diff", "a", "b", "--json").out)
    assert answer["code"]["files"] == [
        {"path": "new file.py", "status": "A", "from": None, "added": 1, "deleted": 0},
        {"path": "train.py", "status": "M", "from": None, "added": 1, "deleted": 1},
    ]
    patch = exp(repository, "diff", "a", "b", "--patch")
    assert "+print('loss: 0.4')" in patch.out
    assert patch.err == ""
    assert exp(repository, "diff", "a", "b", "--only", "code", "--exit-code").code == 1


def test_log_prints_the_output_without_control_characters(repository: Path) -> None:
    line = r"printf 'plain\n\033[31mred\033[0m\n10%%\r100%%\n\033]52;c;aGk=\007 \342\200\256bidi\n'"
    exp(repository, "run", "--", "sh", "-c", line)
    found = exp(repository, "log")
    assert found.out == "plain\nred\n100%\n \\u202ebidi\n"
    exp(repository, "run", "--", "true")
    silent = exp(repository, "log")
    assert (silent.code, silent.out) == (0, "")
    assert silent.err.endswith("has printed nothing\n")


def test_log_follows_until_the_run_ends(repository: Path) -> None:
    (repository / "go").touch()
    line = "echo first; while [ -e go ]; do sleep 0.02; done; echo last"
    going = start(repository, "run", "--", "sh", "-c", line)
    assert going.stdout is not None
    going.stdout.readline()
    following = start(repository, "log", "@", "-f")
    assert following.stdout is not None
    assert following.stdout.readline() == b"first\n"
    (repository / "go").unlink()
    out, err = following.communicate(timeout=30)
    assert (following.returncode, out, err) == (0, b"last\n", b"")
    going.communicate(timeout=30)
    wait_for(lambda: shown(repository)["status"] == "finished")
