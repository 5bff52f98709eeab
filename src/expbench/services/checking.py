"""`exp doctor`: is every file of the store sound?"""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from expbench.ports import DamagedRun

State = Literal["ok", "weak", "bad"]


class Check(NamedTuple):
    """One thing looked at: `bad` is damage, `weak` is not pinned; `hint` is the command that mends it."""

    subject: str
    state: State
    words: str
    hint: str = ""


class StoreState(Protocol):
    """What the store says of itself."""

    @property
    def runs(self) -> int:
        """How many runs have a journal."""

    @property
    def damaged(self) -> Sequence[DamagedRun]:
        """Runs and files that can't be read whole."""

    @property
    def differences(self) -> Sequence[tuple[str, str]]:
        """Runs on which index and journal differ, and how."""


def check_store(
    state: StoreState, faults: Sequence[tuple[str, tuple[str, str]]], abandoned: Sequence[str] = ()
) -> list[Check]:
    """The store's own state: each damaged file by name, or that all is well.

    `faults` are artifacts and series that are not what was recorded: the run, the file, and why. `abandoned` are runs
    whose work trees a killed process has left behind.
    """
    damaged = [Check(run.run_id or "store", "bad", f"{run.file}: {run.why}") for run in state.damaged]
    parted = [Check(run_id or "db.json", "bad", why, "exp doctor --repair") for run_id, why in state.differences]
    altered = [Check(run_id, "bad", f"runs/{run_id}/{file}: {why}") for run_id, (file, why) in faults]
    whole = Check("store", "ok", f"{counted(state.runs)}; journals, index, series and artifacts agree")
    left = [Check(run_id, "weak", "a killed process has left its work tree", "exp gc --yes") for run_id in abandoned]
    return [*([*damaged, *parted, *altered] or [whole]), *left]


def counted(runs: int) -> str:
    """So many runs, in words."""
    return "1 run" if runs == 1 else f"{runs} runs"
