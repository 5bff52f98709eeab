"""Measurements of `exp` against a bare interpreter and against peers, as ratios of one run of the benchmark.

Outside the package, with the standard library alone. It never fails a build: it prints what it found beside
the target. A part is a module with `rows(bench) -> Iterator[Row]`; `run.py` holds the list of parts.
"""
