"""What each key of the plot screen does."""

from collections.abc import Callable, Sequence

from expbench.domain.document import RunDocument
from expbench.domain.reducing import Extent
from expbench.render.printable import clip
from expbench.services.relating import Pairs
from expbench.tui.drawing import Drawn
from expbench.tui.painter import Painter
from expbench.tui.plotjobs import Sight, Studio, Values
from expbench.tui.screens.chooser import Chooser
from expbench.tui.screens.frame import FrameScreen
from expbench.tui.views import plotting as view
from expbench.tui.views.plotting import Looking
from expbench.tui.widgets.linesview import LinesView

_CELLS = 10  # that the cursor moves by at once
_LONGEST = 100  # cells of a file's name


class PlotKeys(FrameScreen):
    """The state of the screen, and how keys change it: `look_anew` draws it, `show_cursor` what lies over it."""

    studio: Studio
    painter: Painter
    reader: Painter

    def __init__(self) -> None:
        super().__init__()
        self.looking = Looking()
        self.runs: list[RunDocument] = []
        self.drawn: Drawn | None = None
        self.sight: Sight | None = None
        self.values: Values | None = None
        self.pairs: Pairs | None = None
        self.point: int | None = None

    def look_anew(self) -> None:
        """Draw what is looked at."""
        raise NotImplementedError

    def show_cursor(self) -> None:
        """Draw the cursor."""
        raise NotImplementedError

    def look(self, looking: Looking) -> None:
        """Look at something else."""
        if looking != self.looking:
            self.looking = looking
            self.look_anew()

    @property
    def table(self) -> LinesView:
        """The table of params."""
        return self.query_one("#params", LinesView)

    def act_zoom_in(self) -> None:
        """Less of x; in the table a line up."""
        if self.looking.tab == "params":
            self.table.move(-1)
        else:
            self.look(view.zoomed(self.looking, self._whole, closer=True))

    def act_zoom_out(self) -> None:
        """More of x; in the table a line down."""
        if self.looking.tab == "params":
            self.table.move(1)
        else:
            self.look(view.zoomed(self.looking, self._whole, closer=False))

    def act_pan_left(self) -> None:
        """To smaller x: the view, the cursor, or the chosen run of the scatter."""
        self._move(-1)

    def act_pan_right(self) -> None:
        """To larger x."""
        self._move(1)

    def act_page_up(self) -> None:
        """Farther to smaller x; in the table a page up."""
        if self.looking.tab == "params":
            self.table.move(-self.table.page)
        else:
            self._move(-_CELLS if self.looking.cursor is not None else -4)

    def act_page_down(self) -> None:
        """Farther to larger x; in the table a page down."""
        if self.looking.tab == "params":
            self.table.move(self.table.page)
        else:
            self._move(_CELLS if self.looking.cursor is not None else 4)

    def act_top(self) -> None:
        """To the beginning."""
        self._go(last=False)

    def act_bottom(self) -> None:
        """To the end."""
        self._go(last=True)

    def act_next_pane(self) -> None:
        """The next chart."""
        self.look(view.focused(self.looking, 1))

    def act_previous_pane(self) -> None:
        """The chart before."""
        self.look(view.focused(self.looking, -1))

    def act_zoom(self) -> None:
        """One chart alone, or all again."""
        self.look(self.looking._replace(alone=not self.looking.alone))

    def act_next_tab(self) -> None:
        """To the right: curves, scatter, params."""
        self._to_tab(1)

    def act_previous_tab(self) -> None:
        """To the left."""
        self._to_tab(-1)

    def act_log(self) -> None:
        """A logarithmic y, or a plain one."""
        self.look(self.looking._replace(log_y=not self.looking.log_y))

    def act_smoother(self) -> None:
        """A stronger moving average."""
        self.look(view.smoother(self.looking, 1))

    def act_rougher(self) -> None:
        """A weaker moving average."""
        self.look(view.smoother(self.looking, -1))

    def act_unsmoothed(self) -> None:
        """The points as they are."""
        self.look(self.looking._replace(smooth=0.0))

    def act_outliers(self) -> None:
        """Leave far outliers out of the picture, or show all."""
        self.look(self.looking._replace(clip=not self.looking.clip))

    def act_follow(self) -> None:
        """Follow live runs, or hold still."""
        self.looking = self.looking._replace(follow=not self.looking.follow)
        self.look_anew()
        self.bottom.say("follows live runs" if self.looking.follow else "holds still", "dim")

    def act_cursor(self) -> None:
        """A cursor with the values of all runs, or none; on the scatter it goes from run to run."""
        if self.looking.tab == "scatter":
            self.point = None if self.point is not None else 0
            self.look_anew()
        elif self.looking.tab == "curves":
            self.looking = view.with_cursor(self.looking, self.drawn.view if self.drawn else None)
            self.values = None
            self.show_cursor()

    def act_clear(self) -> None:
        """Without cursor; then all of x."""
        super().act_clear()
        if self.looking.cursor is not None or self.point is not None:
            self.point = None
            self.looking = self.looking._replace(cursor=None)
            self.look_anew()
            self.show_cursor()
        else:
            self.look(self.looking._replace(view=None))

    def act_metric(self) -> None:
        """Choose metrics: one a chart; in the other tabs one."""
        known = list(dict.fromkeys([*view.metric_names(self.runs), *self.studio.metrics(self.runs)]))
        many = self.looking.tab == "curves"
        taken = [key for key in self.looking.metrics if key in known] if many else [self.looking.metric or ""]
        self._choose("metrics, one a chart" if many else "metric", known, taken, self._take_metrics, many=many)

    def act_axis(self) -> None:
        """Steps or times from left to right; on the scatter the param."""
        if self.looking.tab == "curves":
            self.look(view.on_axis(self.looking))
        elif self.looking.tab == "scatter":
            self._choose("param", self._params(), [self.looking.param or ""], self._take_param, many=False)

    def act_write(self) -> None:
        """Write what is drawn as CSV."""
        if self.looking.metric is not None:
            name = clip(self.looking.metric.replace("/", "-"), _LONGEST, "")
            self.bottom.prompt("write CSV to", f"{name}.csv", self.write)

    def write(self, path: str) -> None:
        """Write the CSV file."""
        raise NotImplementedError

    @property
    def _whole(self) -> Extent | None:
        return self.drawn.whole if self.drawn else None

    def _move(self, by: int) -> None:
        if self.looking.tab == "scatter" and self.point is not None and self.pairs is not None:
            self.point = min(max(self.point + by, 0), len(self.pairs.points) - 1)
            self.look_anew()
        elif self.looking.cursor is not None and self.drawn is not None:
            frame = next((box.frame for box in self.drawn.boxes if box.frame), None)
            cells = frame.right - frame.left if frame else 1
            self.looking = view.moved(self.looking, self.drawn.view, cells, by)
            self.show_cursor()
        else:
            self.look(view.panned(self.looking, self._whole, by))

    def _go(self, *, last: bool) -> None:
        if self.looking.tab == "params":
            self.table.go(len(self.table.lines) - 1 if last else 0)
            return
        looking = view.to_end(self.looking, self._whole, last=last)
        if looking.cursor != self.looking.cursor:
            self.looking = looking
            self.show_cursor()
        else:
            self.look(looking)

    def _to_tab(self, by: int) -> None:
        self.point = None
        looking = view.on_tab(self.looking, by)
        if looking.tab == "scatter" and looking.param is None:
            looking = looking._replace(param=next(iter(self._params()), None))
        self.sight = None
        self.look(looking)

    def _params(self) -> list[str]:
        """The params of the runs that the scatter shows, those that tell them apart first."""
        snapshot = self.snapshot
        found = (snapshot.document(run_id) for run_id in snapshot.ids[:200])
        runs = self.runs if len(self.runs) > 1 else [run for run in found if run is not None]
        return view.param_names(runs)

    def _choose(
        self,
        title: str,
        names: Sequence[str],
        taken: Sequence[str],
        then: Callable[[Sequence[str]], None],
        *,
        many: bool,
    ) -> None:
        self.app.push_screen(Chooser(title, names, taken, then, many=many))

    def _take_metrics(self, names: Sequence[str]) -> None:
        if names:
            self.choices.metric = names[0]
            self.look(view.with_metrics(self.looking, names))

    def _take_param(self, names: Sequence[str]) -> None:
        if names:
            self.point = None
            self.look(self.looking._replace(param=names[0]))
