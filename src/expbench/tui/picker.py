"""Makes the rows of the list: at once for few runs, beside the screen for many and where git is asked for stages,
never two at a time.

A wish that comes meanwhile is made next; wishes in between are passed over.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from expbench.domain.ids import prefix_length
from expbench.tui.stages import Stages
from expbench.tui.state import Snapshot
from expbench.tui.views.facets import Facet, facets
from expbench.tui.views.picking import Group, Picked, Wish, pick

if TYPE_CHECKING:
    from expbench.tui.app import ExpApp

AT_ONCE: Final = 2_000


class Rows(NamedTuple):
    """What was made, of which snapshot; facets only where they were asked for."""

    snapshot: Snapshot
    picked: Picked
    id_length: int
    facets: Sequence[Facet]


class Asked(NamedTuple):
    """What to make."""

    snapshot: Snapshot
    wish: Wish
    metrics: Sequence[str]
    with_facets: bool


class Picker:
    """`tell` is called with rows, in the app's own thread."""

    def __init__(self, app: "ExpApp", now: Callable[[], str], tell: Callable[[Rows], None], stages: Stages) -> None:
        self._app = app
        self._stages = stages
        self._now = now
        self._tell = tell
        self._going = False
        self._next: Asked | None = None
        self._lengths: tuple[Sequence[str], int] = ((), 4)

    def ask(self, asked: Asked) -> None:
        """Make these rows, now or as soon as what is being made is done."""
        if self._going:
            self._next = asked
        elif len(asked.snapshot.ids) <= AT_ONCE and not self._asks_git(asked.wish):
            self._tell(self._made(asked))
        else:
            self._begin(asked)

    def _asks_git(self, wish: Wish) -> bool:
        return "stage" in wish.filter and not self._stages.is_fresh

    def _begin(self, asked: Asked) -> None:
        self._going = True
        self._app.run_worker(lambda: self._work(asked), thread=True, group="picker")

    def _work(self, asked: Asked) -> None:
        self._app.soon(self._done, self._made(asked))

    def _done(self, rows: Rows) -> None:
        self._going = False
        following, self._next = self._next, None
        self._tell(rows)
        if following is not None:
            self.ask(following)

    def _made(self, asked: Asked) -> Rows:
        snapshot = asked.snapshot
        picked = pick(snapshot, asked.wish, datetime.fromisoformat(self._now()), asked.metrics, self._stages.runs)
        if self._lengths[0] is not snapshot.ids:
            self._lengths = (snapshot.ids, prefix_length(snapshot.ids))
        found = facets(snapshot, _places(snapshot, picked)) if asked.with_facets and snapshot.complete else []
        return Rows(snapshot, picked, self._lengths[1], found)


def _places(snapshot: Snapshot, picked: Picked) -> list[int]:
    if not picked.wish.group:
        return snapshot.catalogue.places(item for item in picked.items if isinstance(item, str))
    members = (run_id for item in picked.items if isinstance(item, Group) for run_id in item.run_ids)
    return snapshot.catalogue.places(members)
