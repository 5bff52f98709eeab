"""The "did you mean" of every message: which known word somebody meant."""

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X?` for the known word nearest to `word`, or an empty text when none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, [*known], n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""
