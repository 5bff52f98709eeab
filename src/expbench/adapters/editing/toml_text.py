"""One value set in the text of a TOML file, through tomlkit, which keeps all that it doesn't change."""

from collections.abc import Iterator, MutableMapping
from typing import Any


def set_in_toml(text: str, key: str, value: Any) -> str | None:  # noqa: ANN401
    """The text with the value of the dotted `key` replaced; None where its place can't be found."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        places = list(_places(document, key))
        if not places:
            return None
        table, name = places[-1]
        table[name] = value
        return tomlkit.dumps(document)
    except (TOMLKitError, TypeError, ValueError):
        return None  # TOML knows no null; the caller says what could not be set


def _places(table: MutableMapping[str, Any], wanted: str) -> Iterator[tuple[MutableMapping[str, Any], str]]:
    for name, value in table.items():
        if name == wanted:
            yield table, name
        elif wanted.startswith(f"{name}.") and isinstance(value, MutableMapping):
            yield from _places(value, wanted[len(name) + 1 :])
