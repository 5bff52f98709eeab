"""What keys do in a list of runs: mark, pin a baseline. The screen says which list, and draws it."""

from collections.abc import Iterable, Sequence

from expbench.tui.screens.moving import Moves
from expbench.tui.views.picking import Group, Item
from expbench.tui.widgets.linesview import LinesView


class ListActs(Moves):
    """A screen with a list of runs and groups."""

    range_start: str | None = None  # where a range of marks begins

    @property
    def view(self) -> LinesView:
        """The list."""
        raise NotImplementedError

    @property
    def items(self) -> Sequence[Item]:
        """The rows of the list."""
        raise NotImplementedError

    def draw(self, cursor: int | None = None) -> None:
        """Draw the list anew."""
        raise NotImplementedError

    def under_cursor(self) -> Item | None:
        """The row under the cursor."""
        place = self.view.cursor
        return self.items[place] if place < len(self.items) else None

    def act_mark(self) -> None:
        """Mark or unmark the row under the cursor, and go on."""
        item = self.under_cursor()
        if item is None:
            return
        run_ids = run_ids_of([item])
        if all(run_id in self.choices.marks for run_id in run_ids):
            self._unmark(run_ids)
        else:
            self._mark(run_ids)
        self.range_start = run_ids[0]
        self.draw()
        self.view.move(1)

    def act_mark_range(self) -> None:
        """Mark from the last mark to the cursor; without one, begin here."""
        items = self.items
        start = next((number for number, item in enumerate(items) if item == self.range_start), None)
        place = self.view.cursor
        first, last = sorted((place if start is None else start, place))
        self._mark(run_ids_of(items[first : last + 1]))
        item = self.under_cursor()
        self.range_start = item if isinstance(item, str) else self.range_start
        self.draw()

    def act_mark_all(self) -> None:
        """Mark everything in the list."""
        self._mark(run_ids_of(self.items))
        self.draw()

    def act_mark_others(self) -> None:
        """Mark what is in the list and wasn't marked, instead of what was."""
        marked = dict(self.choices.marks)
        self.choices.marks.clear()
        self._mark(run_id for run_id in run_ids_of(self.items) if run_id not in marked)
        self.draw()

    def act_unmark(self) -> None:
        """No marks."""
        self.choices.marks.clear()
        self.draw()

    def act_pin(self) -> None:
        """Pin the run under the cursor as the baseline; the same again: none."""
        item = self.under_cursor()
        if isinstance(item, str):
            self.choices.baseline = None if item == self.choices.baseline else item
            self.draw()

    def _mark(self, run_ids: Iterable[str]) -> None:
        self.choices.marks.update(dict.fromkeys(run_ids))

    def _unmark(self, run_ids: Iterable[str]) -> None:
        for run_id in run_ids:
            self.choices.marks.pop(run_id, None)


def run_ids_of(items: Iterable[Item]) -> list[str]:
    """The runs of these rows; those of an unfolded group stand behind it, and count once."""
    found: dict[str, None] = {}
    for item in items:
        found.update(dict.fromkeys(item.run_ids if isinstance(item, Group) else [item]))
    return list(found)
