"""docs/settings.md names every setting that `exp.toml` may have, and its example is understood without a warning."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from expbench.domain.capture.settings import CaptureSettings, capture_settings
from expbench.domain.settings import DEFAULT_TOML, Settings, settings_from
from tests.docs.pages import DOCS

PAGE = (DOCS / "settings.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
# In the order of `Settings`; `raw` and `warnings` are no settings of their own.
NAMES = {
    "metric": "metric",
    "directions": "metrics.NAME.better",
    "tolerances": "metrics.NAME.tolerance",
    "entries": "entries.NAME.command",
    "params_files": "params.files",
    "metrics_files": "metrics.files",
    "env_variables": "env.variables",
    "max_file_size": "snapshot.max_file_size",
    "max_untracked_size": "snapshot.max_untracked_size",
    "artifact_paths": "artifacts.paths",
}


def test_the_example_is_understood_without_a_warning() -> None:
    assert settings_from(tomllib.loads(BLOCKS[0])).warnings == ()


def test_the_example_sets_everything_that_can_be_set() -> None:
    example, nothing = settings_from(tomllib.loads(BLOCKS[0])), Settings()
    same = [name for name in NAMES if getattr(example, name) == getattr(nothing, name)]
    assert same == ["max_file_size", "max_untracked_size"]  # the example shows the defaults


def test_the_example_sets_capture_too() -> None:
    example = capture_settings(tomllib.loads(BLOCKS[0]))
    assert len(example.patterns) == 2
    assert example.warnings == ()
    names = [field for field in CaptureSettings._fields if field != "warnings"]
    assert [name for name in names if f"| `capture.{name}` |" not in PAGE] == []


@pytest.mark.parametrize("field", [field for field in Settings._fields if field not in ("raw", "warnings")])
def test_every_setting_has_its_row(field: str) -> None:
    assert f"| `{NAMES[field]}` |" in PAGE


def test_every_setting_that_init_shows_is_on_the_page() -> None:
    shown = tomllib.loads("\n".join(line[1:] for line in DEFAULT_TOML.splitlines() if re.match(r"#[\w\[]", line)))
    assert [name for name in _names(shown) if f"| `{name}` |" not in PAGE] == []


def _names(document: dict[str, Any]) -> Iterator[str]:
    """`section.key` of each setting; what the project names itself is NAME."""
    for section, value in document.items():
        if section == "models":
            yield "models.NAME.stages.NAME.require"
            continue
        for key in value if isinstance(value, dict) else ():
            named = value[key] if section in ("metrics", "entries") and isinstance(value[key], dict) else None
            yield from [f"{section}.{key}"] if named is None else [f"{section}.NAME.{inner}" for inner in named]
        if not isinstance(value, dict):
            yield section
