"""The dashboard driven without a terminal: keys in, text out, waiting for conditions only."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from textual.app import App
from textual.pilot import Pilot

from expbench.adapters.store.runs import create_store_dir, open_store
from expbench.bootstrap.workplace import Workplace, open_workplace
from expbench.domain.document import RunDocument
from expbench.render.style import UNLIMITED, Style
from expbench.tui.app import ExpApp, make_app

NOW = "2026-03-10T12:00:00.000000Z"
STYLE = Style(colour=True, width=UNLIMITED, unicode=True)
DEADLINE_TURNS = 1500
Driven = Callable[["Pilot[int]"], Awaitable[None]]


def stored(root: Path, documents: Sequence[RunDocument]) -> Workplace:
    """The project in `root` with these runs in its store."""
    create_store_dir(str(root / ".exp"))
    store = open_store(str(root / ".exp"))
    for document in documents:
        store.create(document)
    return open_workplace(str(root))


def dashboard(place: Workplace, keys: Mapping[str, Any] | None = None, style: Style = STYLE) -> ExpApp:
    """The app of this project with a fixed clock, that looks at the store often."""
    return make_app(place, keys=keys, style=style, now=lambda: NOW, interval_s=0.02)


def drive(app: ExpApp, act: Driven, size: tuple[int, int] = (80, 24)) -> ExpApp:
    """Start the app, wait until it has read the store, do `act`, and end it. Errors of the app are raised."""

    async def session() -> None:
        try:
            async with app.run_test(size=size) as pilot:
                await until(pilot, lambda: app.snapshot.complete, "the store was read")
                await act(pilot)
        finally:
            app.reader.stop()  # an app that failed says nothing to its thread

    with patch("textual.app.wait_for_idle", at_once), patch("textual.pilot.wait_for_idle", at_once):
        asyncio.run(session())
    return app


async def at_once(*_: float) -> None:
    """Instead of Textual's wait until the process is idle: up to a second, twice a key, where a thread is at work."""
    await asyncio.sleep(0)


async def press(pilot: "Pilot[int]", *keys: str) -> None:
    """Press keys one by one, and let all that each begins come to its end."""
    for key in keys:
        await unless_over(pilot, pilot.press(key))
        await turn(pilot)
        await until(pilot, lambda: not is_opening(pilot.app), "the screen")


def is_opening(app: App[int]) -> bool:
    """Whether another screen is about to be shown; keys that come before go to the one that is left."""
    return app.is_running and any(worker.group == "screen" and not worker.is_finished for worker in app.workers)


async def until(pilot: "Pilot[int]", holds: Callable[[], Any], what: str = "the condition") -> None:
    """Wait for a condition; fails loudly, with the screen, when it never comes."""
    for _ in range(DEADLINE_TURNS):
        if holds():
            return
        await turn(pilot, 0.01)
    raise AssertionError(f"{what} never came:\n{text(pilot.app)}")


async def turn(pilot: "Pilot[int]", delay_s: float = 0.0) -> None:
    """Let the app do all that it was asked before, and draw."""
    await unless_over(pilot, pilot.pause(delay_s))


async def unless_over(pilot: "Pilot[int]", waiting: Coroutine[Any, Any, None]) -> None:
    """Wait for it, or for the end of the app: widgets that are gone answer nobody, and Textual asks them for 30 s."""
    asked = asyncio.ensure_future(waiting)
    assert pilot.app._task is not None
    await asyncio.wait({asked, pilot.app._task}, return_when=asyncio.FIRST_COMPLETED)
    if asked.done():
        asked.result()
    else:
        asked.cancel()


async def settled(pilot: "Pilot[int]") -> None:
    """Wait until the screen has looked the same for a while."""
    before, same = "", 0
    for _ in range(DEADLINE_TURNS):
        now = text(pilot.app)
        same, before = (same + 1 if now == before else 0), now
        if same == 20:
            return
        await turn(pilot, 0.02)
    raise AssertionError(f"the screen never came to rest:\n{before}")


async def shows(pilot: "Pilot[int]", *words: str) -> None:
    """Wait until the screen shows all of these."""
    await until(pilot, lambda: all(word in text(pilot.app) for word in words), f"the text {words}")


def text(app: Any) -> str:
    """What is on the screen, line by line."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips())
