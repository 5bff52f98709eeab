"""Models as lines: a row for each version, and the page of one version with the gates of each stage."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from expbench.domain.registry.record import Gate
from expbench.render.models import NO_MODELS, gate_lines, models_table, version_text
from expbench.render.style import Style
from expbench.services.modelling import ModelDocument, VersionDocument
from expbench.tui.views.lines import Line, line
from expbench.tui.views.painted import lines_of


class Version(NamedTuple):
    """A version of a model, as a row stands for it."""

    model: str
    version: str

    @property
    def reference(self) -> str:
        """As commands name it."""
        return f"{self.model}@{self.version}"


class Page(NamedTuple):
    """What is known of a version, and its gates by the stage that asks for them."""

    document: VersionDocument
    gates: Mapping[str, Sequence[Gate]]


def versions_of(documents: Sequence[ModelDocument]) -> list[Version]:
    """The versions that have a row each, in the table's order."""
    return list(dict.fromkeys(Version(one["model"], one["version"] or "") for one in documents))


def table_lines(
    documents: Sequence[ModelDocument], metric: str | None, style: Style, now: str
) -> tuple[Line, list[Line]]:
    """The line above the rows, and the rows."""
    if not documents:
        return (), [(), *(line(f"  {text}") for text in NO_MODELS.splitlines())]
    head, *rows = lines_of(models_table(documents, metric, style, now))
    return head, rows


def page_lines(page: Page, style: Style, now: str) -> list[Line]:
    """The page of one version; the gates first, as they decide what can be done."""
    lines: list[Line] = []
    for stage, gates in page.gates.items():
        holds = sum(gate["holds"] for gate in gates)
        lines.append(line((f"gates of {stage}", "label"), f"  {holds} of {len(gates)} hold"))
        lines += [spans for text in gate_lines(gates, style) for spans in lines_of(text)]
    return [*lines, *([()] if lines else []), *lines_of(version_text(page.document, style, now))]
