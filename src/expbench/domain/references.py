"""Run references: what the text means, before any store is asked.

`@` and `@~3` count back from the latest run, `best:METRIC` asks for the best, `:/text` for the latest that holds
the text, `MODEL@VERSION` and `MODEL#STAGE` for a registered run; all else is an id, a prefix of one, or a name.
"""

import re
from typing import Final, NamedTuple, TypeAlias

from expbench.errors import UsageError

_LATEST: Final = re.compile(r"@(?:~(\d{0,9}))?", re.ASCII)
_MODEL: Final = re.compile(r"([^\s@#]+)([@#])([^\s@#]+)")


class Latest(NamedTuple):
    """The run that began `back` runs before the latest."""

    back: int


class Best(NamedTuple):
    """The run with the best last value of this metric."""

    metric: str


class Holding(NamedTuple):
    """The latest run whose command, name or note holds the text."""

    text: str


class Version(NamedTuple):
    """The run that a model's version was registered from."""

    model: str
    version: str


class Stage(NamedTuple):
    """The run behind the version that holds a model's stage."""

    model: str
    stage: str


class Word(NamedTuple):
    """An id, a prefix of one, or a name."""

    text: str


Reference: TypeAlias = Latest | Best | Holding | Version | Stage | Word


def parse_reference(text: str) -> Reference:
    """What the text refers to; anything that is nothing else is a `Word`."""
    if match := _LATEST.fullmatch(text):
        return Latest(0 if match[1] is None else int(match[1] or 1))
    if text.startswith("best:") and len(text) > len("best:"):
        return Best(text.removeprefix("best:"))
    if text.startswith(":/") and len(text) > len(":/"):
        return Holding(text.removeprefix(":/"))
    if match := _MODEL.fullmatch(text):
        return Version(match[1], match[3]) if match[2] == "@" else Stage(match[1], match[3])
    return Word(text)


def check_name(name: str) -> None:
    """Raise `UsageError` for a name that no reference could ever mean."""
    if not name.strip():
        raise UsageError("a run's name can't be empty", "", "give it a word or two")
    if isinstance(parse_reference(name), Latest | Best | Holding):
        raise UsageError(f"a run can't be called {name}", "that is a way to refer to other runs", "exp ls")
