"""Completion of a filter: the word before the cursor, and the names that it may become."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from expbench.domain.query.fields import STATUSES, field_names

_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:-@")
_KEYWORDS: Final = ("and", "or", "not", "in", "like", "ilike", "is", "null")
_LABELS: Final = ("data:", "commit:", "branch:", "tag:", "stage:")
_STAGE: Final = "stage:"
_MOST: Final = 40


class Completion(NamedTuple):
    """Where the word begins, and what it may become, likeliest first."""

    start: int
    offers: Sequence[str]


def complete(
    text: str, cursor: int, metrics: Iterable[str], params: Iterable[str], stages: Iterable[str] = ()
) -> Completion:
    """What may stand for the word that ends at the cursor; nothing where no word was begun."""
    start = cursor
    while start and text[start - 1] in _WORD:
        start -= 1
    word = text[start:cursor]
    names = dict.fromkeys((*metrics, *params, *field_names(), *STATUSES, *_KEYWORDS, *_LABELS))
    if word.startswith(_STAGE):
        names = dict.fromkeys(f"{_STAGE}{stage}" for stage in stages)
    if not word:
        return Completion(start, ())
    offers = [_spelled(name) for name in names if name.startswith(word) and name != word and _is_spellable(name)]
    return Completion(start, offers[:_MOST])


def _is_spellable(name: str) -> bool:
    return name.isprintable() and "`" not in name


def _spelled(name: str) -> str:
    """The name as the filter language reads it: between backticks where it has other characters."""
    return name if set(name) <= _WORD else f"`{name}`"


def put_in(text: str, cursor: int, completion: Completion, number: int) -> tuple[str, int]:
    """The text with an offer in place of the word, and where the cursor then is."""
    offer = completion.offers[number % len(completion.offers)]
    return text[: completion.start] + offer + text[cursor:], completion.start + len(offer)
