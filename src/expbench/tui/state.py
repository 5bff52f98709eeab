"""What the screens share: the store as it was last read (frozen), and what the user chose (marks, baseline, filter).

A reader in a thread makes a `Snapshot` and hands it over in one message; nothing here is changed by a thread.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from expbench.adapters.store.catalogue import Catalogue
from expbench.domain.alarms import Alarm
from expbench.domain.document import RunDocument
from expbench.ports import DamagedRun

Alarms: TypeAlias = Mapping[str, Sequence[Alarm]]


class Snapshot(NamedTuple):
    """The store at one moment. `ids` are newest first; `document` gives a run without `env.packages`, or None when
    it is gone; `changed` are the runs that are not as in the snapshot before; `complete` is false while only the
    newest runs have been read; `trouble` says why the store can't be read; `catalogue` has columns of all runs;
    `alarms` says what is alarming about live runs.
    """

    serial: int = 0
    ids: Sequence[str] = ()
    document: Callable[[str], RunDocument | None] = lambda _run_id: None
    live: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    damaged: Mapping[str, DamagedRun] = {}
    complete: bool = False
    trouble: str = ""
    catalogue: Catalogue = Catalogue()
    alarms: Mapping[str, Sequence[Alarm]] = {}


class Choices:
    """What the user chose; one for the whole dashboard, changed by the screens."""

    def __init__(self) -> None:
        self.run: str | None = None  # under the cursor of the list
        self.marks: dict[str, None] = {}  # in the order in which they were marked
        self.baseline: str | None = None
        self.metric: str | None = None
        self.filter = ""  # of the list
        self.columns: list[str] = []  # empty: the usual ones

    def chosen(self) -> list[str]:
        """The marked runs, else the one under the cursor."""
        return list(self.marks) or ([self.run] if self.run else [])
