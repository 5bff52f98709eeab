"""Artifacts by name, and what damage is: where a file may be stored, which patterns may be asked for, what is broken.

What must stay true: a path given out here is relative, without `..`, and valid Unicode, whatever it was made from;
so that joined to a folder it stays below that folder, and any JSON parser reads it.
"""

from typing import Final, NamedTuple

from expbench.domain.document import Artifact, Summary
from expbench.errors import UsageError

# Folders that are never an artifact, wherever they stand: git's own, and the store itself.
PRIVATE: Final = frozenset({".git", ".exp"})


class Fault(NamedTuple):
    """Something of a run that is damaged: a path relative to the run's folder, and why in words."""

    path: str
    why: str


def artifact_path(text: str) -> str:
    """The path below `artifacts/` that is meant, in its one spelling: `./a//b` is `a/b`.

    A byte that is no UTF-8 becomes `%XX`. Raises `UsageError` for a path that could leave the folder or names none.
    """
    parts = [part for part in text.split("/") if part not in ("", ".")]
    cause = ""
    if text.startswith("/"):
        cause = "it is absolute"
    elif ".." in parts:
        cause = "it leads out of the run with .."
    elif "\0" in text:
        cause = "it holds a NUL"
    elif not parts:
        cause = "it names no file"
    if cause:
        raise UsageError(f"{text!r:.200} is no path for an artifact", cause, 'give a path such as "plots/roc.png"')
    return valid_text("/".join(parts))


def valid_text(name: str) -> str:
    """The name with each lone surrogate (a byte that is no UTF-8, as Python hands it over) written as `%XX`."""
    if name.isascii():
        return name
    encoded = name.encode("utf-8", "surrogatepass")
    try:
        return encoded.decode()
    except UnicodeDecodeError:
        return "".join(f"%{ord(char) & 0xFF:02X}" if "\ud800" <= char <= "\udfff" else char for char in name)


def pattern_parts(pattern: str) -> tuple[str, ...]:
    """The parts of a pattern relative to the repository's root. Raises `UsageError` for one that leads elsewhere."""
    parts = tuple(part for part in pattern.split("/") if part not in ("", "."))
    cause = ""
    if pattern.startswith("/"):
        cause = "it is absolute, and patterns are relative to the repository's root"
    elif ".." in parts:
        cause = "it leads out of the repository with .."
    elif "\0" in pattern or not pattern:
        cause = "it names no file"
    if cause:
        raise UsageError(
            f"{pattern!r:.200} can't be stored as artifacts", cause, "exp run --artifact 'out/**' -- COMMAND"
        )
    return parts


def artifact_fault(artifact: Artifact, size: int, sha256: str) -> str | None:
    """What is wrong with an artifact that was found to be of this size and digest."""
    if size != artifact["size"]:
        return f"it has {size} bytes, and {artifact['size']} were stored"
    if sha256 != artifact["sha256"]:
        return "its content is not what was stored (its SHA-256 differs)"
    return None


def series_fault(summary: Summary | None, size: int, record_size: int) -> str | None:
    """What is wrong with a series' file of `size` bytes, in a run that has ended with this summary of it."""
    points, torn = divmod(size, record_size)
    if torn:
        return f"its last point is torn: {torn} of {record_size} bytes"
    if summary is not None and points != summary["count"]:
        return f"it holds {points} points, and the run ended with {summary['count']}"
    return None
