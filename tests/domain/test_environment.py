"""The digest of an environment: equal for equal ones, another for any that differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expbench.domain.environment import env_hash

PACKAGES = {"numpy": "2.0.1", "dvc": "3.50"}
HASH = env_hash("3.11.7", "Linux-6.1", PACKAGES)


def test_the_digest_stays_what_it_was_when_runs_were_recorded() -> None:
    """A claim of a record is checked by working it out anew, years later too."""
    assert HASH == "46e6f4f4e4e0997eae21098c423c3907f1bd5abdf232513dd78a2d5a215950bc"


@pytest.mark.parametrize(
    ("python", "platform", "packages"),
    [
        ("3.11.8", "Linux-6.1", PACKAGES),
        ("3.11.7", "Linux-6.2", PACKAGES),
        ("3.11.7", "Linux-6.1", {**PACKAGES, "numpy": "2.0.2"}),
        ("3.11.7", "Linux-6.1", {"numpy": "2.0.1"}),
        ("3.11.7", "Linux-6.1", {}),
        ("3.11.7", "Linux-6.1", {"dvc": "2.0.1", "numpy": "3.50"}),
        ("3.11.7", "Linux-6.1", {"numpy": '2.0.1", "dvc": "3.50'}),
        ("3.11.7Linux-6.1", "", PACKAGES),
    ],
)
def test_each_part_counts(python: str, platform: str, packages: dict[str, str]) -> None:
    assert env_hash(python, platform, packages) != HASH


def test_an_unknown_environment_has_none() -> None:
    assert env_hash("", "Linux-6.1", PACKAGES) == ""


@given(st.permutations(sorted({**PACKAGES, "é": "1", "\udc80": "2", "\x00": ""}.items())))
def test_the_order_in_which_packages_are_found_does_not_count(items: list[tuple[str, str]]) -> None:
    digest = env_hash("3.11.7", "Linux", dict(items))
    assert digest == env_hash("3.11.7", "Linux", dict(sorted(items)))
    assert len(digest) == 64
