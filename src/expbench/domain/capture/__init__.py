"""Metrics out of what a program prints, with no change to the program.

`capture.py` is the entrance: bytes in, points out. `lines.py` makes lines of bytes as a terminal would show them,
`reading.py` reads one line, with `pairs.py` (`loss: 0.31`), `records.py` (JSON and printed dicts), `steps.py`,
`values.py` and `keys.py`; `settings.py` is the section `[capture]` of `exp.toml`.

What must stay true: whatever is printed costs time linear in its length, never raises, and what is doubtful
(a unit, a clock time, a version, a path, an echo of a command) is no metric. A missed metric can be told by a
pattern or logged; a false one is noise in every list.
"""
