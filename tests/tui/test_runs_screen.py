"""The list of runs, by keys: move, mark, filter, sort, columns, groups, baseline, facets, zoom, sizes."""

from pathlib import Path

import pytest
from textual.pilot import Pilot

from expbench.bootstrap.workplace import open_workplace
from expbench.tui.app import ExpApp
from expbench.tui.screens.runs import RunsScreen
from tests.services.runs_in_memory import run
from tests.tui.driving import dashboard, drive, press, shows, stored, text, until

RUNS = [
    run(f"{number:012d}", f"run-{number}", hour=number, metrics={"acc": number / 10}, params={"lr": 0.1 * number})
    for number in range(6)
]


def listed(app: ExpApp) -> RunsScreen:
    assert isinstance(app.shown, RunsScreen)
    return app.shown


def names(app: ExpApp) -> list[str]:
    """The names of the runs in the list, from the top."""
    items = listed(app).items
    return [document["name"] for item in items if isinstance(item, str) if (document := app.snapshot.document(item))]


def go(repository: Path, *keys: str, size: tuple[int, int] = (80, 24)) -> ExpApp:
    """The app after these keys."""
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, *keys)
        await shows(pilot, "runs")

    return drive(app, act, size)


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        ("j", 4), ("jj", 3), ("jk", 5), ("k", 5), ("G", 0), ("Gg", 5), ("Gk", 1),
    ],
)  # fmt: skip
def test_the_cursor_moves_by_letters(repository: Path, keys: str, number: int) -> None:
    assert go(repository, *keys).choices.run == RUNS[number]["id"]


@pytest.mark.parametrize(
    ("keys", "number"),
    [(["down"], 4), (["end"], 0), (["end", "home"], 5), (["pagedown"], 0), (["end", "pageup"], 5), (["ctrl+d"], 0)],
)
def test_the_cursor_moves_by_named_keys(repository: Path, keys: list[str], number: int) -> None:
    assert go(repository, *keys).choices.run == RUNS[number]["id"]


@pytest.mark.parametrize(
    ("keys", "marked"),
    [
        (["space"], [5]),
        (["space", "space"], [5, 4]),
        (["space", "k", "space"], []),
        (["space", "j", "v"], [5, 4, 3]),
        (["v"], [5]),
        (["a"], [5, 4, 3, 2, 1, 0]),
        (["space", "*"], [4, 3, 2, 1, 0]),
        (["a", "x"], []),
    ],
)
def test_marks(repository: Path, keys: list[str], marked: list[int]) -> None:
    app = go(repository, *keys)
    assert sorted(app.choices.marks) == sorted(RUNS[number]["id"] for number in marked)


def test_a_baseline_is_pinned_and_unpinned(repository: Path) -> None:
    assert go(repository, "p").choices.baseline == RUNS[5]["id"]


def test_the_same_key_unpins(repository: Path) -> None:
    assert go(repository, "p", "p").choices.baseline is None


def test_the_filter_works_while_it_is_typed_and_escape_takes_it_back(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "f", *"acc", "space", *">=", "space", *"0.4")
        await shows(pilot, "2 of 6")
        assert names(app) == ["run-5", "run-4"]
        await press(pilot, "escape")
        await shows(pilot, "6 runs")
        assert len(names(app)) == 6

    drive(app, act)


def test_a_kept_filter_is_in_the_title_in_the_history_and_cleared_by_escape(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "f", *"acc=0.3", "enter")
        await shows(pilot, "1 of 6  f acc=0.3")
        await press(pilot, "escape")
        await shows(pilot, "6 runs")
        await press(pilot, "f", "up", "enter")
        await shows(pilot, "1 of 6  f acc=0.3")

    drive(app, act)
    assert list(app.memory.filters) == ["acc=0.3"]


def test_a_mistake_is_pointed_at_and_the_list_stays(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "f", *"acc>>1")
        await shows(pilot, "can't be read", "^ a value is missing here", "run-5")
        await press(pilot, "enter")
        await shows(pilot, "the filter can't be read")

    drive(app, act)


def test_tab_completes(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "f", "a", "c", "tab")
        assert listed(app).bar.field.value == "acc"
        await press(pilot, *">0.4", "enter")
        await until(pilot, lambda: names(app) == ["run-5"])

    drive(app, act)


def test_text_narrows_and_letters_are_no_keys_meanwhile(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "slash", *"run-3axq")
        await shows(pilot, "0 of 6")
        await press(pilot, "backspace", "backspace", "backspace", "enter")
        await until(pilot, lambda: names(app) == ["run-3"])
        assert app.choices.marks == {}

    drive(app, act)


def test_sorting_by_a_column_that_typing_narrows(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "s", *"acc", "enter")
        await shows(pilot, "by metrics.acc")
        assert names(app)[0] == "run-5"
        await press(pilot, "S")
        await shows(pilot, "by metrics.acc, reversed")
        assert names(app)[0] == "run-0"
        await press(pilot, "s", *"newest", "enter")
        await until(pilot, lambda: names(app)[0] == "run-5")

    drive(app, act)


