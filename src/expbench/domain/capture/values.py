"""Which texts are the value of a metric: `0.31`, `1e-4`, `nan`, `91.3%` of an accuracy.

What must stay true: a number with a unit, a part of a clock time, a date, a version, a hash or a path, one of a
list, and `N/M` are no values. All patterns are possessive or bounded, so that no text makes them slow.
"""

import re
from typing import Final, NamedTuple

LONGEST: Final = 100
NUMBER: Final = (
    r"[-+]?(?:(?:\d++(?:\.\d*+)?+|\.\d++)(?:[eE][-+]?\d{1,4}+)?+|(?:[nN][aA][nN]|[iI][nN][fF](?:inity)?+)(?![^\W_]))"
)
# What frameworks put around a number when a program prints it as it is.
WRAPPED: Final = re.compile(
    r"(?:\btensor|\b(?:np|numpy|jnp)\.[a-z]{3,8}\d{0,3}|\bArray)\(\s?(" + NUMBER + r")(?:,[^()]{0,200})?\)"
)
_UNIT: Final = re.compile(
    r"[ \t]{0,2}(?:(?:s|secs?|seconds?|[mun]s|µs|μs|m|mins?|minutes?|h|hrs?|hours?|d|days?"
    r"|[kKMGTP]?i?[Bb]|[kKMGT]?bytes?"
    r"|[kMG]?Hz|[mk]?W|watts?|°?C|(?:\w{1,30}\s?)?/\s?(?:s|secs?|seconds?|steps?|its?|iter|batch|epoch|min|h|hour|token))"
    r"(?![\w/@.-])(?!\s{0,3}[:=]))",
)
# The same where words are apart.
UNITS: Final = frozenset(
    "s sec secs second seconds ms us ns µs μs m min mins minute minutes h hr hrs hour hours d day days B KB MB GB TB "
    "KiB MiB GiB TiB bytes Hz kHz MHz GHz W kW it/s its/s s/it s/step ms/step samples/s images/s img/s imgs/s tok/s "
    "tokens/s samples/sec images/sec img/sec tokens/sec examples/s examples/sec".split()
)
_COUNTS_THINGS: Final = re.compile(r"[ \t]{1,2}[a-z]{2,40}\b(?![@/.-])(?!\s{0,3}[:=])")
_FRACTION: Final = re.compile(r"[ \t]{0,3}/[ \t]{0,3}[\d?]")
_SEVERAL: Final = re.compile(r",[ \t]?[-+.]?\d")
_ENDS: Final = frozenset(" \t,;|)]}│┃*(±!")


class Value(NamedTuple):
    """A value found: its text without a percent sign, whether it had one, and whether a word follows (`3 passed`)."""

    text: str
    percent: bool
    counts_things: bool


def value_at(text: str, start: int, end: int) -> Value | None:
    """The value whose number stands there, or None when what follows says that it is something else."""
    if end - start > LONGEST:
        return None
    number = text[start:end]
    if end == len(text):
        return Value(number, False, False)
    percent = text.startswith(("%", " %"), end)
    if percent:
        end += 1 if text[end] == "%" else 2
    if end < len(text) and not _is_end(text, end):
        return None
    return Value(number, percent, _COUNTS_THINGS.match(text, end) is not None)


def _is_end(text: str, end: int) -> bool:
    follows = text[end]
    if follows == ".":
        return end + 1 == len(text) or text[end + 1] in " \t"
    if follows == ":":  # the end of a progress bar's description
        return text.startswith(" ", end + 1)
    if follows not in _ENDS:
        return False
    if follows == ",":
        return _SEVERAL.match(text, end) is None or text[end + 1] in " \t"
    return not _UNIT.match(text, end) and not _FRACTION.match(text, end)


def is_written_whole(text: str) -> bool:
    """Whether the number is written without a point or an exponent, as counts and settings are."""
    return text.lstrip("+-").isdigit()
