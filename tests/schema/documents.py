"""The JSON documents of DESIGN.md, section 4, as JSON schemas: every key there, no other, each of its type.

They are written from the contract, not from the code, and change only with it.
"""

from typing import Any, Final

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
BOOL: Final[Schema] = {"type": "boolean"}
INTEGER: Final[Schema] = {"type": "integer"}
ID: Final[Schema] = {"type": "string", "pattern": "^[0-9abcdefghjkmnpqrstvwxyz]{12}$"}
SHA: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{40}([0-9a-f]{24})?$"}
DIGEST: Final[Schema] = {"type": "string", "pattern": r"^[0-9a-f]{32}(\.dir)?$"}
SHA256: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
TIME: Final[Schema] = {
    "type": "string",
    "pattern": r"^20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\d(\.\d{1,6})?(Z|\+00:00)$",
}
SECONDS: Final[Schema] = {"type": "number", "minimum": 0}
# A path relative to the repository's root: never absolute, no trailing slash.
PATH: Final[Schema] = {"type": "string", "minLength": 1, "not": {"pattern": "^/|/$|^(.*/)?\\.\\.(/|$)"}}
NUMBER: Final[Schema] = {"anyOf": [{"type": "number"}, {"enum": ["NaN", "Infinity", "-Infinity"]}]}
SCALAR: Final[Schema] = {"type": ["string", "number", "boolean", "null"]}
SOURCE: Final[Schema] = {"type": "string", "pattern": "^(api|cli|stdout|file:.+|dvclive|tensorboard|system)$"}
PARAM_SOURCE: Final[Schema] = {"type": "string", "pattern": "^(cli|file:.+|argv|api)$"}
STATUS: Final[Schema] = {"enum": ["queued", "running", "finished", "failed", "killed", "lost"]}
AXES: Final = ("code", "data", "params", "env", "metrics", "command")


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def record(**keys: Schema) -> Schema:
    """An object with exactly these keys."""
    return {"type": "object", "properties": keys, "required": [*keys], "additionalProperties": False}


