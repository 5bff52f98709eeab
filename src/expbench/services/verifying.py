"""`exp models verify`: does everything that a version claims follow from what is here? One finding a claim.

What must stay true: a claim that could not be looked at is never said to hold; each finding names what it compared.
The order is that of the chain: the tag's message, the commit with the record, the run's document, the snapshot, the
artifact, the data, the environment.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

from expbench.domain.data import data_version
from expbench.domain.document import Artifact, DataEntry, RunDocument
from expbench.domain.environment import env_hash
from expbench.domain.registry.record import Record
from expbench.services.modelling import VersionDocument
from expbench.services.registering import own_metrics


class Finding(TypedDict):
    """A claim: `holds` is null where nothing here tells; `hint` is the command that would help."""

    what: str
    holds: bool | None
    expected: str | None
    found: str | None
    why: str
    hint: str


class VerifiedDocument(VersionDocument):
    """A version with what was found; `holds` only if every claim that counts does."""

    holds: bool
    checks: list[Finding]


class CommitFacts(NamedTuple):
    """A commit as it is: the id of its bytes, the id of its tree's bytes, the tree it names, and its parents."""

    object_id: str
    tree_id: str
    tree: str
    parents: Sequence[str]


class Copy(NamedTuple):
    """One copy of the artifact: where it is, its size and SHA-256, or why it can't be read."""

    place: str
    size: int
    sha256: str
    why: str = ""


class DataFacts(NamedTuple):
    """A tracked path: the hash that the snapshot has for it, and whether the bytes here have it (None: not here)."""

    path: str
    in_snapshot: str | None
    sound: bool | None


def finding(
    what: str,
    holds: bool | None,
    expected: str | None = None,
    found: str | None = None,
    why: str = "",
    hint: str = "",
) -> Finding:
    """A finding; where the claim holds there is nothing more to say."""
    return {"what": what, "holds": holds, "expected": expected, "found": found, "why": why, "hint": hint}


def check_message(record: Record | None, why: str, committed: Record | None, committed_why: str) -> Finding:
    """The tag's message against `run.json` of the commit that it points at."""
    if record is None:
        return finding("message", False, why=why or "the tag has no record")
    if committed is None:
        return finding("message", False, why=f"run.json of the tagged commit: {committed_why}")
    differing = _differing(record, committed)
    words = f"the message and run.json of the tagged commit differ in {', '.join(differing)}"
    return finding("message", not differing, why=words if differing else "")


def check_stage(record: Record | None, why: str, registered: Record) -> Finding:
    """The message of a stage's tag against that of its version."""
    if record is None:
        return finding("stage", False, why=why or "the stage's tag has no record")
    keys = ("model", "version", "run", "snapshot", "artifact", "data", "env", "metrics")
    differing = [key for key in keys if record[key] != registered[key]]  # type: ignore[literal-required]
    words = f"the stage's message and its version's differ in {', '.join(differing)}"
    return finding("stage", not differing, why=words if differing else "")


def check_commit(commit: str, facts: CommitFacts | None, record: Record) -> Finding:
    """The commit with the record: its own bytes, and that it stands on the snapshot."""
    if facts is None:
        return finding("record commit", False, commit, None, "the tagged commit is not in this repository")
    if facts.object_id != commit:
        return finding("record commit", False, commit, facts.object_id, "its bytes have another id")
    snapshot = record["snapshot"]
    parent = facts.parents[0] if facts.parents else None
    stands = len(facts.parents) == 1 and parent == snapshot
    return finding("record commit", stands, snapshot, parent, "" if stands else "it does not stand on the snapshot")


def check_document(record: Record, document: Mapping[str, Any] | None) -> Finding:
    """The run's document in the commit against the record."""
    if document is None:
        return finding("run", False, record["run"], None, "document.json of the tagged commit can't be read")
    wrong = [what for what, same in _agreements(record, document) if not same]
    words = f"the record and the run's document differ in {', '.join(wrong)}"
    return finding("run", not wrong, record["run"], str(document.get("id")), words if wrong else "")


