"""What a rerun is made of: a recorded run's snapshot as an order to whoever runs it, and what stands in its way.

A recipe may take its code, data, params and environment from two runs. Params files and `.dvc` files lie in the
same git trees as code, so each axis names the snapshot that its files are taken from (`axis_of`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from expbench.domain.diff import code_excludes
from expbench.domain.document import DataEntry, Env, ParamValue, RunDocument
from expbench.domain.secrets import MASK
from expbench.errors import ExitCode, Mismatch

Axis = Literal["code", "data", "params", "env"]
Side = Literal["a", "b"]
AXES: Final[tuple[Axis, ...]] = ("code", "data", "params", "env")
# Where they point belongs to the environment that is built, or to a job that is over.
_NOT_REPLAYED: Final = re.compile(r"VIRTUAL_ENV|CONDA_DEFAULT_ENV|SLURM_\w+")


class Recipe(NamedTuple):
    """One rerun. Snapshots are commits; `data` is what tracked paths hold at the start, None: as `.dvc` files say.

    `params_snapshot` and `data_snapshot` are where params files and `.dvc` files come from; where they are None the
    code's own stay, and `params` whose source is a file are set in them one by one. `env` is the environment to
    work in, None: that of the code; `env_snapshot` has its lock file, None: the code has it, too. `reproduces` and
    `parent` are links of the new run, `tags` and `note` are its own.
    """

    snapshot: str
    command: Sequence[str]
    cwd: str
    entry: str | None = None
    params: Mapping[str, ParamValue] = {}
    param_sources: Mapping[str, str] = {}
    params_snapshot: str | None = None
    data: Sequence[DataEntry] | None = None
    data_snapshot: str | None = None
    env: Env | None = None
    env_snapshot: str | None = None
    variables: Mapping[str, str] = {}
    experiment: str = "default"
    reproduces: str | None = None
    parent: str | None = None
    tags: Sequence[str] = ()
    note: str = ""


# Runs a recipe in a clean place to its end, records it, and gives the new run's whole document.
Rerun = Callable[[Recipe], RunDocument]


class Obstacle(NamedTuple):
    """Why a run can't be rerun: `code`, `command` or a path; the digest that is wanted; and why in words."""

    what: str
    wanted: str | None
    why: str
    hint: str = ""


class Impossible(Mismatch):
    """There can be no rerun, for these reasons."""

    exit_code = ExitCode.MISMATCH

    def __init__(self, obstacles: Sequence[Obstacle], run_id: str = "RUN") -> None:
        self.obstacles = list(obstacles)
        causes = "\n".join(obstacle.why for obstacle in obstacles)
        hint = next((obstacle.hint for obstacle in obstacles if obstacle.hint), f"exp doctor {run_id}")
        super().__init__("this run can't be reproduced", causes, hint)


def recipe_of(document: RunDocument) -> Recipe:
    """The rerun of a recorded run as it was."""
    return mixed(document, document, dict.fromkeys(AXES, "a"))._replace(
        reproduces=document["id"], parent=None, experiment=document["experiment"]
    )


def mixed(a: RunDocument, b: RunDocument, mix: Mapping[Axis, Side]) -> Recipe:
    """A rerun with each axis of one of two runs. The command line goes with the params, the variables with them."""
    runs: dict[Side, RunDocument] = {"a": a, "b": b}
    code, data, params, env = (runs[mix.get(axis, "a")] for axis in AXES)
    given = given_params(params)
    return Recipe(
        snapshot=code["code"]["snapshot"],
        command=list(params["command"]),
        cwd=params["cwd"],
        entry=params["entry"],
        params=given,
        param_sources={key: params["param_sources"][key] for key in given if key in params["param_sources"]},
        params_snapshot=params["code"]["snapshot"],
        data=list(data["data"]["inputs"]),
        data_snapshot=data["code"]["snapshot"],
        env=env["env"],
        env_snapshot=env["code"]["snapshot"],
        variables=replayed_variables(params["env"]["variables"]),
        experiment=a["experiment"],
        parent=a["id"],
    )


def given_params(document: RunDocument) -> dict[str, ParamValue]:
    """The params that a run was given; what its program logs as a param by itself comes from its code."""
    sources = document["param_sources"]
    return {key: value for key, value in document["params"].items() if sources.get(key) != "api"}


def replayed_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """The recorded variables that a rerun sets again; paths in `PYTHONPATH` are relative to the root."""
    return {name: value for name, value in variables.items() if not _NOT_REPLAYED.fullmatch(name)}


def axis_of(a: RunDocument, b: RunDocument) -> Callable[[str], Axis]:
    """Which axis a path of the tree (relative to the root) belongs to, for two runs."""
    excluded = code_excludes(a, b)

    def axis(path: str) -> Axis:
        if not excluded(path):
            return "code"
        return "data" if path.endswith(".dvc") or path.rpartition("/")[2] == "dvc.lock" else "params"

    return axis


class Evidence(NamedTuple):
    """What is asked of git and DVC: is the commit there, can an entry be had (from the cache or a remote)."""

    has_commit: Callable[[str], bool]
    has_data: Callable[[DataEntry], bool]


def obstacles(document: RunDocument, evidence: Evidence) -> list[Obstacle]:
    """What stands in the way of rerunning this run; an empty list where nothing does."""
    found = _code_obstacles(document, evidence)
    found += [
        Obstacle(entry["path"], entry["hash"], f"{entry['path']} ({entry['hash'][:12]}) is lost", "dvc fetch")
        for entry in document["data"]["inputs"]
        if not evidence.has_data(entry)
    ]
    if not document["command"]:
        found.append(Obstacle("command", None, "no command was recorded"))
    if any(MASK in word for word in document["command"]):
        found.append(Obstacle("command", None, f"its command held a secret, which was recorded as {MASK}"))
    return found


def _code_obstacles(document: RunDocument, evidence: Evidence) -> list[Obstacle]:
    code = document["code"]
    if not code["snapshot"]:
        return [Obstacle("code", None, "no snapshot of its code was taken")]
    if not evidence.has_commit(code["snapshot"]):
        return [Obstacle("code", code["snapshot"], f"git no longer has its snapshot {code['snapshot'][:12]}")]
    if code["complete"]:
        return []
    omitted = [
        Obstacle(left_out["path"], None, f"{left_out['path']} is not in its snapshot: {left_out['reason']}")
        for left_out in code["omitted"]
    ]
    return omitted or [Obstacle("code", code["snapshot"], "its snapshot is incomplete")]
