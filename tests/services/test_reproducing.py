"""A run made again: what is judged, what is recorded, and what happens where it can't be made."""

from collections.abc import Callable
from typing import Any

import pytest

from expbench.domain.document import RunDocument
from expbench.domain.events import Event
from expbench.domain.recipe import Evidence, Impossible, Obstacle, Recipe
from expbench.domain.tolerance import Tolerance
from expbench.domain.verdict import Series
from expbench.errors import ExpError, UsageError
from expbench.services.reproducing import Means, reproduce
from tests.domain.rerun_documents import Curve, a_run, entry, in_blocks, with_curves
from tests.fakes import MemoryStore

ORIGINAL, RERUN, SECOND = "7k3fq2m8x1bc", "9" * 12, "8" * 12
CURVE: Curve = [(step, 1.0 / (step + 1)) for step in range(8)]


class FixedClock:
    def now(self) -> str:
        return "2026-03-01T10:00:00Z"

    def monotonic(self) -> float:
        return 0.0


class World:
    """A store with one run, and reruns that give these curves under ids of their own."""

    def __init__(self, **changes: Any) -> None:
        self.store = MemoryStore()
        self.curves: dict[str, Curve] = {ORIGINAL: CURVE}
        self.recipes: list[Recipe] = []
        self.has_data = True
        self.store.create(with_curves(a_run(ORIGINAL, **changes), {"loss": CURVE}))

    def means(self, rerun: Callable[[Recipe], RunDocument]) -> Means:
        evidence = Evidence(lambda _commit: True, lambda _entry: self.has_data)
        return Means(self.store, FixedClock(), evidence, rerun, self.series)

    def series(self, run_id: str) -> Series:
        return in_blocks({"loss": self.curves[run_id]})

    def giving(self, curve: Curve, run_id: str = RERUN, **changes: Any) -> Means:
        def rerun(recipe: Recipe) -> RunDocument:
            self.recipes.append(recipe)
            self.curves[run_id] = curve
            self.store.create(with_curves(a_run(run_id, **changes), {"loss": curve}))
            return self.store.read(run_id)

        return self.means(rerun)

    @property
    def original(self) -> RunDocument:
        return self.store.read(ORIGINAL)


def test_the_verdict_is_kept_with_both_runs() -> None:
    world = World()
    found = reproduce(world.original, world.giving(CURVE), Tolerance())
    assert found.rerun is not None
    assert (found.exit_code, found.verdict["grade"]) == (0, "identical")
    assert world.original["verdict"] == world.store.read(RERUN)["verdict"] == found.rerun["verdict"] == found.verdict
    assert found.verdict["reproduced_by"] == [RERUN]
    assert [recipe.reproduces for recipe in world.recipes] == [ORIGINAL]


def test_every_rerun_is_remembered_and_the_latest_verdict_counts() -> None:
    world = World()
    reproduce(world.original, world.giving(CURVE), Tolerance())
    found = reproduce(world.original, world.giving(CURVE[:-1], SECOND), Tolerance())
    assert (found.exit_code, found.verdict["grade"]) == (4, "different")
    verdict = world.original["verdict"]
    assert verdict is not None
    assert verdict["reproduced_by"] == [RERUN, SECOND]


def test_a_verdict_that_another_process_gave_meanwhile_is_not_lost() -> None:
    world = World()
    original = world.original
    means = world.giving(CURVE)

    def rerun(recipe: Recipe) -> RunDocument:
        other = {"grade": "equal", "reproduced_by": [SECOND], "metrics": [], "outputs": [], "inputs": []}
        world.store.append(ORIGINAL, [Event("judged", "2026-03-01T10:00:00Z", {"verdict": other})])
        return means.rerun(recipe)

    assert reproduce(original, means._replace(rerun=rerun), Tolerance()).verdict["reproduced_by"] == [SECOND, RERUN]


def test_a_failed_rerun_is_no_reproduction() -> None:
    world = World()
    found = reproduce(world.original, world.giving(CURVE, status="failed", exit_code=1), Tolerance())
    assert (found.exit_code, found.verdict["grade"]) == (4, "failed")


def test_nothing_is_started_where_something_is_missing() -> None:
    world = World(data={"inputs": [entry("d.csv", "a1")]})
    world.has_data = False
    found = reproduce(world.original, world.giving(CURVE), Tolerance())
    assert (found.rerun, found.exit_code, world.recipes) == (None, 4, [])
    assert found.verdict["inputs"] == [{"what": "d.csv", "a": "a1", "b": None, "equal": False}]
    assert world.original["verdict"] == found.verdict


def test_what_only_shows_on_the_way_is_impossible_too() -> None:
    world = World()

    def rerun(_recipe: Recipe) -> RunDocument:
        raise Impossible([Obstacle("d.csv", "a1", "the remote does not have it")])

    found = reproduce(world.original, world.means(rerun), Tolerance())
    assert (found.verdict["grade"], found.obstacles[0].why) == ("impossible", "the remote does not have it")


def test_any_other_error_goes_through_and_judges_nothing() -> None:
    world = World()

    def rerun(_recipe: Recipe) -> RunDocument:
        raise ExpError("the disk is full")

    with pytest.raises(ExpError, match="the disk is full"):
        reproduce(world.original, world.means(rerun), Tolerance())
    assert world.original["verdict"] is None


def test_a_run_that_goes_on_cannot_be_judged() -> None:
    world = World(status="running", exit_code=None)
    with pytest.raises(UsageError, match="has not ended"):
        reproduce(world.original, world.giving(CURVE), Tolerance())
