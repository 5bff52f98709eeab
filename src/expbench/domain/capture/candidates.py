r"""Which lines of a block may hold a metric, decided on bytes at a fraction of the cost of reading them.

What must stay true: no line that `reading` takes a metric from is left out, and the time is linear.
"""

import re
from typing import Final

# Begins with a set of bytes, and not with a choice: so the search is five times faster.
_VALUE: Final = re.compile(
    rb"[:=|\x82\x83](?<!:\d\d[:=])(?:[ \t]{1,60}+|\x1b\[[\d;]{0,20}+m){0,4}+[\"'(]{0,2}+"
    rb"(?:[-+]?(?:(?!\d{1,2}:)[\d.]|[nN][aA][nN]|[iI][nN][fF])|(?:np|numpy|jnp|tensor|Array)[.(])"
)
# A name as `keys` takes it, of a few words, in front of a space and a number.
_NAME: Final = rb"(?:[A-Za-z_\x80-\xff][^\s:=]{0,60}+[ \t]{1,60}+){1,5}?"
# A line of nothing but words and numbers: ` * Acc@1 76.1 Acc@5 92.8`, `- val loss 0.31`.
_WORDS: Final = re.compile(
    rb"\n(?:\x1b\[[\d;]{0,20}+m)?[ \t*>#.)-]{0,60}+" + _NAME + rb"[-+]?"
    rb"(?:[\d.]{1,30}+|[nN][aA][nN]|[iI][nN][fF])[^\s]{0,10}+[ \t]{0,60}+"
    rb"(?:[\r\n\x1b]|\Z|" + _NAME + rb"[-+\dni.])",
)
_COUNTERS: Final = {
    word: re.compile(word + rb"(?:ation)?(?:\(\w{1,20}\))?[ \t:=#\[(]{1,30}\d")
    for word in (b"epoch", b"step", b"iter", b"episode", b"round", b"update", b"batch")
}
_NEWLINE: Final = 10


def telling_lines(block: bytes) -> list[bytes]:
    """The raw lines, of a block without its last newline, that may hold a metric, in their order."""
    starts = _line_starts(_VALUE, block)
    starts |= _line_starts(_WORDS, b"\n" + block)  # a match begins at the newline, so its place is that of the line
    lowered = block.lower()
    for word, counter in _COUNTERS.items():
        if word in lowered:
            starts |= _line_starts(counter, lowered)
    return [block[start : _line_end(block, start)] for start in sorted(starts)]


def _line_starts(pattern: re.Pattern[bytes], block: bytes) -> set[int]:
    """Where the lines begin in which the pattern is found; each line is looked at once."""
    starts: set[int] = set()
    found = pattern.search(block)
    while found:
        place = found.start()
        at_newline = block[place] == _NEWLINE
        starts.add(place if at_newline else block.rfind(b"\n", 0, place) + 1)
        found = pattern.search(block, _line_end(block, place + at_newline))
    return starts


def _line_end(block: bytes, place: int) -> int:
    end = block.find(b"\n", place)
    return len(block) if end == -1 else end
