"""What `exp models` shows: the list of versions, the page of one version, the history.

What weakens a proof is always said in words: forced, unproven, foreign, deprecated.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from expbench.domain.registry.record import Gate
from expbench.render.blocks import block, inner, paragraph
from expbench.render.printable import clip
from expbench.render.style import Role, Style, paint, sign
from expbench.render.table import Cell, Column, numeric, table
from expbench.render.values import age, listed, number, param, size
from expbench.render.verdict import verdict_lines
from expbench.services.modelling import ModelDocument, VersionDocument

NO_MODELS: Final = "No models yet.\nhint: exp models register RUN --name MODEL"
_DONE: Final = {"register": "registered", "promote": "promoted", "demote": "demoted", "deprecate": "deprecated"}
_SHORT: Final = 10


def models_table(documents: Sequence[ModelDocument], metric: str | None, style: Style, now: str) -> str:
    """A line for each version: its stages, the headline metric, its run, who did the latest with it and when."""
    key = metric or _first_metric(documents)
    weak = any(remarks(document) for document in documents)
    columns = [
        *(Column("model"), Column("version", shrinks=False), Column("stage")),
        *([Column("remarks")] if weak else []),
        *([numeric(key)] if key else []),
        *(Column("run", shrinks=False), Column("when", shrinks=False), Column("by")),
    ]
    rows = []
    for _, same in groupby(documents, key=lambda document: (document["model"], document["version"])):
        rows.append(_version_row(list(same), key, now, weak=weak))
    return "\n".join(table(columns, rows, style))


def _version_row(same: Sequence[ModelDocument], key: str | None, now: str, *, weak: bool) -> list[Cell]:
    first = same[0]
    role: Role | None = "dim" if first["deprecated"] else None
    said = ", ".join(dict.fromkeys(word for document in same for word in remarks(document)))
    return [
        Cell(first["model"], role or "heading"),
        Cell(_named(first["version"]), role),
        Cell(", ".join(first["stages"]), "good"),
        *([Cell(said, "warn")] if weak else []),
        *([Cell(_metric(first, key), role)] if key else []),
        Cell(first["run"] or "-", "id" if first["run"] else "dim"),
        Cell(age(first["at"], now), "dim"),
        Cell(who(first["by"]), "dim"),
    ]


def history_table(documents: Sequence[ModelDocument], style: Style, now: str) -> str:
    """A line for each event: what, to which version, by whom, when, why."""
    columns = [
        *(Column("when", shrinks=False), Column("model"), Column("version", shrinks=False)),
        *(Column("event"), Column("by"), Column("note")),
    ]
    rows = [
        [
            Cell(age(document["at"], now), "dim"),
            Cell(document["model"], "heading"),
            Cell(_named(document["version"])),
            Cell(happened(document), _event_role(document)),
            Cell(who(document["by"]), "dim"),
            Cell(document["note"]),
        ]
        for document in documents
    ]
    return "\n".join(table(columns, rows, style))


def version_text(document: VersionDocument, style: Style, now: str) -> str:
    """The page of one version."""
    look = inner(style)
    proofs = [line for line in (document["why"],) if line]
    blocks = [
        _head(document, style, now),
        block("note", paragraph(document["note"], look) if document["note"] else [], style),
        block("lineage", _lineage(document, look), style),
        block("metrics", _metrics(document, look), style),
        block("gates", gate_lines(document["gates"], look), style),
        block("verdict", verdict_lines(document["verdict"], look), style),
        block("history", _history(document["history"], look, now), style),
        block("proof", [line for text in proofs for line in paragraph(text, look, "warn")], style),
        block("git tag", paragraph(_tag_words(document), look), style),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines)


def gate_lines(gates: Sequence[Gate], style: Style) -> list[str]:
    """A line for each rule: whether it holds, and the value that decided it."""
    if not gates:
        return []
    rows = [
        [
            Cell(sign("finished" if gate["holds"] else "failed", style), "good" if gate["holds"] else "bad"),
            Cell(gate["rule"]),
            Cell(_value(gate["value"]), "dim"),
        ]
        for gate in gates
    ]
    return table([Column("", shrinks=False), Column(""), Column("")], rows, style, header=False)


def remarks(document: ModelDocument) -> list[str]:
    """What must be known before the version is trusted."""
    words = ["forced"] if document["forced"] else []
    if document["proof"] != "proven":
        words.append(document["proof"])
    return [*words, "deprecated"] if document["deprecated"] else words


def happened(document: ModelDocument) -> str:
    """The event in words: `promoted to production, forced`."""
    where = {"promote": "to ", "demote": "from "}.get(document["event"], "")
    stage = f" {where}{document['stage']}" if document["stage"] else ""
    weak = [word for word in remarks(document) if word != "deprecated"]
    return ", ".join([f"{_DONE[document['event']]}{stage}", *weak])


def who(by: str) -> str:
    """The name alone of `Name <mail>`; the mail where there is no name."""
    name, _, mail = by.partition("<")
    return name.strip() or mail.rstrip(">") or "-"


def _event_role(document: ModelDocument) -> Role | None:
    if document["forced"] or document["proof"] != "proven":
        return "warn"
    return "good" if document["event"] == "promote" else None


def _head(document: VersionDocument, style: Style, now: str) -> list[str]:
    name = f"{document['model']}@{_named(document['version'])}"
    title = paint(clip(name, style.width, sign("ellipsis", style)), "heading", style)
    held = f"holds {listed(document['stages'])}" if document["stages"] else "holds no stage"
    weak = "".join(f" {sign('dot', style)} {word}" for word in remarks(document))
    signed = f" {sign('dot', style)} signed" if document["signed"] else ""
    line = f"{happened(document)} {age(document['at'], now)} by {document['by'] or 'nobody'}"
    return [title, *paragraph(f"{held}{weak}{signed}", style), *paragraph(line, style, "dim")]


def _lineage(document: VersionDocument, style: Style) -> list[str]:
    steps, artifact = document["lineage"], document["artifact"]
    rows = [
        ("data", steps["data"] or "none recorded"),
        ("run", steps["run"] or "unknown"),
        ("snapshot", steps["snapshot"] or "unknown"),
        ("artifact", f"{artifact['path']}  {size(artifact['size'])}" if artifact else "none"),
        ("sha256", artifact["sha256"] if artifact else "-"),
        ("version", f"{document['model']}@{_named(document['version'])}"),
        ("stage", listed(steps["stages"]) or "none"),
    ]
    cells = [[Cell(f"{sign('arrow', style) if place else ' '} {name}", "dim"), Cell(text)] for place, (name, text)
             in enumerate(rows)]  # fmt: skip
    return table([Column("", shrinks=False), Column("")], cells, style, header=False)


def _metrics(document: ModelDocument, style: Style) -> list[str]:
    rows = [
        [Cell(key), Cell(number(summary["last"])), Cell(number(summary["min"])), Cell(number(summary["max"]))]
        for key, summary in document["metrics"].items()
    ]
    columns = [Column("metric"), numeric("last"), numeric("min"), numeric("max")]
    return table(columns, rows, style) if rows else []


def _history(events: Iterable[ModelDocument], style: Style, now: str) -> list[str]:
    rows = [
        [
            Cell(age(event["at"], now), "dim"),
            Cell(happened(event), _event_role(event)),
            Cell(who(event["by"]), "dim"),
            Cell(event["note"]),
        ]
        for event in events
    ]
    return table([Column(""), Column(""), Column(""), Column("")], rows, style, header=False)


def _tag_words(document: ModelDocument) -> str:
    commit = document["commit"][:_SHORT]
    return f"{document['tag']} at {commit}" if document["tag"] else f"none registers {commit}"


def _named(version: str | None) -> str:
    """A version; a commit, which GTO takes where nothing was registered, is cut short."""
    return "-" if version is None else version if version.startswith("v") else version[:_SHORT]


def _metric(document: ModelDocument, key: str | None) -> str:
    summary = document["metrics"].get(key or "")
    return number(summary["last"]) if summary else "-"


def _first_metric(documents: Sequence[ModelDocument]) -> str | None:
    return next((key for document in documents for key in document["metrics"]), None)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {param(part)}" for key, part in value.items())
    return param(value)
