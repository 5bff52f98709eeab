"""`exp plot METRIC --against PARAM` and `--params`: one mark or line a run."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from expbench.bootstrap.workplace import Workplace
from expbench.cli.output import emit, emit_json, narrate
from expbench.cli.place import style, workplace
from expbench.cli.screen import cells, lines
from expbench.errors import UsageError

if TYPE_CHECKING:
    from expbench.services.relating import Pairs, Params


class Wish(NamedTuple):
    """What was typed: a metric and maybe runs, and how to show them."""

    words: Sequence[str]
    filter_text: str
    log_y: bool
    clip: bool
    width: int | None
    height: int | None
    as_json: bool
    as_csv: bool


def relate(wish: Wish, param: str | None) -> None:
    """Print the pairs of the metric and this param, or, with None, what all params tell of the metric."""
    from expbench.services.relating import against, by_params, chosen_runs

    place = workplace()
    metric, references = _told_apart(place, wish.words)
    documents = chosen_runs(
        place.store, references, wish.filter_text, datetime.now(UTC), place.better, place.stage_runs
    )
    if param is not None:
        _emit_pairs(against(documents, metric, param), wish)
    else:
        _emit_params(by_params(documents, metric, place.better), wish, place)


def _told_apart(place: Workplace, words: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The metric, which is the first word, and the runs. Raises `UsageError` where the second is a metric, too."""
    for word in words[1:]:
        if any(word in document["metrics"] for document in place.store.newest(1).documents):
            cause = "--against and --params take one metric, then runs"
            raise UsageError(f"{word} is a second metric", cause, f"exp plot {words[0]} --params")
    return words[0], words[1:]


def _emit_pairs(found: "Pairs", wish: Wish) -> None:
    from expbench.domain.scatter import scatter
    from expbench.render.plot import figure_text
    from expbench.render.scatter import pairs_csv, scatter_figure, scatter_title
    from expbench.render.values import counted
    from expbench.services.relating import pairs_document

    if wish.as_json:
        emit_json(pairs_document(found))
        return
    if wish.as_csv:
        emit(pairs_csv(found))
        return
    look = style()
    look = look._replace(width=wish.width or look.width)
    points = scatter(found.points)
    title = scatter_title(found.metric, found.param, points, log_y=wish.log_y)
    figure = scatter_figure(points, title, wide=cells(look), log_y=wish.log_y, clip=wish.clip)
    emit(figure_text(figure, look, height=wish.height or lines()))
    if found.left_out:
        narrate(f"{counted(found.left_out, 'run')} without the two left out")


def _emit_params(found: "Params", wish: Wish, place: Workplace) -> None:
    from expbench.render.params import direction_text, more_text, params_csv, params_text
    from expbench.services.relating import params_document

    if wish.as_json:
        emit_json(params_document(found))
        return
    if wish.as_csv:
        emit(params_csv(found))
        return
    look = style()
    look = look._replace(width=wish.width or look.width)
    emit(direction_text(found, look))
    emit(params_text(found, place.store.ids(), look))
    for text in more_text(found):
        narrate(text)
