"""`exp doctor RUN`: what a run pins and what not, before anything is run, and the command that would pin it.

What must stay true: each hint can be typed as it is and mends what its line says; nothing is started that the run
names; what only a network could tell is said to be unknown unless the caller asked the remote.
"""

import shlex
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from expbench.domain.document import DataEntry, Omitted, RunDocument
from expbench.domain.inputs import NOTHING_PINS, PREFIX, told_inputs
from expbench.domain.secrets import MASK
from expbench.services.checking import Check

_SEEDS: Final = ("seed", "random_state", "random-state")
_NAMED: Final = 5  # so many sound paths have a line each
# What writes a lock file, by the file that it is made of; the first that is there.
_LOCKING: Final = (("pyproject.toml", "uv lock"), ("Pipfile", "pipenv lock"), ("environment.yml", "conda-lock"))
_FREEZE: Final = "python -m pip freeze > requirements.lock"
# What mends a file that was left out, by what its reason holds.
_TAKING: Final = (
    ("larger than", "dvc add {path}"),
    ("uncommitted changes", "git -C {path} commit -a"),
    ("repository of its own", "git submodule add ./{path}"),
    ("can't be read", "chmod u+r {path}"),
    ("untracked files", "dvc add {path}"),
)


class Evidence(NamedTuple):
    """What is asked of git, DVC and this machine about one run.

    `has_commit` and `has_file` (of the snapshot, by path) ask git, `has_ref` whether a ref keeps the commit;
    `has_data` the DVC cache. `on_remote` are the digests that the DVC remote has, None where it was not asked;
    `remote` is that remote's name. `has_dvc`: whether DVC is in the repository. `has_notes`: whether a process of
    the run told what it read. `has_python`: whether a Python of that version seems to be here.
    """

    has_commit: Callable[[str], bool]
    has_file: Callable[[str], bool]
    has_ref: Callable[[str], bool]
    has_data: Callable[[str], bool]
    has_python: Callable[[str], bool]
    has_dvc: bool
    has_notes: bool
    remote: str | None = None
    on_remote: Collection[str] | None = None


def check_run(document: RunDocument, evidence: Evidence) -> list[Check]:
    """What a run pins: code, data, environment, command, what it read besides, and chance."""
    return [
        *_code(document, evidence),
        *_data(document, evidence),
        *_env(document, evidence),
        _command(document),
        *_inputs(document, evidence),
        *_chance(document),
    ]


def _code(document: RunDocument, evidence: Evidence) -> Iterator[Check]:
    code = document["code"]
    if not code["snapshot"]:
        yield Check("code", "bad", "no snapshot was taken", f"exp show {document['id']}")
        return
    short = code["snapshot"][:12]
    if not evidence.has_commit(code["snapshot"]):
        yield Check("code", "bad", f"git no longer has the snapshot {short}", "git fsck --lost-found")
        return
    if evidence.has_ref(code["ref"]):
        yield Check("code", "ok", f"{short} is kept by {code['ref']}")
    else:
        yield Check(
            "code", "weak", f"{short} is not kept by a ref", f"git update-ref {code['ref']} {code['snapshot']}"
        )
    yield from (_omitted(omitted) for omitted in code["omitted"])
    if not code["complete"] and not code["omitted"]:
        yield Check("code", "bad", "its snapshot is incomplete", f"exp show {document['id']}")


def _omitted(omitted: Omitted) -> Check:
    taking = next((hint for mark, hint in _TAKING if mark in omitted["reason"]), "")
    words = f"{omitted['path']} is not in the snapshot: {omitted['reason']}"
    return Check("code", "bad", words, taking.format(path=shlex.quote(omitted["path"])))


def _data(document: RunDocument, evidence: Evidence) -> Iterator[Check]:
    entries = [*document["data"]["inputs"], *document["data"]["outputs"]]
    if not entries:
        none = Check("data", "ok", "no path is tracked by DVC")
        yield (
            none
            if evidence.has_dvc
            else Check("data", "weak", "there is no DVC in this repository, so data is not pinned", "dvc init")
        )
        return
    here = {entry["hash"] for entry in entries if evidence.has_data(entry["hash"])}
    lost = [entry for entry in entries if entry["hash"] not in here]
    yield from (_lost(document, entry, evidence) for entry in lost)
    yield from _cached(list(dict.fromkeys(entry["path"] for entry in entries if entry not in lost)))
    yield _remote([entry for entry in entries if entry["hash"] in here], evidence)


