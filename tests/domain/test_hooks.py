"""The section `[hooks]` of the settings."""

import pytest

from expbench.domain.hooks import HookSettings, hook_settings
from expbench.errors import EnvironmentUnusable


def test_without_the_section_nothing_is_asked_for() -> None:
    assert hook_settings({}) == HookSettings(False, ())


def test_both_settings() -> None:
    assert hook_settings({"hooks": {"tag_best": True, "push": ["acc > 1"]}}) == HookSettings(True, ("acc > 1",))


@pytest.mark.parametrize("section", [3, {"tag_best": "yes"}, {"push": "acc > 1"}, {"push": [""]}, {"push": [1]}])
def test_a_wrong_type_is_named(section: object) -> None:
    with pytest.raises(EnvironmentUnusable) as found:
        hook_settings({"hooks": section})
    assert "hooks" in found.value.cause