def listing(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def mapping(values: Schema) -> Schema:
    """An object whose keys the user chooses."""
    return {"type": "object", "additionalProperties": values}


_ENTRY = record(path=PATH, hash=DIGEST, size=COUNT, files=COUNT)
_ENV: dict[str, Schema] = {
    "python": TEXT,
    "platform": TEXT,
    "hash": TEXT,
    "lock": maybe(record(path=PATH, hash=TEXT)),
    "packages": mapping(TEXT),
    "hardware": mapping({"type": ["string", "integer", "number", "null"]}),
    "variables": mapping(TEXT),
}
_VERDICT = record(
    grade={"enum": ["identical", "equal", "different", "failed", "impossible"]},
    reproduced_by=listing(ID),
    metrics=listing(
        record(key=TEXT, a=maybe(NUMBER), b=maybe(NUMBER), equal=BOOL, first_difference_step=maybe(INTEGER))
    ),
    outputs=listing(record(path=PATH, a=maybe(TEXT), b=maybe(TEXT), equal=BOOL)),
    inputs=listing(record(what=TEXT, a=maybe(TEXT), b=maybe(TEXT), equal=BOOL)),
)
_SUMMARY = record(
    last=NUMBER,
    min=NUMBER,
    max=NUMBER,
    first_step=INTEGER,
    last_step=INTEGER,
    count={"type": "integer", "minimum": 1},
    source=SOURCE,
)
_ARTIFACT = record(path=PATH, size=COUNT, sha256=SHA256)
_UNKNOWN_SHA = {"anyOf": [SHA, {"const": ""}]}


def _run(env: dict[str, Schema]) -> Schema:
    return record(
        schema={"const": 1},
        id=ID,
        name={"type": "string", "minLength": 1},
        experiment=TEXT,
        status=STATUS,
        exit_code=maybe(INTEGER),
        signal=maybe({"type": "string", "pattern": r"^SIG[A-Z0-9+\-]+$"}),
        created_at=TIME,
        started_at=maybe(TIME),
        ended_at=maybe(TIME),
        duration_s=maybe(SECONDS),
        command=listing(TEXT),
        cwd=PATH,
        entry=maybe(TEXT),
        user=TEXT,
        host=TEXT,
        executor=TEXT,
        code=record(
            commit=maybe(SHA),
            branch=maybe(TEXT),
            dirty=BOOL,
            snapshot=_UNKNOWN_SHA,
            tree=_UNKNOWN_SHA,
            ref={"type": "string", "pattern": "^refs/exp/runs/[0-9a-z]{12}$"},
            complete=BOOL,
            omitted=listing(record(path=TEXT, size=COUNT, reason=TEXT)),
            remote=maybe(TEXT),
        ),
        data=record(version=maybe(TEXT), inputs=listing(_ENTRY), outputs=listing(_ENTRY)),
        env=record(**env),
        params=mapping(SCALAR),
        param_sources=mapping(PARAM_SOURCE),
        metrics=mapping(_SUMMARY),
        tags=listing(TEXT, uniqueItems=True),
        attributes=mapping(TEXT),
        note=TEXT,
        artifacts=listing(record(path=PATH, size=COUNT, sha256=SHA256)),
        links=record(reproduces=maybe(ID), parent=maybe(ID), sweep=maybe(TEXT), commits=listing(SHA)),
        verdict=maybe(_VERDICT),
        warnings=listing(TEXT),
    )


RUN: Final = _run(_ENV)
LISTED_RUN: Final = _run({key: value for key, value in _ENV.items() if key != "packages"})

_SAME: Final[Schema] = {"type": ["boolean", "null"]}
_CHANGED = listing(record(key=TEXT, a=maybe(SCALAR), b=maybe(SCALAR)))
DIFF: Final = record(
    a=ID,
    b=ID,
    code=record(
        same=_SAME,
        a=_UNKNOWN_SHA,
        b=_UNKNOWN_SHA,
        files=listing(
            record(
                path=TEXT,
                status={"enum": ["A", "M", "D", "R"]},
                **{"from": maybe(TEXT)},
                added=maybe(COUNT),
                deleted=maybe(COUNT),
            )
        ),
    ),
    data=record(
        same=_SAME,
        changed=listing(
            record(
                path=PATH,
                a=maybe(DIGEST),
                b=maybe(DIGEST),
                added=maybe(COUNT),
                removed=maybe(COUNT),
                modified=maybe(COUNT),
            )
        ),
    ),
    params=record(same=_SAME, changed=_CHANGED),
    env=record(same=_SAME, changed=_CHANGED),
    metrics=record(
        same=_SAME,
        changed=listing(
            record(key=TEXT, a=maybe(NUMBER), b=maybe(NUMBER), delta=maybe(NUMBER), better={"enum": ["a", "b", None]})
        ),
    ),
    command=record(same=_SAME, a=listing(TEXT), b=listing(TEXT)),
)
SERIES: Final = record(
    key=TEXT, points=listing({"type": "array", "prefixItems": [INTEGER, {"type": "number"}, NUMBER], "minItems": 3})
)
CHECKS: Final = listing(record(subject=TEXT, state={"enum": ["ok", "weak", "bad"]}, words=TEXT, hint=TEXT))

# The registry: section 9. A gate that names `current` has the holder's values beside it.
_GATE: Schema = {
    "type": "object",
    "properties": {"rule": TEXT, "value": {}, "holds": BOOL, "current": mapping({})},
    "required": ["rule", "value", "holds"],
    "additionalProperties": False,
}
_RECORD: dict[str, Schema] = {
    "schema": {"const": 1},
    "event": {"enum": ["register", "promote", "demote", "deprecate"]},
    "model": TEXT,
    "version": maybe(TEXT),
    "stage": maybe(TEXT),
    "run": maybe(ID),
    "snapshot": maybe(SHA),
    "artifact": maybe(_ARTIFACT),
    "data": maybe(DIGEST),
    "env": maybe(TEXT),
    "metrics": mapping(_SUMMARY),
    "verdict": maybe(_VERDICT),
    "gates": listing(_GATE),
    "forced": BOOL,
    "by": TEXT,
    "at": TIME,
    "note": TEXT,
}
_AROUND: dict[str, Schema] = {
    "tag": TEXT,
    "commit": SHA,
    "proof": {"enum": ["proven", "unproven", "foreign"]},
    "why": TEXT,
    "signed": BOOL,
    "stages": listing(TEXT, uniqueItems=True),
    "deprecated": BOOL,
}
REGISTRY_RECORD: Final = record(**_RECORD)
MODELS: Final = listing(record(**_RECORD, **_AROUND))
_LINEAGE = record(
    data=maybe(DIGEST),
    run=maybe(ID),
    snapshot=maybe(SHA),
    artifact=maybe(PATH),
    version=TEXT,
    stages=listing(TEXT, uniqueItems=True),
)
MODEL_VERSION: Final = record(**_RECORD, **_AROUND, lineage=_LINEAGE, history=MODELS)