def test_columns_are_chosen_and_remembered(repository: Path) -> None:
    app = dashboard(place := stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "C", *"command", "enter", "escape")
        await shows(pilot, "command", "python train.py")

    drive(app, act)
    assert app.memory.columns[-1] == "command"

    async def again(pilot: "Pilot[int]") -> None:
        await shows(pilot, "python train.py")

    drive(dashboard(place), again)


def test_later_columns_come_into_sight(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "l")
        await shows(pilot, "<1")
        await press(pilot, "h", "h")
        await until(pilot, lambda: "<" not in text(app).splitlines()[1])

    drive(app, act, (40, 24))


def test_groups_fold_and_unfold(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "b", *"exper", "enter")
        await shows(pilot, "> default  (6)", "0.25 ±0.19")
        await press(pilot, "enter")
        await shows(pilot, "v default", "run-5")
        await press(pilot, "enter", "space")
        assert len(app.choices.marks) == 6

    drive(app, act)


def test_wide_places_have_facets_that_filter(repository: Path) -> None:
    app = dashboard(stored(repository, [*RUNS, run("999999999999", "bad", hour=9, status="failed")]))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "status", "finished", "failed")
        await press(pilot, "shift+tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "facets")
        await press(pilot, "j", "j", "enter")
        await shows(pilot, "1 of 7  f status = 'failed'")
        assert names(app) == ["bad"]
        await press(pilot, "g", "j", "enter")

    drive(app, act, (130, 30))


def test_facets_filter_while_the_list_is_grouped_too(repository: Path) -> None:
    app = dashboard(stored(repository, [*RUNS, run("999999999999", "bad", hour=9, status="failed")]))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "b", *"exper", "enter")
        await shows(pilot, "> default  (7)")
        await press(pilot, "shift+tab")
        await until(pilot, lambda: app.focused is not None and app.focused.id == "facets")
        await press(pilot, "j", "j", "enter")
        await shows(pilot, "1 of 7  f status = 'failed'", "> default")

    drive(app, act, (130, 30))


def test_at_120_columns_the_list_has_room_for_a_metric_and_groups_for_its_mean(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await until(pilot, lambda: "acc" in text(app).split("\n")[1])
        await shows(pilot, "metrics  acc  0.5  min 0.5  max 0.5")
        await press(pilot, "b", *"exper", "enter")
        await shows(pilot, "0.25 ±0.19")

    drive(app, act, (120, 30))


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (10, 3), (20, 10), (80, 24), (120, 30), (200, 50)])
def test_every_size_can_be_drawn(repository: Path, size: tuple[int, int]) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "j", "z", "z", "f", "escape")
        lines = text(app).split("\n")
        assert len(lines) == size[1]
        assert all(len(line) <= size[0] for line in lines)

    drive(app, act, size)


def test_zoom_gives_the_pane_all_the_room(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "command  python train.py")
        await press(pilot, "z")
        await until(pilot, lambda: "command  python" not in text(app))
        await press(pilot, "z")
        await shows(pilot, "command  python train.py")

    drive(app, act)


def test_the_cursor_stays_on_its_run_when_others_come(repository: Path) -> None:
    app = dashboard(place := stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "j", "j")
        place.store.create(run("999999999999", "newer", hour=11))
        await shows(pilot, "newer")
        assert app.choices.run == RUNS[3]["id"]

    drive(app, act)


def test_a_run_that_goes_while_it_is_shown_is_no_trouble(repository: Path) -> None:
    app = dashboard(place := stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        await press(pilot, "j")
        place.store.remove([RUNS[4]["id"]])
        await shows(pilot, "5 runs")
        assert app.choices.run == RUNS[3]["id"]

    drive(app, act)


def test_where_nothing_was_ever_recorded_it_says_what_to_type(repository: Path) -> None:
    app = dashboard(open_workplace(str(repository)))

    async def act(pilot: "Pilot[int]") -> None:
        await shows(pilot, "No runs yet", "exp run -- python train.py", "exp demo", "0 runs")

    drive(app, act)


def test_a_store_that_vanishes_is_told_and_one_that_comes_back_is_shown(repository: Path) -> None:
    app = dashboard(stored(repository, RUNS))

    async def act(pilot: "Pilot[int]") -> None:
        (repository / ".exp").rename(repository / "away")
        await shows(pilot, "the store is not there")
        (repository / "away").rename(repository / ".exp")
        await shows(pilot, "6 runs", "run-5")

    drive(app, act)


def test_the_first_time_a_hint_says_where_to_begin(repository: Path) -> None:
    place = stored(repository, RUNS)

    async def first(pilot: "Pilot[int]") -> None:
        await shows(pilot, "f filters, space marks, ? shows all keys")

    async def second(pilot: "Pilot[int]") -> None:
        await shows(pilot, "? help")

    drive(dashboard(place), first)
    drive(dashboard(place), second)
