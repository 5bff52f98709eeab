"""What was typed becomes what will be recorded, or is refused before anything exists."""

from typing import Any

import pytest

from expbench.domain.entries import Entry
from expbench.errors import UsageError
from expbench.services.requesting import Asked, Request, parse_duration, parse_params, understand

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


def test_a_p_that_only_a_params_file_holds_is_refused() -> None:
    files = {"params.yaml": {"train": {"lr": 0.5}}}
    with pytest.raises(UsageError) as caught:
        ask(files, command=["x"], params=["train.lr=1"])
    assert "params.yaml" in caught.value.cause
    assert ask(files, command=["x"]).param_sources == {"train.lr": "file:params.yaml"}
    assert ask(files, command=["x", "--train.lr", "1"], params=["train.lr=1"]).params["train.lr"] == 1


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
