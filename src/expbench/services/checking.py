"""`exp doctor`: is every file of the store sound, and what does a run still pin?"""

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple, Protocol

from expbench.domain.document import RunDocument
from expbench.domain.inputs import NOTHING_PINS, PREFIX, told_inputs
from expbench.ports import DamagedRun

State = Literal["ok", "weak", "bad"]
_SEEDS: Final = ("seed", "random_state", "random-state")


class Check(NamedTuple):
    """One thing looked at: `bad` is damage, `weak` is not pinned; `hint` is the command that mends it."""

    subject: str
    state: State
    words: str
    hint: str = ""


class Evidence(NamedTuple):
    """What is asked of git and DVC: is the commit there, does a ref keep it, is the data in the cache."""

    has_commit: Callable[[str], bool]
    has_ref: Callable[[str], bool]
    has_data: Callable[[str], bool]
    present: bool


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


def check_store(state: StoreState, faults: Sequence[tuple[str, tuple[str, str]]]) -> list[Check]:
    """The store's own state: each damaged file by name, or that all is well.

    `faults` are artifacts and series that are not what was recorded: the run, the file, and why.
    """
    damaged = [Check(run.run_id or "store", "bad", f"{run.file}: {run.why}") for run in state.damaged]
    parted = [Check(run_id or "db.json", "bad", why, "exp doctor --repair") for run_id, why in state.differences]
    altered = [Check(run_id, "bad", f"runs/{run_id}/{file}: {why}") for run_id, (file, why) in faults]
    whole = Check("store", "ok", f"{counted(state.runs)}; journals, index, series and artifacts agree")
    return [*damaged, *parted, *altered] or [whole]


def counted(runs: int) -> str:
    """So many runs, in words."""
    return "1 run" if runs == 1 else f"{runs} runs"


def check_run(document: RunDocument, evidence: Evidence) -> list[Check]:
    """What a run still pins: code, data, environment, inputs that it did not declare, and chance."""
    pinned = [*_code(document, evidence), *_data(document, evidence), _env(document)]
    return [*pinned, *_inputs(document), *_chance(document)]


def _code(document: RunDocument, evidence: Evidence) -> list[Check]:
    code = document["code"]
    if not code["snapshot"]:
        return [Check("code", "bad", "no snapshot was taken", "exp show " + document["id"])]
    if not evidence.has_commit(code["snapshot"]):
        return [
            Check("code", "bad", f"git no longer has the snapshot {code['snapshot'][:12]}", "git fsck --lost-found")
        ]
    kept = evidence.has_ref(code["ref"])
    first = (
        Check("code", "ok", f"{code['snapshot'][:12]} is kept by {code['ref']}")
        if kept
        else Check(
            "code",
            "weak",
            f"{code['snapshot'][:12]} is not kept by a ref",
            f"git update-ref {code['ref']} {code['snapshot']}",
        )
    )
    left_out = [
        Check(
            "code",
            "weak",
            f"{omitted['path']} is not in the snapshot: {omitted['reason']}",
            f"dvc add {omitted['path']}",
        )
        for omitted in code["omitted"]
    ]
    return [first, *left_out]


def _data(document: RunDocument, evidence: Evidence) -> list[Check]:
    entries = [*document["data"]["inputs"], *document["data"]["outputs"]]
    if not evidence.present and not entries:
        return [Check("data", "weak", "there is no DVC in this repository, so data is not pinned", "dvc init")]
    if not entries:
        return [Check("data", "ok", "no path is tracked by DVC")]
    digests: dict[str, list[str]] = {}
    for entry in entries:
        digests.setdefault(entry["path"], []).append(entry["hash"])
    return [_entry(path, found, evidence) for path, found in digests.items()]


def _entry(path: str, digests: list[str], evidence: Evidence) -> Check:
    lost = [digest for digest in digests if not evidence.has_data(digest)]
    if lost:
        return Check("data", "weak", f"{path} ({lost[0][:12]}) is not in the DVC cache", "dvc fetch --all-commits")
    return Check("data", "ok", f"{path} is in the DVC cache")


def _inputs(document: RunDocument) -> list[Check]:
    """The files that the run read and nothing pins, one line each."""
    return [
        Check("undeclared inputs", "weak", f"{PREFIX}{place}", _pin(place))
        for place in told_inputs(document["warnings"])
    ]


def _pin(place: str) -> str:
    is_inside = not place.startswith(("../", "/")) and not place.endswith(NOTHING_PINS)
    return f"dvc add {place}" if is_inside else "move it into the repository, then dvc add it"


def _chance(document: RunDocument) -> list[Check]:
    """The seeds: that of the program's own, as far as a param tells, and that of Python's hashes."""
    seeds = [key for key in document["params"] if key.lower().endswith(_SEEDS)]
    told = f"{seeds[0]} is {document['params'][seeds[0]]}" if seeds else "no param is called a seed"
    checks = [Check("seed", "ok" if seeds else "weak", told, "" if seeds else "take the seed from a param")]
    if not document["env"]["python"]:
        return checks
    value = document["env"]["variables"].get("PYTHONHASHSEED")
    if value is not None and value != "random":
        return [*checks, Check("hash seed", "ok", f"PYTHONHASHSEED is {value}")]
    words = "PYTHONHASHSEED was not set, so sets of texts may come in another order"
    return [*checks, Check("hash seed", "weak", words, "PYTHONHASHSEED=0 exp run -- COMMAND")]


def _env(document: RunDocument) -> Check:
    lock = document["env"]["lock"]
    if lock is not None:
        return Check("env", "ok", f"locked by {lock['path']}")
    count = len(document["env"].get("packages", {}))
    if count:
        return Check("env", "weak", f"{count} packages are recorded, but no lock file pins their files", "uv lock")
    return Check("env", "weak", "the packages are unknown", "exp show " + document["id"])
