"""What `bench.redrawing` measures in a process of its own: python -m bench.redraw PROJECT.

Prints one JSON object: milliseconds of CPU of the first picture and of later ones, on 100 by 30 cells.
"""

import json
import sys
from statistics import median
from time import process_time

from bench.redrawing import MILLION, TEN
from expbench.bootstrap.workplace import open_workplace
from expbench.domain.document import RunDocument
from expbench.render.style import Style
from expbench.tui.drawing import Order
from expbench.tui.plotjobs import Studio
from expbench.tui.views.plotting import Looking, panned, zoomed

WIDTH, HEIGHT = 100, 30


def main() -> None:
    """Draw, and print what it cost."""
    place = open_workplace(sys.argv[1])
    runs = [run for run in place.store.newest(20).documents if TEN in place.series(run["id"])]
    alone = [run for run in runs if MILLION in place.series(run["id"])]
    warm = Studio(place, place.clock.now)
    _cost(warm, runs, Looking((TEN,)))  # imports plotext
    studio = Studio(place, place.clock.now)
    whole = studio.paint(_order(alone, Looking((MILLION,))), (), None)
    assert whole is not None
    closer = zoomed(Looking((MILLION,)), whole.drawn.whole, closer=True)
    costs = {
        "ten": median(_cost(warm, runs, Looking((TEN,), log_y=bool(turn % 2))) for turn in range(6)),
        "ten first": _cost(Studio(place, place.clock.now), runs, Looking((TEN,))),
        "million first": _cost(Studio(place, place.clock.now), alone, Looking((MILLION,))),
        "million": _cost(studio, alone, panned(closer, whole.drawn.whole, 1)),
        "million smoothed": _cost(studio, alone, Looking((MILLION,), smooth=0.9)),
    }
    print(json.dumps(costs))


def _cost(studio: Studio, runs: list[RunDocument], looking: Looking) -> float:
    before = process_time()
    studio.paint(_order(runs, looking), (), None)
    return (process_time() - before) * 1e3


def _order(runs: list[RunDocument], looking: Looking) -> Order:
    return Order(looking, runs, WIDTH, HEIGHT, Style(True, WIDTH, True))


if __name__ == "__main__":
    main()
