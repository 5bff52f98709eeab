"""Runs and the commits that they belong to: which run of a tree is the best, and what git shows of it.

What must stay true: nothing from data reaches a commit message or a note but printable text in one line; each run is
a line of its own, known by its id, so that lines of other people's runs are never touched.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

from expbench.domain.ids import is_id
from expbench.domain.metrics import headline
from expbench.domain.numbers import number_from_json

Document = Mapping[str, Any]
Better = Callable[[str], Literal["max", "min"] | None]

MOST_LINES: Final = 200  # of one tree: a trailer shows ten, and a note is to be read
_MOST_METRICS: Final = 5
_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_+-]|\.(?!\.))*(?<!\.)(?<!\.lock)")
_UNFIT: Final = re.compile(r"[^\w./@%+:-]")


class Ranking(NamedTuple):
    """What runs are compared by: the metric of the settings (None: each run's first), and which way is better.

    `tags` says whether a best run gives its commit a git tag.
    """

    metric: str | None
    better: Better
    tags: bool = False


def tree_line(document: Document, ranking: Ranking) -> str:
    """`ID GIT_TAG HEADLINE REST` of an ended run, `-` for what there isn't; then metrics and the name."""
    key = headline(document, ranking.metric)
    status = document["status"]
    tag = git_tag(document["name"]) if ranking.tags and status == "finished" else None
    shown = [_metric(document, name) for name in _shown(document, key)]
    first = status if status != "finished" else shown.pop(0) if key is not None else "-"
    return " ".join([document["id"], tag or "-", first, *shown, one_line(document["name"])])


def placed(lines: Sequence[str], line: str, better: Better) -> list[str]:
    """The lines with one more, the best first: a run that is not better than another comes after it.

    Runs that can't be compared stand behind those that can, newest first. Other lines keep their order.
    """
    run_id = line.partition(" ")[0]
    others = [other for other in lines if other.partition(" ")[0] != run_id]
    value = _value(line, better)
    at = next((place for place, other in enumerate(others) if _is_before(value, _value(other, better))), len(others))
    return [*others[:at], line, *others[at:]][:MOST_LINES]


def lines_of(documents: Iterable[Document], ranking: Ranking) -> list[str]:
    """The lines of these runs, the best first. `documents` may come in any order."""
    return [tree_line(document, ranking) for document in ranked(documents, ranking)[:MOST_LINES]]


def ranked(documents: Iterable[Document], ranking: Ranking) -> list[Document]:
    """The best run first, the older of equals; then those that can't be compared, newest first."""
    oldest_first = sorted(documents, key=lambda document: str(document["created_at"]))
    values = [(rank(document, ranking), document) for document in oldest_first]
    known = sorted((pair for pair in values if pair[0] is not None), key=lambda pair: pair[0] or 0, reverse=True)
    return [document for _, document in known] + [document for value, document in values[::-1] if value is None]


def rank(document: Document, ranking: Ranking) -> float | None:
    """What a finished run is compared by: more is better. None for others, and where nobody knows which way is."""
    key = headline(document, ranking.metric)
    if key is None or document["status"] != "finished":
        return None
    return _directed(number_from_json(document["metrics"][key]["last"]), ranking.better(key))


def lines_of_trees(documents: Iterable[Document], ranking: Ranking) -> dict[str, list[str]]:
    """The lines of every tree that ended runs have."""
    found: dict[str, list[Document]] = {}
    for document in documents:
        if document["code"]["tree"] and document["ended_at"] is not None:
            found.setdefault(document["code"]["tree"], []).append(document)
    return {tree: lines_of(some, ranking) for tree, some in found.items()}


def note_text(there: str, lines: Iterable[str]) -> str:
    """A note with the lines of these runs on top, and below them whatever others wrote."""
    ours = [without_tag(line) for line in lines]
    ids = {line.partition(" ")[0] for line in ours}
    others = [line for line in there.splitlines() if line.partition(" ")[0] not in ids]
    return "".join(f"{line}\n" for line in [*ours, *others])


def git_tag(name: str) -> str | None:
    """The git tag for a run of this name; None for a name that git would refuse."""
    return f"exp/{name}" if _NAME.fullmatch(name) else None


def one_line(text: str) -> str:
    """The text in one line, with a dot for each character that does not print."""
    return "".join(letter if letter.isprintable() else "·" for letter in text)


def without_tag(line: str) -> str:
    """The line of a tree as a note shows it."""
    run_id, _, first, rest = (*line.split(" ", 3), "", "", "")[:4]
    return " ".join([run_id, first, rest]).rstrip()


def _shown(document: Document, key: str | None) -> list[str]:
    others = (name for name in document["metrics"] if name != key and not name.startswith("system/"))
    return [*([key] if key is not None else []), *others][:_MOST_METRICS]


def _metric(document: Document, key: str) -> str:
    value = number_from_json(document["metrics"][key]["last"])
    return f"{_UNFIT.sub('_', key)}={value:.6g}"


def _value(line: str, better: Better) -> float | None:
    """What a line is ranked by: more is better. None where that can't be told."""
    words = line.split(" ", 3)
    if len(words) < 3 or not is_id(words[0]):
        return None
    key, _, text = words[2].rpartition("=")
    try:
        return _directed(float(text), better(key))
    except ValueError:
        return None


def _directed(value: float, direction: str | None) -> float | None:
    if direction is None or math.isnan(value):
        return None
    return value if direction == "max" else -value


def _is_before(value: float | None, other: float | None) -> bool:
    if value is None:
        return other is None
    return other is None or value > other
