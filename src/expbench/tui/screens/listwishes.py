"""What keys wish of the list of runs: filter, text, order, groups, columns. The screen makes the rows for it."""

from collections.abc import Sequence
from typing import Final

from expbench.tui.memory import with_filter
from expbench.tui.screens.chooser import Chooser
from expbench.tui.screens.listacts import ListActs
from expbench.tui.views.choosing import names
from expbench.tui.views.picking import GROUPINGS, Wish
from expbench.tui.views.runs import Layout
from expbench.tui.widgets.filterbar import FilterBar

NEWEST: Final = "newest first"
UNGROUPED: Final = "no groups"


class ListWishes(ListActs):
    """A list whose rows and columns are chosen by keys."""

    def __init__(self) -> None:
        super().__init__()
        self.wish = Wish()
        self.shown: Layout | None = None
        self.first_column = 0

    @property
    def bar(self) -> FilterBar:
        """Where filters are typed."""
        return self.query_one(FilterBar)

    def pick(self) -> None:
        """Make the rows for the wish."""
        raise NotImplementedError

    def on_filter_bar_typed(self, event: FilterBar.Typed) -> None:
        """A filter or a text so far."""
        self._wish_for(event)

    def on_filter_bar_kept(self, event: FilterBar.Kept) -> None:
        """A filter or a text to keep."""
        app = self.dashboard
        if event.kind == "filter":
            app.keep_in_mind(with_filter(app.memory, event.text))
        self.set_focus(self.view)
        self._wish_for(event)

    def on_filter_bar_dropped(self, event: FilterBar.Dropped) -> None:
        """Back to what there was before."""
        self.set_focus(self.view)
        self._wish_for(event)

    def act_filter(self) -> None:
        """Type a filter."""
        self.bar.open("filter", self.wish.filter, self.dashboard.memory.filters)
        stages = self.dashboard.stages
        if not stages.is_fresh:
            self.run_worker(stages.read, thread=True, group="stages")

    def act_text(self) -> None:
        """Type a text."""
        self.bar.open("text", self.wish.text, ())

    def act_sort(self) -> None:
        """Choose what to sort by."""
        offered = [NEWEST, *self._names()]
        taken = [self.wish.sort or NEWEST]
        self.app.push_screen(Chooser("Sort by", offered, taken, self._sort_by))

    def act_reverse(self) -> None:
        """Turn the order round."""
        self.wish = self.wish._replace(reverse=not self.wish.reverse)
        self.pick()

    def act_columns(self) -> None:
        """Choose the columns."""
        taken = self.choices.columns or (self.shown.names if self.shown is not None else ())
        self.app.push_screen(Chooser("Columns", self._names(), taken, self._show_columns, many=True))

    def act_group(self) -> None:
        """Choose what to group by."""
        taken = [self.wish.group or UNGROUPED]
        self.app.push_screen(Chooser("Group by", [UNGROUPED, *GROUPINGS], taken, self._group_by))

    def act_clear(self) -> None:
        """Clear the message, else the text, else the filter, else the groups; never quits."""
        wish = self.wish
        if wish.text:
            self.wish = wish._replace(text="")
        elif wish.filter:
            self.wish = wish._replace(filter="")
        elif wish.group:
            self.wish = wish._replace(group=None)
        self.pick()

    def scroll_columns(self, by: int) -> None:
        """Later columns, or earlier ones, as far as there are any."""
        room = by < 0 or (self.shown is not None and self.shown.hidden > 0)
        if room and self.first_column + by >= 0:
            self.first_column += by
            self.draw()

    def _names(self) -> list[str]:
        catalogue = self.snapshot.catalogue
        shown = self.shown.names if self.shown is not None else ()
        return names(shown, catalogue.keys("metrics"), catalogue.keys("params"))

    def _sort_by(self, taken: Sequence[str]) -> None:
        self.wish = self.wish._replace(sort=None if taken[0] == NEWEST else taken[0], reverse=False)
        self.pick()
        self.view.go(0)

    def _show_columns(self, taken: Sequence[str]) -> None:
        app = self.dashboard
        self.choices.columns, self.first_column = list(taken), 0
        app.keep_in_mind(app.memory._replace(columns=list(taken)))
        self.draw()

    def _group_by(self, taken: Sequence[str]) -> None:
        group = None if taken[0] == UNGROUPED else taken[0]
        self.wish = self.wish._replace(group=group, unfolded=frozenset())
        self.pick()

    def _wish_for(self, event: FilterBar.Typed) -> None:
        self.wish = (
            self.wish._replace(filter=event.text) if event.kind == "filter" else self.wish._replace(text=event.text)
        )
        self.pick()
