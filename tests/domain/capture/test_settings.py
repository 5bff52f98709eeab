"""The section `[capture]` of `exp.toml`."""

from typing import Any

import pytest

from expbench.domain.capture.settings import CaptureSettings, capture_settings
from expbench.errors import EnvironmentUnusable


def test_without_a_section_output_is_read() -> None:
    assert capture_settings({}) == CaptureSettings(stdout=True)


def test_all_settings() -> None:
    settings = capture_settings({"capture": {"stdout": False, "patterns": ["a=(?P<a>.*)"], "ignore": ["lr"]}})
    assert not settings.stdout
    assert [pattern.pattern for pattern in settings.patterns] == ["a=(?P<a>.*)"]
    assert settings.ignore == {"lr"}


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (3, "must be a table"),
        ({"stdout": "yes"}, "true or false"),
        ({"reads": 1}, "capture.reads must be true or false"),
        ({"patterns": "x"}, "a list of texts"),
        ({"patterns": [1]}, "a list of texts"),
        ({"ignore": [""]}, "a list of texts"),
        ({"patterns": ["(?P<a>.)", "(unclosed"]}, "pattern 2 of capture.patterns is no regular expression"),
        ({"patterns": ["loss (.*)"]}, "names no metric"),
        ({"patterns": ["(?P<step>.*)"]}, "names no metric"),
        ({"patterns": ["(?P<key>.*)"]}, "only one of"),
        ({"patterns": ["(?P<value>.*) (?P<step>.)"]}, "only one of"),
    ],
)
def test_a_mistake_is_named_with_what_to_write(section: Any, words: str) -> None:
    with pytest.raises(EnvironmentUnusable) as raised:
        capture_settings({"capture": section})
    assert words in raised.value.cause
    assert "exp.toml" in raised.value.hint


def test_noting_what_a_run_reads_can_be_switched_off() -> None:
    assert capture_settings({}).reads is True
    assert capture_settings({"capture": {"reads": False}}).reads is False


def test_an_unknown_name_is_a_warning() -> None:
    (warning,) = capture_settings({"capture": {"pattern": ["x"]}}).warnings
    assert "capture.pattern" in warning
    assert "patterns" in warning
