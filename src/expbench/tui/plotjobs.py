"""What the plot screen has done in its thread: pictures, tables and values out of frozen orders, as messages."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple

from textual.message import Message

from expbench.bootstrap.series import LiveSource, series_of
from expbench.bootstrap.workplace import Workplace
from expbench.domain.document import RunDocument
from expbench.domain.reducing import Point
from expbench.errors import ExpError
from expbench.render.params import direction_text, more_text, params_csv, params_text
from expbench.render.points import csv_pieces, csv_start
from expbench.render.scatter import pairs_csv
from expbench.services.plotting import Chosen, Series, has, points_in_view
from expbench.services.redrawing import Canvas, State
from expbench.services.relating import Pairs, against, by_params, chosen_runs
from expbench.tui.drawing import Drawn, Order, draw_curves, draw_scatter, drawing_of
from expbench.tui.state import Snapshot
from expbench.tui.views.lines import Line
from expbench.tui.views.painted import lines_of

MOST_RELATED: Final = 10_000  # the newest runs that the scatter and the table are made of
MOST_LINES: Final = 2_000


class Sight(NamedTuple):
    """What a picture was made of: an equal one needs no other picture."""

    order: Order
    states: Sequence[State | None]


class Painted(Message):
    """A picture of curves."""

    def __init__(self, sight: Sight, drawn: Drawn) -> None:
        super().__init__()
        self.sight, self.drawn = sight, drawn


class Related(Message):
    """A metric against a param, or a table of all params; `trouble` says why there is neither."""

    def __init__(
        self,
        order: Order,
        *,
        drawn: Drawn | None = None,
        pairs: Pairs | None = None,
        lines: Sequence[Line] = (),
        trouble: ExpError | None = None,
    ) -> None:
        super().__init__()
        self.order, self.drawn, self.pairs, self.lines, self.trouble = order, drawn, pairs, lines, trouble


class Values(Message):
    """The points nearest to the cursor, one a run of the order; None where a run has none."""

    def __init__(self, x: float, points: Sequence[Point | None]) -> None:
        super().__init__()
        self.x, self.points = x, points


class Written(Message):
    """A file was written with so many lines; or, with a trouble, it was not."""

    def __init__(self, path: str, lines: int = 0, trouble: ExpError | None = None) -> None:
        super().__init__()
        self.path, self.lines, self.trouble = path, lines, trouble


class Studio:
    """The series of the shown runs, digested, and how the screen's jobs are done with them."""

    def __init__(self, place: Workplace, now: Callable[[], str]) -> None:
        self._place = place
        self._now = now
        self._live = LiveSource(place)
        self._canvas = Canvas(self._live.source())

    def paint(self, order: Order, live: Collection[str], before: Sight | None) -> Painted | None:
        """The curves, or None where they are as they were. Folders of live runs are looked through again."""
        self._live.look_again(live)
        sight = Sight(order, self._states(order))
        return None if sight == before else Painted(sight, draw_curves(order, self._canvas))

    def metrics(self, runs: Sequence[RunDocument]) -> list[str]:
        """The metrics of the runs that have a file but no summary yet."""
        try:
            return list(dict.fromkeys(key for run in runs for key in self._live.keys(run["id"])))
        except ExpError:
            return []  # the picture says which series can't be read

    def values(self, order: Order, x: float) -> Values:
        """What the runs have at x, of the metric that has the focus."""
        looking = order.looking
        chosen = [Chosen(run, looking.metric or "") for run in order.runs]
        try:
            return Values(x, self._canvas.values(chosen, drawing_of(order, order.width), x))
        except ExpError:
            return Values(x, [None for _ in chosen])  # the picture says why

    def relate(self, order: Order, snapshot: Snapshot, point: int | None) -> Related:
        """The scatter, or the table of params: of the order's runs, else of those that the filter lets through."""
        looking = order.looking
        try:
            documents = self._related(order, snapshot)
            if looking.tab == "params":
                return Related(order, lines=self._table(order, documents))
            pairs = against(documents, looking.metric or "", looking.param or "")
            pairs = pairs._replace(points=sorted(pairs.points, key=_by_x))
            return Related(order, drawn=draw_scatter(order, pairs, point), pairs=pairs)
        except ExpError as error:
            return Related(order, trouble=error)

    def write(self, order: Order, snapshot: Snapshot, path: str) -> Written:
        """Write what the order shows as CSV, as `exp plot --csv` prints it."""
        try:
            return Written(path, write_lines(path, self._place.start_dir, self._csv(order, snapshot)))
        except ExpError as error:
            return Written(path, trouble=error)

    def _csv(self, order: Order, snapshot: Snapshot) -> Iterator[str]:
        looking = order.looking
        metric = looking.metric or ""
        if looking.tab == "curves":
            yield from curves_csv(series_of(self._place), order)
        elif looking.tab == "scatter":
            yield pairs_csv(against(self._related(order, snapshot), metric, looking.param or ""))
        else:
            yield params_csv(by_params(self._related(order, snapshot), metric, self._place.better))

    def _related(self, order: Order, snapshot: Snapshot) -> list[RunDocument]:
        """The order's runs, else those that the list's filter lets through, else all; of these the newest."""
        if order.runs:
            return list(order.runs)
        if order.filter_text:
            now = datetime.fromisoformat(self._now())
            place = self._place
            found = chosen_runs(place.store, (), order.filter_text, now, place.better, place.stage_runs)
            return found[:MOST_RELATED]
        documents = (snapshot.document(run_id) for run_id in snapshot.ids[:MOST_RELATED])
        return [document for document in documents if document is not None]

    def _states(self, order: Order) -> list[State | None]:
        try:
            return self._canvas.states([Chosen(run, key) for key in order.looking.metrics for run in order.runs])
        except ExpError:
            return []

    def _table(self, order: Order, documents: Sequence[RunDocument]) -> list[Line]:
        found = by_params(documents, order.looking.metric or "", self._place.better)
        style = order.style._replace(width=order.width)
        text = params_text(found, self._place.store.ids(), style, MOST_LINES)
        return lines_of("\n".join([direction_text(found, style), "", text, "", *more_text(found, MOST_LINES)]))


