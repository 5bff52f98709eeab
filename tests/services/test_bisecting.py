"""The search for a commit: reruns only where nothing is known, resumed where it stopped."""

import json
from typing import Any

import pytest

from expbench.domain.bisecting import Limit, Measured, Step, bisection, state_from_json
from expbench.domain.document import RunDocument
from expbench.domain.recipe import Impossible, Obstacle, Recipe
from expbench.errors import ExpError, UsageError
from expbench.services.bisecting import Means, Question, answers, bisect, key_of, recipe_at
from tests.domain.rerun_documents import a_run

COMMITS = [f"{place:040x}" for place in range(1, 22)]
BELOW = Limit("below", 0.7)
TEMPLATE = a_run(params={"lr": 0.1}, env={"variables": {"PYTHONHASHSEED": "0"}})


def question(limit: Limit = BELOW) -> Question:
    return Question("acc", limit, COMMITS, TEMPLATE)


class World:
    """A history in which one commit moved the metric; `broken` commits fail."""

    def __init__(self, first_bad: int, broken: frozenset[int] = frozenset()) -> None:
        self.first_bad = first_bad
        self.broken = broken
        self.rerun_at: list[int] = []
        self.recorded: dict[str, list[RunDocument]] = {}
        self.state: Any = None
        self.told: list[tuple[str, Step | None]] = []
        self.answers: list[Measured] = []
        self.stop_after = 99

    def run_of(self, commit: str, **changes: Any) -> RunDocument:
        place = COMMITS.index(commit)
        value = 0.9 if place < self.first_bad else 0.5
        status = {"status": "failed", "exit_code": 1} if place in self.broken else {}
        made = {"code": {"snapshot": commit}, "metrics": {"acc": value}, "params": {"lr": 0.1}, **status}
        return a_run(f"{place:012}", **{**made, **changes})

    def rerun(self, recipe: Recipe) -> RunDocument:
        if len(self.rerun_at) == self.stop_after:
            raise KeyboardInterrupt
        self.rerun_at.append(COMMITS.index(recipe.snapshot))
        return self.run_of(recipe.snapshot)

    def save(self, state: dict[str, Any]) -> None:
        self.state = json.loads(json.dumps(state, allow_nan=False))

    @property
    def means(self) -> Means:
        return Means(
            self.rerun,
            [document for documents in self.recorded.values() for document in documents],
            lambda document, commit: document["code"]["snapshot"] == commit,
            lambda: self.state,
            self.save,
            lambda commit, step: self.told.append((commit, step)),
            lambda _commit, measured: self.answers.append(measured),
        )


@pytest.mark.parametrize("first_bad", range(1, 21))
def test_the_planted_commit_is_found_at_every_place(first_bad: int) -> None:
    """Around two commits that fail, which are neighbours of neither side."""
    world = World(first_bad, frozenset({5, 15}) - {first_bad, first_bad - 1})
    found, known = bisect(question(), world.means)
    assert (found.commit, found.others) == (COMMITS[first_bad], [])
    assert len(world.rerun_at) == len(known) <= 2 + 5 + 2


def test_recorded_runs_save_their_reruns() -> None:
    world = World(7)
    world.recorded = {commit: [world.run_of(commit)] for commit in (COMMITS[0], COMMITS[-1], COMMITS[10])}
    bisect(question(), world.means)
    assert {0, 20, 10}.isdisjoint(world.rerun_at)


def test_an_interrupted_search_goes_on_where_it_stopped() -> None:
    world = World(7)
    world.stop_after = 4
    with pytest.raises(KeyboardInterrupt):
        bisect(question(), world.means)
    first = list(world.rerun_at)
    world.stop_after = 99
    assert bisect(question(), world.means)[0].commit == COMMITS[7]
    assert len(set(world.rerun_at)) == len(world.rerun_at)
    assert world.rerun_at[:4] == first


def test_another_limit_reuses_what_was_measured() -> None:
    world = World(7)
    bisect(question(), world.means)
    count = len(world.rerun_at)
    assert bisect(question(Limit("drop", 0.3)), world.means)[0].commit == COMMITS[7]
    assert len(world.rerun_at) == count


def test_each_step_and_each_answer_is_told() -> None:
    world = World(7)
    bisect(question(), world.means)
    assert [step is None for _, step in world.told] == [True, True, *[False] * (len(world.told) - 2)]
    assert len(world.answers) == len(world.told)


