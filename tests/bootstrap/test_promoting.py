"""Plans of promotions, as the dashboard uses them: looked at, then carried out as they were shown or not at all."""

from pathlib import Path

import pytest

from expbench.bootstrap.promoting import carry_out, demote, plan_promotion, register_run, roll_back, take_back
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.events import Event
from expbench.errors import ExpError, UsageError
from expbench.services.notary import Changed
from expbench.services.promoting import Refused
from expbench.services.registering import Wish
from tests.cli.registry import copied, make_project
from tests.conftest import run_git


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("made") / "project", 0.95, 0.9)


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Workplace:
    root = copied(made, tmp_path / "project")
    return open_workplace(str(root))


def holder(place: Workplace) -> str | None:
    held = place.reread_registry().models["digits"].holders.get("production")
    return held.version.version if held else None


def last_operation(place: Workplace) -> Event:
    return place.store.operations()[-1]


def test_a_plan_shows_the_tag_that_is_then_written(place: Workplace) -> None:
    plan = plan_promotion(place, "r0.95", "production")
    assert (plan.model, plan.version, plan.tag, plan.holder) == ("digits", "v0.0.1", "digits#production#1", None)
    assert plan.wish == Wish("digits", "model.pkl")
    assert plan.holds
    assert [gate["rule"] for gate in plan.gates][:1] == ["acc >= 0.8"]
    assert place.reread_registry().models == {}
    written = carry_out(place, plan).written
    assert [one.tag for one in written] == ["digits@v0.0.1", plan.tag]
    assert written[1].record["gates"] == list(plan.gates)
    again = plan_promotion(place, "digits@v0.0.1", "staging")
    assert (again.tag, again.wish, again.holder) == ("digits#staging#2", None, None)


def test_a_plan_tells_that_it_would_be_refused(place: Workplace) -> None:
    carry_out(place, plan_promotion(place, "r0.95", "production"))
    plan = plan_promotion(place, "r0.9", "production")
    assert (plan.holds, plan.holder) == (False, "v0.0.1")
    with pytest.raises(Refused):
        carry_out(place, plan)
    with pytest.raises(UsageError):
        carry_out(place, plan, force=True)
    assert len(place.reread_registry().models["digits"].versions) == 1
    forced = plan_promotion(place, "r0.9", "production", "it must")
    assert carry_out(place, forced, force=True).written[-1].record["forced"]


@pytest.mark.parametrize("reference", ["r0.9", "digits@v0.0.1"])
def test_a_plan_that_is_out_of_date_is_not_carried_out(place: Workplace, reference: str) -> None:
    register_run(place, "r0.95", Wish("digits"))
    plan = plan_promotion(place, reference, "staging")
    other = open_workplace(place.project.root)
    carry_out(other, plan_promotion(other, "digits@v0.0.1", "production"))
    with pytest.raises(Changed) as caught:
        carry_out(place, plan)
    assert "wrote the git tag digits#production#1 meanwhile" in caught.value.cause


def test_what_was_promoted_can_be_taken_back(place: Workplace) -> None:
    for run in ("r0.95", "r0.9"):
        register_run(place, run, Wish("digits"))
    carry_out(place, plan_promotion(place, "digits@v0.0.1", "production"))
    assert take_back(place, last_operation(place)).written[0].record["event"] == "demote"
    assert holder(place) is None
    carry_out(place, plan_promotion(place, "digits@v0.0.1", "production"))
    carry_out(place, plan_promotion(place, "digits@v0.0.2", "production", "why"), force=True)
    roll_back(place, "digits", "production")
    assert holder(place) == "v0.0.1"
    (back,) = take_back(place, last_operation(place)).written
    assert (back.record["event"], back.record["version"]) == ("promote", "v0.0.2")
    assert holder(place) == "v0.0.2"
    demote(place, "digits", "production")
    assert holder(place) == "v0.0.1", "taking back a rollback must not take the earlier promotion with it"


def test_an_operation_whose_tag_is_gone(place: Workplace) -> None:
    carry_out(place, plan_promotion(place, "r0.95", "production"))
    run_git(Path(place.project.root), "tag", "-d", "digits#production#1")
    with pytest.raises(ExpError, match="can't be taken back") as caught:
        take_back(place, last_operation(place))
    assert caught.value.cause == "its tag is gone"
