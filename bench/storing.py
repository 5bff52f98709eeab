"""What one more run costs when the store is empty, and when it holds 100,000."""

from collections.abc import Iterator

from bench.bench import Bench
from bench.measure import compare
from bench.report import Row, ratio_row


def rows(bench: Bench) -> Iterator[Row]:
    """CPU and bytes read by a recorded no-op. (Bytes are counted where the kernel counts them.)"""
    empty, full = bench.synthetic(1), bench.synthetic(100_000)
    jobs = {"empty": bench.exp("run", "--", "true", cwd=empty), "full": bench.exp("run", "--", "true", cwd=full)}
    found = compare(jobs, bench.repeats)
    what, beside = "exp run -- true, store of 100,000 runs", "a store of a few runs"
    yield ratio_row(what, beside, found["full"].cpu_s * 1e3, found["empty"].cpu_s * 1e3, at_most=1.3)
    read = [found[name].read_bytes / 1e6 for name in ("full", "empty")]
    if all(read):
        yield ratio_row("bytes that it reads", beside, *read, at_most=1.3, unit="MB")
