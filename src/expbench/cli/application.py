"""How one module becomes one command: the decorator that every command uses."""

import textwrap
from collections.abc import Callable
from typing import Any

import typer


def application(**settings: Any) -> typer.Typer:  # typer's own options
    """A Typer application that draws plain text and adds nothing of its own to the start."""
    return typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False, **settings)


def command(*, examples: str, **settings: Any) -> Callable[[Callable[..., None]], typer.Typer]:  # as above
    """Make a function the only command of its module; `examples` end its help.

    The decorated name becomes the module's Typer application, which `cli.lazy` looks for.
    """

    def wrap(function: Callable[..., None]) -> typer.Typer:
        app = application()
        app.command(epilog=epilog_of(examples), **settings)(function)
        return app

    return wrap


def epilog_of(examples: str) -> str:
    """The examples as the end of a help page, their lines as they are."""
    return "\b\nExamples:\n" + textwrap.indent(textwrap.dedent(examples).strip("\n"), "  ")
