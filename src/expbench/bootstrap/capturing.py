"""Metrics in what a command prints: read as it comes, logged as series of the source `stdout`.

Nothing is built before the command prints; nothing that goes wrong here reaches the command or its output.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from expbench.bootstrap.keys import tell_long_key
from expbench.bootstrap.workplace import Workplace
from expbench.ports import Tap
from expbench.services.recording import Recording

if TYPE_CHECKING:
    from expbench.adapters.series.writer import SeriesWriter
    from expbench.domain.capture.capture import LineCapture, Point


@contextmanager
def output_metrics(place: Workplace, recording: Recording) -> Iterator[Tap]:
    """What is to be told of each piece of output; at the end last lines count and all is brought to the disk."""
    reader = _Reader(place, recording)
    try:
        yield lambda output, piece: recording.attempt(_TROUBLE, lambda: reader.read(output, piece), None)
    finally:
        recording.attempt(_TROUBLE, reader.finish, None)


_TROUBLE = "metrics in the output are not recorded"


class _Reader:
    """Built with the first piece of output."""

    def __init__(self, place: Workplace, recording: Recording) -> None:
        self._place = place
        self._recording = recording
        self._capture: LineCapture | None = None
        self._writer: SeriesWriter | None = None
        self._keys: set[str] = set()

    def read(self, output: int, piece: bytes) -> None:
        """Log the metrics in the lines that this piece ends."""
        if self._capture is None:
            self._begin()
        assert self._capture is not None
        self._log(self._capture.feed(piece, output))

    def finish(self) -> None:
        """Log what stands in last lines."""
        if self._capture is None or self._writer is None:
            return
        self._log(self._capture.finish())
        for text in self._capture.warnings:
            self._recording.warn(text)
        self._writer.sync()
        self._writer.close()

    def _begin(self) -> None:
        from expbench.adapters.series.writer import SeriesWriter
        from expbench.domain.capture.capture import LineCapture

        self._capture = LineCapture(self._place.capture)
        self._writer = SeriesWriter(f"{self._recording.run_dir}/metrics", "stdout")

    def _log(self, points: "list[Point]") -> None:
        assert self._writer is not None
        for key, value, step in points:
            self._writer.append(key, value, step)
            if key not in self._keys:
                self._keys.add(key)
                tell_long_key(self._place, self._recording.run_id, key)
