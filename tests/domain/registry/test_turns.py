"""Whose turn it was, and where a rollback goes."""

import pytest

from expbench.domain.registry.fold import fold
from expbench.domain.registry.turns import previous, turns
from tests.domain.registry.records import bare, tag


def path(*words: str) -> list[str]:
    """The turns after these events: `1` gives the stage to v0.0.1, `-1` takes it, `!1` deprecates the version."""
    tags = [tag(f"m@v0.0.{number}", number, str(number)) for number in (1, 2, 3)]
    for at, word in enumerate(words, 10):
        number, version = word.strip("-!"), f"v0.0.{word.strip('-!')}"
        if word.startswith("!"):
            tags.append(tag(f"m@{version}!", at, number))
        else:
            ended = "!" if word.startswith("-") else ""
            tags.append(tag(f"m#prod{ended}#{at}", at, number, version=version))
    model = fold(tags).models["m"]
    before = previous(model, "prod")
    return [*(one.version[-1] for one in turns(model, "prod")), f"back to {before.version[-1] if before else None}"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", "back to None"),
        ("1", "1 back to None"),
        ("1 2", "1 2 back to 1"),
        ("1 2 3", "1 2 3 back to 2"),
        ("1 2 1", "1 back to None"),
        ("1 2 3 2", "1 2 back to 1"),
        ("1 2 -2", "1 back to None"),
        ("1 2 -2 -1", "back to None"),
        ("1 2 !1", "1 2 back to None"),
        ("1 2 3 !2", "1 2 3 back to 1"),
        ("1 2 3 !3", "1 2 back to 1"),
        ("1 1", "1 back to None"),
    ],
)
def test_turns(words: str, expected: str) -> None:
    assert " ".join(path(*words.split())) == expected


def test_a_foreign_version_is_nowhere_to_go_back_to() -> None:
    tags = [bare("m@v0.0.1", 1, "1"), tag("m@v0.0.2", 2, "2"), bare("m#prod#1", 3, "1")]
    model = fold([*tags, tag("m#prod#2", 4, "2", version="v0.0.2")]).models["m"]
    assert [one.version for one in turns(model, "prod")] == ["v0.0.1", "v0.0.2"]
    assert previous(model, "prod") is None
