"""The frame: screens, help, palette, messages, questions and text fields, driven by keys."""

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from expbench.errors import ExpError
from tests.services.runs_in_memory import run
from tests.tui.driving import dashboard, drive, press, shows, stored, text, until

RUNS = [run(f"{number:012d}", f"run-{number}", hour=number, params={"lr": number / 10}) for number in range(5)]


def test_the_list_shows_the_newest_run_first(repository: Path) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "run-4", "5 runs")
        lines = text(pilot.app).splitlines()
        assert next(number for number, line in enumerate(lines) if "run-4" in line) < next(
            number for number, line in enumerate(lines) if "run-0" in line
        )

    drive(dashboard(stored(repository, RUNS)), act)


def test_help_names_the_keys_and_closes(repository: Path) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "question_mark")
        await shows(pilot, "Keys of runs", "exp ls")
        await press(pilot, "escape")
        await shows(pilot, "run-4")
        assert "Keys of runs" not in text(pilot.app)

    drive(dashboard(stored(repository, RUNS)), act)


def test_keys_that_come_before_a_window_is_gone_close_nothing_else(repository: Path) -> None:
    """Esc twice in a hurry: the second must not take away the screen below."""

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "question_mark")
        await shows(pilot, "Keys of runs")
        for _ in range(3):
            pilot.app.post_message(events.Key("escape", None))
        await shows(pilot, "run-4")
        await press(pilot, "question_mark")
        await shows(pilot, "Keys of runs")

    drive(dashboard(stored(repository, RUNS)), act)


def test_the_palette_does_what_is_chosen_in_it(repository: Path) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "colon")
        await press(pilot, *"quit")
        await shows(pilot, "back, or quit")
        await press(pilot, "enter")
        await until(pilot, lambda: pilot.app.return_value == 0)

    drive(dashboard(stored(repository, RUNS)), act)


def test_letters_in_a_text_field_are_no_keys(repository: Path) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "colon", "q", "r", "1")
        assert pilot.app.return_value is None
        await press(pilot, "escape", "escape", "escape")
        assert pilot.app.is_running

    drive(dashboard(stored(repository, RUNS)), act)


@pytest.mark.parametrize(("answer", "done"), [("y", True), ("n", False), ("escape", False), ("q", False)])
def test_a_question_takes_only_y_for_yes(repository: Path, answer: str, done: bool) -> None:
    app = dashboard(stored(repository, RUNS))
    answers: list[bool] = []

    async def act(pilot: "Pilot[int]") -> None:
        assert app.shown is not None
        app.shown.bottom.ask("really", lambda: answers.append(True))
        await shows(pilot, "really - y/n")
        await press(pilot, answer)
        assert bool(answers) is done
        assert app.is_running

    drive(app, act)


def test_an_error_of_an_action_is_said_in_one_line(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    def fail() -> None:
        raise ExpError("it went wrong", "a cause", "exp doctor")

    async def act(pilot: "Pilot[int]") -> None:
        assert app.shown is not None
        app.shown.bottom.ask("really", fail)
        await press(pilot, "y")
        await shows(pilot, "it went wrong: a cause  exp doctor")
        await press(pilot, "j")
        await shows(pilot, "? help")

    drive(app, act)


def test_a_long_error_has_a_second_line_for_what_to_do(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        assert app.shown is not None
        app.shown.bottom.say_error(ExpError("it went wrong", "a cause " * 20, "exp doctor --repair"))
        await shows(pilot, "it went wrong: a cause", "\n exp doctor --repair")
        await press(pilot, "j")
        await shows(pilot, "? help")
        assert "exp doctor" not in text(pilot.app)
        assert app.shown.bottom.size.height == 1

    drive(app, act)


def test_a_question_shows_its_answers_whatever_the_width(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        assert app.shown is not None
        app.shown.bottom.ask("really " * 30, lambda: None)
        await shows(pilot, "really", "\N{HORIZONTAL ELLIPSIS} - y/n")
        await press(pilot, "n")
        app.shown.bottom.say("at work " * 30, "live", end="  (^c cancels)")
        await shows(pilot, "at work", "\N{HORIZONTAL ELLIPSIS}  (^c cancels)")

    drive(app, act)


def test_a_prompt_gives_what_was_typed(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))
    typed: list[str] = []

    async def act(pilot: "Pilot[int]") -> None:
        assert app.shown is not None
        app.shown.bottom.prompt("tag", "", typed.append)
        await press(pilot, *"base", "enter")
        await until(pilot, lambda: typed == ["base"])
        await shows(pilot, "help")

    drive(app, act)


def test_a_run_that_comes_while_looking_is_shown(repository: Path) -> None:
    place = stored(repository, RUNS)
    app = dashboard(place)

    async def act(pilot: "Pilot[int]") -> None:
        place.store.create(run("999999999999", "the-new-one", hour=9))
        await shows(pilot, "the-new-one", "6 runs")

    drive(app, act)


def test_an_empty_store_is_no_error(repository: Path) -> None:
    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "0 runs")

    drive(dashboard(stored(repository, [])), act)


def test_an_error_in_the_dashboard_ends_the_thread_that_reads(repository: Path) -> None:
    """Whatever fails, and be it while widgets go: nobody is waited for."""
    app = dashboard(stored(repository, [run("aaaa00000000", "first")]))
    ended: list[bool] = []

    class Broken(Exception):
        """An error of ours."""

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "first")

        def fail() -> None:
            raise Broken

        app.call_later(fail)
        await until(pilot, app.reader._over.is_set, "the end of the reader")
        ended.append(True)

    with pytest.raises(Broken):
        drive(app, act)
    assert ended == [True]
