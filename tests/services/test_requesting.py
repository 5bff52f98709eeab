"""What was typed becomes what will be recorded, or is refused before anything exists."""

from typing import Any

import pytest

from expbench.domain.entries import Entry
from expbench.errors import UsageError
from expbench.services.requesting import Asked, Request, parse_duration, parse_params, understand, unknown_params

ENTRIES = {"train": Entry("train", "python train.py --lr {lr} --name {name}", {"lr": 0.1, "name": "a b"})}


def ask(files: Any = None, **words: Any) -> Request:
    return understand(Asked(**{"command": None, **words}), ENTRIES, files or {})


def test_a_command_with_its_params() -> None:
    found = ask(command=["python", "-u", "train.py", "--lr=0.1", "a.b=1", "--fast"], params=["seed=3", "text=x=y"])
    assert found.argv == found.shown_argv == ["python", "-u", "train.py", "--lr=0.1", "a.b=1", "--fast"]
    assert found.params == {"lr": 0.1, "fast": True, "a.b": 1, "seed": 3, "text": "x=y"}
    assert found.param_sources == {"lr": "argv", "fast": "argv", "a.b": "argv", "seed": "cli", "text": "cli"}


def test_an_entry_fills_its_placeholders_after_splitting_into_words() -> None:
    found = ask(entry="train", params=["name=c d"])
    assert found.argv == ["python", "train.py", "--lr", "0.1", "--name", "c d"]
    assert found.params == {"lr": 0.1, "name": "c d"}
    assert found.param_sources == {"lr": "argv", "name": "cli"}


def test_credentials_are_masked_in_what_is_shown_only() -> None:
    found = ask(command=["x", "--api-key", "hunter2"])
    assert found.argv == ["x", "--api-key", "hunter2"]
    assert "hunter2" not in str((found.shown_argv, found.params))


FILES = {"params.yaml": {"train": {"lr": 0.5}, "lr": 1, "name": "cnn"}, "sub/params.json": {"lr": 2, "n": [1]}}


def test_a_p_that_only_a_params_file_holds_is_for_that_file_and_for_a_tree_of_the_runs_own() -> None:
    found = ask(FILES, command=["x"], params=["train.lr=1", "name=007", "n=[2, 3]", "new=5"])
    assert found.isolated
    assert found.file_params == {"train.lr": 1, "name": "007", "n": "[2,3]"}
    assert found.params == {
        **{"train.lr": 1, "lr": 1, "name": "007", "sub/params.json:lr": 2},
        **{"n": "[2,3]", "new": 5},
    }
    cli = {key for key, source in found.param_sources.items() if source == "cli"}
    assert cli == {"train.lr", "name", "n", "new"}


def test_a_path_chooses_the_file() -> None:
    first = ask(FILES, command=["x"], params=["params.yaml:lr=7"])
    assert (first.file_params, first.params["lr"]) == ({"lr": 7}, 7)
    second = ask(FILES, command=["x"], params=["sub/params.json:lr=7"])
    assert second.file_params == {"sub/params.json:lr": 7}
    assert (second.params["lr"], second.params["sub/params.json:lr"]) == (1, 7)
    with pytest.raises(UsageError, match="there is no param"):
        ask(FILES, command=["x"], params=["params.yaml:n=7"])


def test_what_the_command_line_or_a_placeholder_takes_goes_to_no_file() -> None:
    found = ask(FILES, command=["x", "--train.lr", "1"], params=["train.lr=1"])
    assert (found.isolated, found.file_params, found.params["train.lr"]) == (False, {}, 1)
    found = ask(FILES, entry="train", params=["lr=0.5", "train.lr=3"])
    assert (found.argv[3], found.file_params, found.params["lr"]) == ("0.5", {"train.lr": 3}, 0.5)


def test_without_p_nothing_is_isolated_unless_it_is_asked_for() -> None:
    assert not ask(FILES, command=["x"]).isolated
    assert ask(FILES, command=["x"], isolated=True).isolated
    assert ask(FILES, command=["x"]).param_sources["train.lr"] == "file:params.yaml"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"command": ["x"], "params": ["train.lrr=1"]}, "did you mean train.lr?"),
        ({"command": ["x"], "params": ["momentum=1"]}, ""),
        ({"command": ["x", "--train.lrr", "1"], "params": ["train.lrr=1"]}, ""),
        ({"command": ["x"], "params": ["train.lr=1"]}, ""),
        ({"entry": "train", "params": ["lr=1"]}, ""),
    ],
)
def test_a_p_that_is_almost_that_of_a_file_is_said(words: dict[str, Any], said: str) -> None:
    asked = Asked(**{"command": None, **words})
    told = unknown_params(asked, ask(FILES, **words), FILES)
    assert len(told) == bool(said)
    assert said in "".join(told)


def test_an_entry_has_no_such_placeholder_and_the_nearest_param_of_a_file_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        ask(FILES, entry="train", params=["train.lrr=1"])
    assert caught.value.hint == "did you mean train.lr?"


@pytest.mark.parametrize(
    "words",
    [
        {},
        {"command": []},
        {"entry": "trian"},
        {"entry": "train", "command": ["x"]},
        {"entry": "train", "params": ["nothing"]},
        {"command": ["x"], "params": ["=1"]},
        {"command": ["x"], "params": [" =1"]},
        {"command": ["x"], "name": " "},
        {"command": ["x"], "name": "@~1"},
        {"command": ["x"], "timeout": "soon"},
        {"command": ["x"], "artifacts": ["../x"]},
    ],
)
def test_mistakes_are_refused_in_words(words: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        ask(**words)
    assert caught.value.hint


def test_a_near_entry_is_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        ask(entry="trian")
    assert caught.value.hint.startswith("did you mean train")


def test_params_of_the_command_line_keep_the_last_of_each_key() -> None:
    assert parse_params(["a=1", "b=", "a=2", " c = 3"]) == {"a": "2", "b": "", "c": " 3"}


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("5m", 300), ("1.5h", 5400), ("2d", 172_800), (" 1s ", 1)]
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0.0s", "-1", "1e3", "inf", "nan", "1w", "1h30m", "٣s", "1 s"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(UsageError):
        parse_duration(text)
