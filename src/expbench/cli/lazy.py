"""A group of commands whose modules are imported only when they are called: `exp` itself, and `exp models`."""

import importlib
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperGroup

from expbench.cli.commands import Command
from expbench.errors import UsageError


def lazy_group(table: Mapping[str, Command], package: str) -> type[TyperGroup]:
    """The class of a group that has the commands of this table, whose modules are in `package`."""
    return type("_Group", (LazyGroup,), {"table": table, "package": package})


class LazyGroup(TyperGroup):
    """A group of commands; `table` and `package` come with `lazy_group`."""

    table: Mapping[str, Command]
    package: str

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]  # typer's Context is click's
        """Every name, in the order of the help."""
        return list(self.table)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]  # as above
        """The command of this name, or None."""
        known = self.table.get(cmd_name)
        if known is None:
            return None
        module = importlib.import_module(f"{self.package}.{known.module}")
        return typer.main.get_command(getattr(module, known.module))

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]  # as above
        """The command that the first word names. Raises `UsageError` with a near name for an unknown one."""
        command = self.get_command(ctx, args[0])
        if command is None:
            near = get_close_matches(args[0], self.table, n=1)
            path = ctx.command_path
            hint = f"{path} {near[0]}" if near else f"{path} --help"
            what = "there is no command" if ctx.parent is None else f"{path} has no command"
            raise UsageError(f"{what} {args[0]!r}", "", hint)
        return args[0], command, args[1:]

    def format_commands(self, ctx: typer.Context, formatter: Any) -> None:  # type: ignore[override]  # as above
        """The commands by section, from the table alone."""
        for section in dict.fromkeys(command.section for command in self.table.values()):
            with formatter.section(section):
                formatter.write_dl([(n, c.summary) for n, c in self.table.items() if c.section == section])
