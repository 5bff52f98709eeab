"""Lists of 10,000 and of 100,000 runs, and what a status bar asks for, each by a new process."""

from collections.abc import Iterator

from bench.bench import FLOOR, Bench
from bench.measure import compare
from bench.report import Row, ratio_row

FILTER = "acc > 0.5 and params.model = 'cnn'"


def rows(bench: Bench) -> Iterator[Row]:
    """The newest 20, a filter with a sort, a line and a page on how things stand, against a bare interpreter."""
    small, large = bench.synthetic(10_000), bench.synthetic(100_000)
    jobs = {
        "floor": bench.floor(),
        "ls": bench.exp("ls", cwd=small),
        "filter": bench.exp("ls", FILTER, "--sort", "acc", cwd=small),
        "ls of many": bench.exp("ls", cwd=large),
        "line": bench.exp("status", "--tmux", cwd=large),
        "top": bench.exp("top", "--once", cwd=small),
        "filter of many": bench.exp("ls", FILTER, "--sort", "acc", cwd=large),
    }
    found = {name: usage.cpu_s * 1e3 for name, usage in compare(jobs, bench.repeats).items()}
    yield ratio_row("exp ls, 10,000 runs", FLOOR, found["ls"], found["floor"], at_most=10)
    yield ratio_row("exp ls FILTER --sort, 10,000 runs", FLOOR, found["filter"], found["floor"], at_most=20)
    yield ratio_row("exp ls, 100,000 runs", "exp ls, 10,000 runs", found["ls of many"], found["ls"], at_most=2)
    yield ratio_row(
        "exp ls FILTER --sort, 100,000 runs",
        "the same, 10,000 runs",
        found["filter of many"],
        found["filter"],
        at_most=10,
    )
    yield ratio_row("exp status --tmux, 100,000 runs", FLOOR, found["line"], found["floor"], at_most=6)
    yield ratio_row("exp top --once, 10,000 runs", FLOOR, found["top"], found["floor"], at_most=10)