def _agreements(record: Record, document: Mapping[str, Any]) -> list[tuple[str, bool]]:
    run: Any = document
    return [
        ("run", run["id"] == record["run"]),
        ("snapshot", run["code"]["snapshot"] == record["snapshot"]),
        ("artifact", record["artifact"] in run["artifacts"]),
        ("data", run["data"]["version"] == record["data"]),
        ("env", run["env"]["hash"] == record["env"]),
        ("metrics", own_metrics(run) == record["metrics"]),
        ("verdict", run["verdict"] == record["verdict"]),
    ]


def check_snapshot(document: RunDocument, facts: CommitFacts | None) -> Finding:
    """The snapshot's commit and tree, from their own bytes."""
    code = document["code"]
    snapshot, tree = code["snapshot"], code["tree"]
    if facts is None:
        hint = "git fetch --tags --force"
        return finding("snapshot", False, snapshot, None, "the commit is not in this repository", hint)
    if facts.object_id != snapshot:
        return finding("snapshot", False, snapshot, facts.object_id, "its bytes have another id")
    if facts.tree != tree:
        return finding("snapshot", False, tree, facts.tree, "it has another tree")
    same = facts.tree_id == tree
    return finding("snapshot", same, tree, facts.tree_id, "" if same else "its tree's bytes have another id")


def check_artifact(artifact: Artifact | None, copies: Sequence[Copy], hint: str) -> Finding:
    """Every copy of the artifact's bytes that is here; `hint` is how to get one."""
    if artifact is None:
        return finding("artifact", False, why="the record names none")
    wanted = artifact["sha256"]
    for copy in copies:
        if copy.why or (copy.size, copy.sha256) != (artifact["size"], wanted):
            why = f"{artifact['path']} {copy.place} {copy.why or 'is not what was registered'}"
            return finding("artifact", False, wanted, copy.sha256 or None, why)
    if not copies:
        return finding("artifact", False, wanted, None, f"{artifact['path']} is not here", hint)
    return finding("artifact", True, wanted, wanted)


def check_data(record: Record, inputs: Sequence[DataEntry], facts: Sequence[DataFacts]) -> Finding:
    """The data version from its entries, these against the snapshot, and the bytes of those that are here."""
    version = data_version(inputs)
    if version != record["data"]:
        return finding("data", False, record["data"], version, "the hashes of the inputs give another version")
    hashes = {entry["path"]: entry["hash"] for entry in inputs}
    for each in facts:
        if each.in_snapshot != hashes[each.path]:
            why = f"the snapshot has another hash for {each.path}"
            return finding("data", False, hashes[each.path], each.in_snapshot, why)
        if each.sound is False:
            why = f"{each.path} in the DVC cache is not what its hash says"
            return finding("data", False, hashes[each.path], None, why, "dvc fetch --force")
    away = [each.path for each in facts if each.sound is None]
    why = f"not here, so only their hashes were looked at: {_some(away)}" if away else ""
    return finding("data", True, version, version, why, "dvc fetch --all-commits" if away else "")


def check_env(document: RunDocument, lock_hash: str | None) -> Finding:
    """The environment's digest from its parts, and the lock file that the snapshot holds (its SHA-256)."""
    env = document["env"]
    digest = env_hash(env["python"], env["platform"], env.get("packages", {}))
    if digest != env["hash"]:
        return finding("env", False, env["hash"], digest, "its packages give another hash")
    lock = env["lock"]
    if lock is not None and lock_hash is not None and lock_hash != lock["hash"]:
        return finding("env", False, lock["hash"], lock_hash, f"the snapshot has another {lock['path']}")
    return finding("env", True, digest, digest)


def holds(checks: Sequence[Finding]) -> bool:
    """Whether all claims hold."""
    return all(check["holds"] for check in checks)


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> list[str]:
    return [key for key in a if a[key] != b[key]]


def _some(words: Sequence[str]) -> str:
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
