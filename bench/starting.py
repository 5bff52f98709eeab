"""How long `exp` takes to say anything at all."""

from collections.abc import Iterator

from bench.bench import FLOOR, Bench
from bench.measure import compare
from bench.report import Row, ratio_row


def rows(bench: Bench) -> Iterator[Row]:
    """`exp --help` against a bare interpreter."""
    found = compare({"floor": bench.floor(), "help": bench.exp("--help", cwd=bench.folder)}, bench.repeats)
    yield ratio_row("exp --help", FLOOR, found["help"].cpu_s * 1e3, found["floor"].cpu_s * 1e3, at_most=9)