def _lost(document: RunDocument, entry: DataEntry, evidence: Evidence) -> Check:
    """Data that the cache lacks: lost without a remote, and perhaps to be had from one."""
    what = f"{entry['path']} ({entry['hash'][:12]}) is not in the DVC cache"
    fetching = f"exp restore {document['id']} FOLDER --data"
    if evidence.remote is None:
        return Check("data", "bad", f"{what}, and DVC has no remote", "dvc remote list")
    if evidence.on_remote is None:
        asking = f"exp doctor {document['id']} --remote"
        return Check("data", "weak", f"{what}; whether a remote has it is not known without network", asking)
    if entry["hash"] in evidence.on_remote:
        return Check("data", "weak", f"{what}, but on the remote {evidence.remote}", fetching)
    return Check("data", "bad", f"{what}, and not on the remote {evidence.remote}", "dvc remote list")


def _cached(paths: Sequence[str]) -> Iterator[Check]:
    if len(paths) > _NAMED:
        yield Check("data", "ok", f"{len(paths):,} paths are in the DVC cache")
    else:
        yield from (Check("data", "ok", f"{path} is in the DVC cache") for path in paths)


def _remote(cached: Sequence[DataEntry], evidence: Evidence) -> Check:
    """Whether the data would survive the loss of this machine's cache."""
    if evidence.remote is None:
        words = "it is in no other place than the cache of this machine"
        return Check("remote", "weak", words, "dvc remote add --default NAME ADDRESS")
    if evidence.on_remote is None:
        return Check("remote", "ok", f"whether {evidence.remote} has it, too, is not known without network: --remote")
    missing = list(dict.fromkeys(entry["path"] for entry in cached if entry["hash"] not in evidence.on_remote))
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return Check("remote", "weak", f"{missing[0]}{more}: not on {evidence.remote}", "dvc push --all-commits")
    return Check("remote", "ok", f"{evidence.remote} has all of it")


def _env(document: RunDocument, evidence: Evidence) -> Iterator[Check]:
    """Python, packages and lock. The packages' versions are enough to rebuild it, a lock names their files."""
    env = document["env"]
    if not env["python"]:
        yield Check("env", "weak", "its Python and packages are unknown", f"exp show {document['id']}")
        return
    if not evidence.has_python(env["python"]):
        version = env["python"].rpartition(" ")[2]
        yield Check(
            "python", "weak", f"no Python {version} was found here by its name", f"uv python install {version}"
        )
    lock, count = env["lock"], len(env.get("packages", {}))
    if lock is None:
        freezing = next((typed for made_of, typed in _LOCKING if evidence.has_file(made_of)), _FREEZE)
        words = f"the versions of {_counted(count)} are recorded, but no lock file pins their files"
        yield Check("env", "weak", words, freezing)
    elif evidence.has_file(lock["path"]):
        yield Check("env", "ok", f"locked by {lock['path']}, and the versions of {_counted(count)} are recorded")
    else:
        words = f"{lock['path']} is not in the snapshot: git ignores it"
        yield Check("env", "weak", words, f"git add --force {shlex.quote(lock['path'])}")


def _counted(packages: int) -> str:
    return "1 package" if packages == 1 else f"{packages} packages"


def _command(document: RunDocument) -> Check:
    if not document["command"]:
        return Check("command", "bad", "no command was recorded", f"exp show {document['id']}")
    if any(MASK in word for word in document["command"]):
        words = f"it held a secret, which was recorded as {MASK}, so it can't be repeated"
        return Check("command", "bad", words, "export SECRET=..., and let the program read it from there")
    return Check("command", "ok", "it is recorded whole")


def _inputs(document: RunDocument, evidence: Evidence) -> Iterable[Check]:
    """The files that the run read and nothing pins, one line each."""
    places = told_inputs(document["warnings"])
    if places:
        return [Check("undeclared inputs", "weak", f"{PREFIX}{place}", _pin(place)) for place in places]
    if evidence.has_notes:
        return [Check("undeclared inputs", "ok", "its Python processes read nothing else")]
    return [Check("undeclared inputs", "weak", "what it read is not known: no Python process of it told")]


def _pin(place: str) -> str:
    is_inside = not place.startswith(("../", "/")) and not place.endswith(NOTHING_PINS)
    return f"dvc add {shlex.quote(place)}" if is_inside else "move it into the repository, then dvc add it"


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
