"""Which runs the list shows, in which order: filter, text, sort and groups over the columns of all runs.

Pure but for reading columns; made for a thread beside the screen, as 100,000 runs take a moment.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from statistics import fmean, stdev
from typing import Any, Final, NamedTuple

from expbench.domain.parts import MISSING, Part, parts_of
from expbench.domain.query.compiled import EVERYTHING, CompiledQuery, StageHolders
from expbench.domain.suggestion import suggestion
from expbench.errors import UsageError
from expbench.services.listing import compile_filter, sort_key
from expbench.tui.state import Snapshot

# What the text of `/` is looked for in.
SEARCHED: Final = tuple(Part(name) for name in ("name", "id", "experiment", "command", "note", "tags", "status"))
GROUPINGS: Final = ("experiment", "commit", "data version", "params without seed")
_SEEDS: Final = ("seed", "random_state", "rng")


class Wish(NamedTuple):
    """What the user wants to see."""

    filter: str = ""
    text: str = ""
    sort: str | None = None
    reverse: bool = False
    group: str | None = None
    unfolded: frozenset[str] = frozenset()


class Group(NamedTuple):
    """Runs that have something in common: its words, the runs, and of each metric mean, spread and how many have it.

    The spread is the sample's standard deviation, None for a single run.
    """

    label: str
    run_ids: Sequence[str]
    metrics: dict[str, tuple[float, float | None, int]]
    unfolded: bool


Item = str | Group


class Picked(NamedTuple):
    """The rows (ids of runs, and groups), how many runs matched, warnings, and the mistake in the filter if any."""

    wish: Wish = Wish()
    items: Sequence[Item] = ()
    matched: int = 0
    warnings: Sequence[str] = ()
    mistake: UsageError | None = None


def pick(
    snapshot: Snapshot, wish: Wish, now: datetime, metrics: Sequence[str] = (), stages: StageHolders | None = None
) -> Picked:
    """The rows for this wish; `metrics` are those that groups summarise. A mistake in the filter gives no rows."""
    try:
        query = compile_filter(wish.filter, now, stages)
        places = _matching(snapshot, query, wish)
        warnings = [*query.warnings, *_unknown(snapshot, query, places)]
        places = _sorted(snapshot, places, wish)
    except UsageError as error:
        return Picked(wish, mistake=error)
    ids = snapshot.catalogue.ids
    if wish.group:
        return Picked(wish, _grouped(snapshot, places, wish, metrics), len(places), warnings)
    untouched = query is EVERYTHING and not wish.text and not wish.sort and not wish.reverse
    return Picked(wish, snapshot.ids if untouched else [ids[place] for place in places], len(places), warnings)


def _matching(snapshot: Snapshot, query: CompiledQuery, wish: Wish) -> Sequence[int]:
    catalogue = snapshot.catalogue
    places: Sequence[int] = _places(snapshot)
    if query is not EVERYTHING:
        row, matches = catalogue.rows(parts_of(query.fields)), query.matches
        places = [place for place in places if matches(row(place))]
    if wish.text:
        holds = _holding(snapshot, wish.text.lower())
        places = [place for place in places if holds(place)]
    return places


def _places(snapshot: Snapshot) -> list[int]:
    return snapshot.catalogue.places(snapshot.ids)


def _holding(snapshot: Snapshot, text: str) -> Callable[[int], bool]:
    columns = list(snapshot.catalogue.columns(SEARCHED).values())

    def holds(place: int) -> bool:
        return any(text in _plain(column[place]) for column in columns)

    return holds


def _plain(value: Any) -> str:  # noqa: ANN401  # whatever a column holds
    if type(value) is str:
        return value.lower()
    return " ".join(value).lower() if isinstance(value, list) else ""


def _unknown(snapshot: Snapshot, query: CompiledQuery, found: Sequence[int]) -> list[str]:
    """Warnings for names that no run has; asked only when nothing matched, as otherwise something has them."""
    if found or not query.watched or not snapshot.ids:
        return []
    row, left = snapshot.catalogue.rows(parts_of(query.fields)), list(query.watched)
    for place in _places(snapshot):
        document = row(place)
        left = [watched for watched in left if not watched.known(document)]
        if not left:
            return []
    known = [*snapshot.catalogue.keys("metrics"), *snapshot.catalogue.keys("params")]
    return [_did_you_mean(watched.words(), watched.name.key, known) for watched in left]


def _did_you_mean(words: str, name: str, known: Sequence[str]) -> str:
    near = suggestion(name, known)
    return f"{words}; did you mean {near}" if near else words


def _sorted(snapshot: Snapshot, places: Sequence[int], wish: Wish) -> Sequence[int]:
    """As `exp ls --sort` has it: runs without the value come last either way."""
    if not wish.sort:
        return places[::-1] if wish.reverse else places
    fields, key = sort_key(wish.sort, descending=not wish.reverse)
    row = snapshot.catalogue.rows(parts_of(fields))
    keyed = [(key(row(place)), place) for place in places]
    present = [pair for pair in keyed if pair[0] is not None]
    present.sort(key=lambda pair: pair[0] or (0, 0), reverse=not wish.reverse)
    return [place for _, place in present] + [place for value, place in keyed if value is None]


def _grouped(snapshot: Snapshot, places: Sequence[int], wish: Wish, metrics: Sequence[str]) -> list[Item]:
    label = _labels(snapshot, wish.group or "")
    groups: dict[str, list[int]] = {}
    for place in places:
        groups.setdefault(label(place), []).append(place)
    columns = snapshot.catalogue.columns(Part("metrics", key, "last") for key in metrics)
    ids = snapshot.catalogue.ids
    items: list[Item] = []
    for name, members in groups.items():
        open_now = name in wish.unfolded
        spreads = {key: _spread(columns[Part("metrics", key, "last")], members) for key in metrics}
        run_ids = [ids[place] for place in members]
        kept = {key: found for key, found in spreads.items() if found is not None}
        items.append(Group(name, run_ids, kept, open_now))
        items += run_ids if open_now else []
    return items


def _labels(snapshot: Snapshot, grouping: str) -> Callable[[int], str]:
    catalogue = snapshot.catalogue
    if grouping == "params without seed":
        return _params_label(snapshot)
    part = {"commit": Part("code", "commit"), "data version": Part("data", "version")}.get(
        grouping, Part("experiment")
    )
    column = catalogue.columns([part])[part]
    nothing = f"no {grouping}"
    return lambda place: str(column[place] or nothing) if column[place] is not MISSING else nothing


def _params_label(snapshot: Snapshot) -> Callable[[int], str]:
    keys = [key for key in snapshot.catalogue.keys("params") if not _is_seed(key)]
    found = snapshot.catalogue.columns(Part("params", key) for key in keys)
    columns = [(key, found[Part("params", key)]) for key in keys]

    def label(place: int) -> str:
        told = (f"{key}={_word(column[place])}" for key, column in columns if column[place] is not MISSING)
        return " ".join(told) or "no params"

    return label


def _is_seed(key: str) -> bool:
    last = key.rpartition(".")[2].lower()
    return last in _SEEDS or last.endswith("_seed")


def _word(value: Any) -> str:  # noqa: ANN401  # any param
    return "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _spread(column: Sequence[Any], members: Iterable[int]) -> tuple[float, float | None, int] | None:
    values = [value for place in members if type(value := column[place]) in (int, float)]
    if not values:
        return None
    return fmean(values), stdev(values) if len(values) > 1 else None, len(values)
