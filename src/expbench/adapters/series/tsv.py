"""The series of a run as DVCLive writes them, so that `dvc plots` and editors draw them.

One file a series, `plots/metrics/KEY.tsv` with the key's slashes as folders, its header `step` and the key's last
part. What must stay true: whatever a key holds, its file stays inside; a reader sees all old files or all new ones;
above 10,000 points a series is thinned so that every peak stays.
"""

import os
from array import array
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final

from expbench.adapters.series.reader import SeriesFile
from expbench.domain.series import RECORD, Points, decode_points

MOST_POINTS: Final = 10_000
_BUCKETS: Final = MOST_POINTS // 2 - 1
_READ_AT_ONCE: Final = 40_000  # points
_LONGEST_PART: Final = 200  # bytes
_LONGEST_KEY: Final = 500  # characters
_MOST_DEEP: Final = 16
_FOLDER: Final = ".metrics."


def write_tsv(run_dir: str, found: Iterable[SeriesFile]) -> int:
    """Write the TSV files of these series and give their count. Raises `OSError`."""
    plots = os.path.join(run_dir, "plots")
    _make_folder(plots)
    for name in os.listdir(plots):
        if name.startswith(_FOLDER):  # left behind by a process that was killed
            _remove(os.path.join(plots, name))
    fresh = os.path.join(plots, f"{_FOLDER}{os.getpid()}.{os.urandom(4).hex()}")
    os.mkdir(fresh, mode=0o700)
    try:
        count = _write_all(fresh, found)
        target = os.path.join(plots, "metrics")
        if os.path.lexists(target):
            os.rename(target, os.path.join(plots, f"{_FOLDER}old"))
        os.rename(fresh, target)
    except OSError:
        _remove(fresh)
        raise
    _remove(os.path.join(plots, f"{_FOLDER}old"))
    return count


def _write_all(folder: str, found: Iterable[SeriesFile]) -> int:
    taken: set[str] = set()
    for series in found:
        parts = _parts(series.key)
        if os.path.join(*parts).casefold() in taken:
            parts[-1] = f"{parts[-1]}~{_digest(series.key)}"
        taken.add(os.path.join(*parts).casefold())
        path = os.path.join(folder, *parts) + ".tsv"
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        _write_series(path, series)
    return len(taken)


def _write_series(path: str, series: SeriesFile) -> None:
    name = series.key.rsplit("/", 1)[-1]
    with open(path, "x", encoding="utf-8", errors="backslashreplace", newline="") as file:
        file.write(f"step\t{_cell('value' if name in {'', 'step'} else name)}\n")
        for points in thinned(series):
            rows = zip(points.steps, points.values, strict=True)
            file.write("".join([f"{step}\t{value!r}\n" for step, value in rows]))


def thinned(series: SeriesFile) -> Iterator[Points]:
    """At most 10,000 points in their order: the first, the last, and of each stretch between its least and largest.

    Reads in pieces of bounded memory.
    """
    count = series.size // RECORD.size
    if count <= MOST_POINTS:
        stretch, pieces = 0, [(0, count)]
    else:
        stretch = -(-(count - 2) // _BUCKETS)
        piece = stretch * max(1, _READ_AT_ONCE // stretch)
        inner = [(start, min(start + piece, count - 1)) for start in range(1, count - 1, piece)]
        pieces = [(0, 1), *inner, (count - 1, count)]
    with open(series.path, "rb") as file:
        for start, end in pieces:
            file.seek(start * RECORD.size)
            points = decode_points(file.read((end - start) * RECORD.size))
            yield _extremes(points, stretch) if stretch and end - start > 1 else points


def _extremes(points: Points, stretch: int) -> Points:
    kept: list[int] = []
    for start in range(0, len(points.values), stretch):
        values = points.values[start : start + stretch]
        low, high = min(values), max(values)
        if low != low or high != high:  # a NaN in the first place hides all others
            numbers = [value for value in values if value == value]
            if not numbers:
                kept.append(start)
                continue
            low, high = min(numbers), max(numbers)
        kept += sorted({start + values.index(low), start + values.index(high)})
    return Points(
        array("q", [points.steps[place] for place in kept]),
        array("d", [points.times[place] for place in kept]),
        array("d", [points.values[place] for place in kept]),
    )


def _parts(key: str) -> list[str]:
    """The folders and the file name, without its suffix, of a key; each a harmless name."""
    *folders, name = key.split("/")
    if len(key) > _LONGEST_KEY or len(folders) > _MOST_DEEP:
        return [f"{_harmless(name[:_LONGEST_PART])}~{_digest(key)}"]
    return [*(_harmless(f"{part}_" if part.lower().endswith(".tsv") else part) for part in folders), _harmless(name)]


def _harmless(part: str) -> str:
    text = "".join(sign if sign.isprintable() and sign != "\\" else "_" for sign in part)
    if text.strip(".") == "":
        return f"_{text}"
    if len(text.encode()) > _LONGEST_PART:
        text = text.encode()[: _LONGEST_PART - 20].decode("utf-8", "ignore")
        return f"{text}~{_digest(part)}"
    return text


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _cell(text: str) -> str:
    """A cell as the csv module writes it, on one line."""
    text = " ".join(text.split("\n")).replace("\r", " ").replace("\0", "_")
    return '"' + text.replace('"', '""') + '"' if '"' in text or "\t" in text else text


def _make_folder(path: str) -> None:
    if os.path.islink(path):
        os.unlink(path)  # what the program put there could lead anywhere
    os.makedirs(path, mode=0o700, exist_ok=True)


def _remove(path: str) -> None:
    if os.path.islink(path) or not os.path.isdir(path):
        if os.path.lexists(path):
            os.unlink(path)
    else:
        import shutil  # costs, and is seldom needed

        shutil.rmtree(path)
