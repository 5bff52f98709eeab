"""Names of git tags in GTO's syntax: `model@v1.2.3`, `model@v1.2.3!`, `model#stage#4`, `model#stage!#5`,
`model@deprecated`.

Everything that GTO reads is read; only names that GTO, git and a file system take are ever given out.
"""

import re
from typing import Final, Literal, NamedTuple

from expbench.errors import UsageError

Action = Literal["register", "deregister", "assign", "unassign", "deprecate", "create"]

LONGEST: Final = 100
_WORD: Final = r"[a-zA-Z0-9](?:[a-zA-Z0-9/_-]*[a-zA-Z0-9])?"
_NUMBER: Final = r"(?:0|[1-9][0-9]*)"
_PART: Final = r"(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
SEMVER: Final = (
    rf"v(?P<major>{_NUMBER})\.(?P<minor>{_NUMBER})\.(?P<patch>{_NUMBER})"
    rf"(?:-(?P<prerelease>{_PART}(?:\.{_PART})*))?(?:\+(?P<build>[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?"
)
_TAG: Final = re.compile(
    rf"(?P<model>(?:[a-zA-Z0-9_./-]+=)?{_WORD})"
    rf"(?:(?:#(?P<stage>{_WORD})|@(?P<version>{SEMVER}))(?P<ended>!?)|@(?P<whole>deprecated|created))"
    r"(?:#(?P<counter>[0-9]+))?"
)


class TagName(NamedTuple):
    """What a tag's name says. `counter` is None where there is none; it counts all tags of the model."""

    model: str
    action: Action
    version: str | None = None
    stage: str | None = None
    counter: int | None = None


def parse_tag_name(text: str) -> TagName | None:
    """What a git tag's name says to GTO; None when it says nothing. GTO writes `:` of a model's name as `=`."""
    match = _TAG.fullmatch(text)
    if match is None:
        return None
    counter = int(match["counter"]) if match["counter"] else None
    return TagName(match["model"].replace("=", ":"), _action(match), match["version"], match["stage"], counter)


def _action(match: re.Match[str]) -> Action:
    if match["whole"]:
        return "deprecate" if match["whole"] == "deprecated" else "create"
    if match["stage"]:
        return "unassign" if match["ended"] else "assign"
    return "deregister" if match["ended"] else "register"


def format_tag_name(name: TagName) -> str:
    """The git tag's name that says this."""
    ended = "!" if name.action in ("deregister", "unassign") else ""
    middle = f"#{name.stage}" if name.stage else f"@{name.version}" if name.version else "@deprecated"
    counter = "" if name.counter is None else f"#{name.counter}"
    return f"{name.model.replace(':', '=')}{middle}{ended}{counter}"


def check_model_name(text: str) -> None:
    """Raise `UsageError` for a model's name that GTO, git or a file system refuses."""
    _check(text, "a model", "MODEL")


def check_stage_name(text: str) -> None:
    """Raise `UsageError` for a stage's name that GTO, git or a file system refuses."""
    _check(text, "a stage", "STAGE")


def _check(text: str, kind: str, placeholder: str) -> None:
    if why := _fault(text):
        near = nearest_name(text)
        hint = f"{near} would do" if near else f"choose another {placeholder}, such as my-model"
        raise UsageError(f"{kind} can't be called {text!r}", why, hint)


def _fault(text: str) -> str:
    if not re.fullmatch(_WORD, text):
        return "a name has letters, digits, - _ and / alone, and begins and ends with a letter or a digit"
    if len(text) > LONGEST:
        return f"a name has at most {LONGEST} characters"
    if "//" in text:
        return "git takes no name with two slashes together"
    return ""


def nearest_name(text: str) -> str:
    """An allowed name that is like the text; empty where nothing of it can stay."""
    kept = re.sub(r"/{2,}", "/", re.sub(r"[^a-zA-Z0-9/_-]+", "-", text))[:LONGEST]
    return kept.strip("-_/")
