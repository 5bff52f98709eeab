"""The "did you mean" of every message: which known word somebody meant."""

from collections.abc import Iterable
from typing import Final

_LONGEST_WORD: Final = 100  # no longer words are compared: the cost grows with their product
_LIKENESS: Final = 0.6


def suggestion(word: str, known: Iterable[str], likeness: float = 0.7) -> str:
    """The known word that is most like this one (at least so much of 1) in any case, or an empty text."""
    if len(word) > _LONGEST_WORD:
        return ""
    from difflib import get_close_matches

    by_lower = {candidate.lower(): candidate for candidate in known}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=likeness)
    return by_lower[found[0]] if found else ""


def did_you_mean(word: str, known: Iterable[str], likeness: float = _LIKENESS) -> str:
    """`did you mean X?` for the known word nearest to `word`, or an empty text when none is near."""
    near = suggestion(word, known, likeness)
    return f"did you mean {near}?" if near else ""
