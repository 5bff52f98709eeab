"""`exp status` and `exp top`: what goes on, what ended last, and which of it is alarming."""

from collections.abc import Sequence
from typing import Any

from expbench.domain.alarms import Pulse
from expbench.domain.document import RunDocument
from expbench.domain.metrics import better_direction
from expbench.ports import DamagedRun, Listing
from expbench.services.watching import Standing, Vitals, alarms, live_first, standing
from tests.services.runs_in_memory import run

A, B, C, D = "aaaa00000000", "bbbb00000000", "cccc00000000", "dddd00000000"
NOW = "2026-03-10T12:00:00.000000Z"
NOW_S = 1_773_144_000.0
QUIET = Vitals(lambda _run_id: None, lambda _run_id, _key: ())


def better(key: str) -> Any:
    return better_direction(key, {})


def stand(documents: Sequence[RunDocument], vitals: Vitals = QUIET, damaged: Sequence[DamagedRun] = ()) -> Standing:
    return standing(Listing(list(documents), list(damaged)), vitals, NOW, better)


def test_live_runs_are_counted_and_the_latest_end_is_found() -> None:
    found = stand(
        [
            run(D, "queued", 4, status="queued"),
            run(C, "early", 3, ended_at="2026-03-10T03:10:00.000000Z"),
            run(B, "going", 2, status="running"),
            run(A, "long", 1, ended_at="2026-03-10T11:00:00.000000Z"),
        ]
    )
    assert [each.document["name"] for each in found.live] == ["queued", "going"]
    assert (found.running, found.queued) == (1, 1)
    assert found.last is not None
    assert found.last.document["name"] == "long"


def test_an_end_without_a_time_counts_from_its_beginning() -> None:
    lost = run(B, "lost", 5, status="lost")
    found = stand([lost, run(A, "ended", 1, ended_at="2026-03-10T01:30:00.000000Z")])
    assert found.last is not None
    assert found.last.document["name"] == "lost"


def test_nothing_is_nothing() -> None:
    assert stand([]) == Standing([], 0, 0, None, [])


def test_damage_is_handed_on() -> None:
    harm = DamagedRun(A, "runs/x", "why")
    assert stand([], damaged=[harm]).damaged == [harm]


def test_of_thousands_only_some_are_looked_at_closely() -> None:
    asked: list[str] = []

    def pulse(run_id: str) -> Pulse | None:
        asked.append(run_id)
        return None

    many = [run(f"{number:012}", f"r{number}", status="running") for number in range(500)]
    found = stand(many, QUIET._replace(pulse=pulse))
    assert found.running == 500
    assert len(found.live) == len(asked) == 64


def test_a_silent_run_that_loses_its_numbers() -> None:
    document = run(A, "bad", status="running", metrics={"loss": "NaN"})
    vitals = QUIET._replace(pulse=lambda _run_id: Pulse(NOW_S - 600, 1.0, 2.0))
    found = alarms(document, vitals, NOW_S, better)
    assert [(alarm.kind, alarm.metric, alarm.quiet_s) for alarm in found] == [
        ("stalled", None, 600.0), ("nan", "loss", None),
    ]  # fmt: skip


def test_only_what_runs_can_stall() -> None:
    vitals = QUIET._replace(pulse=lambda _run_id: Pulse(NOW_S - 600, 1.0, 2.0))
    assert alarms(run(A, "over"), vitals, NOW_S, better) == []


def test_divergence_is_decided_by_the_last_values() -> None:
    document = run(A, "bad")
    document["metrics"]["loss"] = {
        "last": 90.0, "min": 0.1, "max": 99.0, "first_step": 0, "last_step": 99, "count": 100, "source": "api",
    }  # fmt: skip
    assert alarms(document, QUIET, NOW_S, better) == []
    high = QUIET._replace(recent=lambda _run_id, _key: [90.0] * 5)
    assert [(alarm.kind, alarm.metric) for alarm in alarms(document, high, NOW_S, better)] == [("diverged", "loss")]


def test_live_runs_come_before_newer_ones_and_never_twice() -> None:
    old, new, newest = run(A, "old", 1, status="running"), run(B, "new", 2), run(C, "newest", 3, status="running")
    live = Listing([newest, old, run(D, "ended", 0)], [DamagedRun(A, "x", "y")])
    found = live_first(live, Listing([newest, new], [DamagedRun(A, "x", "y")]), None)
    assert [document["name"] for document in found.documents] == ["newest", "old", "new"]
    assert len(found.damaged) == 1
    assert [document["name"] for document in live_first(live, Listing([newest, new], []), 2).documents] == [
        "newest", "old",
    ]  # fmt: skip