def test_ends_that_do_not_part_are_refused_after_two_runs() -> None:
    world = World(99)
    with pytest.raises(UsageError, match="the bad commit is good"):
        bisect(question(), world.means)
    assert world.rerun_at == [0, 20]


def test_an_error_of_the_place_ends_the_search() -> None:
    """A full disk is no commit's fault, so it must not count as one that can't be judged."""
    world = World(7)

    def rerun(_recipe: Recipe) -> RunDocument:
        raise ExpError("the disk is full")

    with pytest.raises(ExpError, match="the disk is full"):
        bisect(question(), world.means._replace(rerun=rerun))
    assert world.state is None


def test_a_search_needs_two_commits() -> None:
    with pytest.raises(UsageError, match="nothing between"):
        bisect(question()._replace(commits=COMMITS[:1]), World(1).means)


@pytest.mark.parametrize(
    "changes",
    [{"status": "failed"}, {"command": ["x"]}, {"cwd": "sub"}, {"params": {}}, {"params": {"lr": 0.2}},
     {"params": {"lr": 0.1, "extra": 1}}, {"code": {"snapshot": COMMITS[3], "complete": False}}],
)  # fmt: skip
def test_only_a_run_with_that_command_and_those_params_answers(changes: dict[str, Any]) -> None:
    world = World(7)
    assert answers(world.run_of(COMMITS[3]), TEMPLATE)
    assert not answers(world.run_of(COMMITS[3], **changes), TEMPLATE)


def test_a_param_that_only_some_commits_have_in_their_files_is_no_obstacle() -> None:
    """Neither is one that the program itself logs: it belongs to the code."""
    template = a_run(params={"lr": 0.1, "old": 1}, param_sources={"lr": "argv", "old": "file:params.yaml"})
    newer = a_run(params={"lr": 0.1, "new": 2, "size": 9}, param_sources={"new": "file:params.yaml", "size": "api"})
    assert answers(newer, template)
    assert not answers(a_run(params={"old": 1}, param_sources={"old": "file:params.yaml"}), template)
    assert not answers(a_run(params={"lr": 0.1, "old": 2}, param_sources={"old": "file:params.yaml"}), template)


def test_a_commit_is_run_with_its_own_data_and_environment() -> None:
    recipe = recipe_at(COMMITS[3], TEMPLATE, "acc")
    assert (recipe.snapshot, recipe.data, recipe.env, recipe.params_snapshot) == (COMMITS[3], None, None, None)
    assert (recipe.params, recipe.command) == ({"lr": 0.1}, TEMPLATE["command"])
    assert recipe.variables == {"PYTHONHASHSEED": "0"}
    assert (recipe.experiment, recipe.tags, recipe.parent) == ("bisect acc", ["bisect"], TEMPLATE["id"])


def test_a_commit_that_can_not_even_be_begun_is_passed_over_and_says_why() -> None:
    world = World(7)

    def rerun(recipe: Recipe) -> RunDocument:
        if recipe.snapshot == COMMITS[10]:
            raise Impossible([Obstacle("d.csv", None, "d.csv is lost")])
        return world.run_of(recipe.snapshot)

    found, known = bisect(question(), world.means._replace(rerun=rerun))
    assert found.commit == COMMITS[7]
    assert known[COMMITS[10]] == Measured(None, None, "d.csv is lost")
    assert state_from_json(world.state, world.state) == known


def test_searches_that_can_share_their_measurements_have_one_key() -> None:
    assert key_of("acc", TEMPLATE) == key_of("acc", {**TEMPLATE, "id": "0" * 12, "name": "other"})
    assert len({key_of("acc", TEMPLATE), key_of("loss", TEMPLATE), key_of("acc", a_run(params={"lr": 0.2}))}) == 3


def test_the_document_tells_every_measurement_in_the_order_of_history() -> None:
    world = World(7, frozenset({10}))
    found, known = bisect(question(), world.means)
    document = bisection("acc", COMMITS, found, known, BELOW)
    assert (document["commit"], document["good"], document["bad"]) == (COMMITS[7], COMMITS[0], COMMITS[-1])
    told = {each["commit"]: each for each in document["measured"]}
    assert [COMMITS.index(commit) for commit in told] == sorted(COMMITS.index(commit) for commit in told)
    assert told[COMMITS[10]] == {
        "commit": COMMITS[10], "value": None, "answer": "skip", "run": f"{10:012}", "why": "failed",
    }  # fmt: skip
    assert told[COMMITS[0]]["answer"] == "good"
    json.dumps(document, allow_nan=False)