def _by_x(pair: tuple[object, object, float]) -> tuple[bool, float, str]:
    """Numbers in their order, then words."""
    x = pair[1]
    number = isinstance(x, int | float)
    return not number, x if isinstance(x, int | float) else 0.0, str(x)


def curves_csv(series: Series, order: Order) -> Iterator[str]:
    """The points of the curves in the view; of one chart where it is alone."""
    looking = order.looking
    yield "run,metric,step,time,value"
    for key in [looking.metric or ""] if looking.alone else looking.metrics:
        for run in order.runs:
            if has(series, run, key):
                points = points_in_view(series, Chosen(run, key), drawing_of(order, order.width))
                yield from csv_pieces(points, csv_start(run["id"], key))


def write_lines(path: str, folder: str, pieces: Iterable[str]) -> int:
    """Write pieces of whole lines to a new file, and give their number. Raises `ExpError`; then there is no file."""
    lines, file_name = 0, os.path.join(folder, path)
    try:
        with open(file_name, "x", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            for piece in pieces:
                file.write(piece + "\n")
                lines += piece.count("\n") + 1
    except FileExistsError as error:
        raise ExpError(f"{path} is there already", "nothing is ever overwritten", "w, and another name") from error
    except (OSError, ValueError) as error:  # a ValueError is of a name that no file can have
        _unlink(file_name)
        why = error.strerror if isinstance(error, OSError) else None
        raise ExpError(f"{path} can't be written", why or str(error), "w, and another name") from error
    except ExpError:
        _unlink(file_name)
        raise
    return lines


def _unlink(path: str) -> None:
    with suppress(OSError, ValueError):
        os.unlink(path)
