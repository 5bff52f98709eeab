"""Versions: their order, and the next one."""

import pytest

from expbench.domain.registry.versions import Bump, is_version, next_version, version_key


def test_the_order_is_that_of_semver_org() -> None:
    """The example of semver.org itself, number 11."""
    ordered = (
        "v1.0.0-alpha v1.0.0-alpha.1 v1.0.0-alpha.beta v1.0.0-beta v1.0.0-beta.2 v1.0.0-beta.11 v1.0.0-rc.1 v1.0.0 "
        "v1.0.1 v1.2.0 v1.10.0 v2.0.0"
    ).split()
    assert sorted([*ordered[5:], *ordered[:5]], key=version_key) == ordered


def test_what_is_no_version_comes_first() -> None:
    assert sorted(["v0.0.1", "4a5b", "v0.0.0"], key=version_key) == ["4a5b", "v0.0.0", "v0.0.1"]
    assert not is_version("4a5b")


@pytest.mark.parametrize(
    ("taken", "bump", "expected"),
    [
        ([], "patch", "v0.0.1"),
        ([], "minor", "v0.1.0"),
        ([], "major", "v1.0.0"),
        (["v0.0.9"], "patch", "v0.0.10"),
        (["v0.0.10", "v0.0.9"], "patch", "v0.0.11"),
        (["v1.2.3"], "minor", "v1.3.0"),
        (["v1.2.3"], "major", "v2.0.0"),
        (["v1.2.3-rc.1"], "patch", "v1.2.4"),
        (["0123456789"], "patch", "v0.0.1"),
    ],
)
def test_the_next_version(taken: list[str], bump: Bump, expected: str) -> None:
    assert next_version(taken, bump) == expected
