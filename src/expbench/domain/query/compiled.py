"""What a filter becomes: a function of a run document, and what must be said about it."""

from collections.abc import Callable, Collection, Iterable
from typing import Final, NamedTuple

from expbench.domain.query.fields import Access, Document
from expbench.domain.query.syntax import Name, show_name

Matches = Callable[[Document], bool]
# The ids of the runs that have a version which holds this stage.
StageHolders = Callable[[str], Collection[str]]


class Watched(NamedTuple):
    """A name of the run's own making, which may turn out to be unknown to every run."""

    name: Name
    access: Access
    alone: bool

    def known(self, document: Document) -> bool:
        """Whether this run has it (as true or false, when it stands alone)."""
        value = self.access.get(document)
        return value is not None and (not self.alone or is_truth_value(value))

    def words(self) -> str:
        """What to tell when no run has it."""
        shown = show_name(self.name)
        if self.alone:
            return f"no run has {shown} as true or false, so it matches nothing; compare it, such as {shown} = VALUE"
        return f"no run has {shown}, so no comparison with it fits"


class CompiledQuery(NamedTuple):
    """`matches` needs no more of a document than the top-level `fields`; `warnings` are whole sentences."""

    text: str
    matches: Matches
    fields: frozenset[str]
    watched: tuple[Watched, ...] = ()
    warnings: tuple[str, ...] = ()

    def unknown_names(self, documents: Iterable[Document]) -> list[str]:
        """The metrics, params and attributes that the filter names and none of the documents has."""
        left = dict.fromkeys(self.watched)
        for document in documents:
            if not left:
                break
            for watched in [one for one in left if one.known(document)]:
                del left[watched]
        return [show_name(watched.name) for watched in left]


def _everything(_document: Document) -> bool:
    return True


EVERYTHING: Final = CompiledQuery("", _everything, frozenset())


def is_truth_value(value: object) -> bool:
    """Whether it is true or false, be it as a word."""
    return isinstance(value, bool) or value in ("true", "false")
