"""Exit codes and signals as statuses."""

import pytest

from expbench.domain.outcome import shell_code, status_of


@pytest.mark.parametrize(
    ("exit_code", "signal_name", "status", "code"),
    [
        (0, None, "finished", 0),
        (1, None, "failed", 1),
        (130, None, "failed", 130),
        (255, None, "failed", 255),
        (None, "SIGINT", "killed", 130),
        (None, "SIGTERM", "killed", 143),
        (None, "SIGHUP", "killed", 129),
        (None, "SIGQUIT", "killed", 131),
        (None, "SIGKILL", "killed", 137),
        (None, "SIGSEGV", "failed", 139),
        (None, "SIGABRT", "failed", 134),
        (None, "SIGFPE", "failed", 136),
    ],
)
def test_status_and_shell_code(exit_code: int | None, signal_name: str | None, status: str, code: int) -> None:
    assert status_of(exit_code, signal_name) == status
    assert shell_code(exit_code, signal_name) == code
