"""Differences for the dashboard: compared in a thread, and what git said of two snapshots is asked once.

A snapshot never changes, so neither do the files that differ between two of them.
"""

from collections.abc import Sequence
from typing import Final

from textual.message import Message

from expbench.bootstrap.workplace import Workplace
from expbench.domain.diff import FileChange
from expbench.domain.document import RunDocument
from expbench.domain.lineup import lineup
from expbench.errors import ExpError
from expbench.render.diff import diff_text
from expbench.render.style import Style
from expbench.services.comparing import ALL_AXES, Sources, compare, compare_all
from expbench.tui.views.comparing import Compared

# Characters of a patch that are shown; a pager shows all of it.
MOST_PATCH: Final = 2_000_000


class Facts(Message):
    """Runs were compared; those that are gone are left out. `trouble` says why they could not be."""

    def __init__(self, wanted: Sequence[str], compared: Compared, trouble: ExpError | None = None) -> None:
        super().__init__()
        self.wanted, self.compared, self.trouble = wanted, compared, trouble


class Page(Message):
    """The whole difference of two runs, painted; `is_cut` when the patch is longer."""

    def __init__(self, text: str, *, is_cut: bool = False, trouble: ExpError | None = None) -> None:
        super().__init__()
        self.text, self.is_cut, self.trouble = text, is_cut, trouble


class Differences:
    """Compares runs of a project."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._files: dict[tuple[str, str], list[FileChange]] = {}

    def facts(self, run_ids: Sequence[str]) -> Facts:
        """The runs beside each other."""
        runs, trouble = self._read(run_ids)
        if len(runs) < 2:
            return Facts(run_ids, Compared(runs, []), trouble)
        try:
            return Facts(run_ids, Compared(runs, lineup(runs, compare_all(runs, ALL_AXES, self._sources()))))
        except ExpError as error:
            return Facts(run_ids, Compared(runs, []), error)

    def page(self, a: str, b: str, style: Style, *, everything: bool, whole: bool = False) -> Page:
        """What `exp diff A B --patch` prints; `whole` is not cut however long the patch is."""
        try:
            one, other = self._place.store.read(a), self._place.store.read(b)
            found = compare(one, other, ALL_AXES, self._sources())
            patch = self._patch(one, other) if found["code"]["same"] is False else ""
        except ExpError as error:
            return Page("", trouble=error)
        is_cut = not whole and len(patch) > MOST_PATCH
        shown = patch[:MOST_PATCH].rpartition("\n")[0] if is_cut else patch
        return Page(diff_text(found, one, other, style, everything=everything, patch=shown or None), is_cut=is_cut)

    def _patch(self, one: RunDocument, other: RunDocument) -> str:
        """The patch; empty where a snapshot is gone, which the difference itself says."""
        try:
            return self._place.patch(one, other)
        except ExpError:
            return ""

    def _read(self, run_ids: Sequence[str]) -> tuple[list[RunDocument], ExpError | None]:
        runs: list[RunDocument] = []
        trouble: ExpError | None = None
        for run_id in run_ids:
            try:
                runs.append(self._place.store.read(run_id))
            except ExpError as error:
                trouble = error
        return runs, trouble

    def _sources(self) -> Sources:
        sources = self._place.sources

        def files(a: str, b: str) -> list[FileChange] | None:
            found = self._files.get((a, b))
            if found is None:
                found = sources.changed_files(a, b)
                if found is not None:
                    self._files[a, b] = found
            return found

        return sources._replace(changed_files=files)
