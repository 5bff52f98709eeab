"""The tabs that are one page: overview, params, data, environment."""

from datetime import datetime

from expbench.domain.alarms import Alarm
from expbench.domain.document import RunDocument
from expbench.errors import ExpError
from expbench.render.style import Style
from expbench.services.checking import Check
from expbench.services.pinning import check_run
from expbench.tui.panes.pane import Pane, Shown
from expbench.tui.views.lines import Line
from expbench.tui.views.run.pages import Findings, data, env, overview, params


class _PagePane(Pane):
    """A page made of the document and of what was found out."""

    def page(self, document: RunDocument, findings: Findings, style: Style, now: str) -> list[Line]:
        """The lines."""
        raise NotImplementedError

    def draw(self, shown: Shown) -> None:
        """The page, at the place where it was."""
        self.fill(self.main, self.page(shown.document, self.findings(shown), self.width_of(self.main), shown.now))

    def findings(self, _shown: Shown) -> Findings:
        """What this page needs to know."""
        return Findings()


class OverviewPane(_PagePane):
    """The run in short."""

    def page(self, document: RunDocument, findings: Findings, style: Style, now: str) -> list[Line]:
        """The lines."""
        return overview(document, findings, style, now)

    def findings(self, shown: Shown) -> Findings:
        """What is pinned, and what is alarming."""
        alarms = self.ask("alarms", shown.now, lambda: _alarms(shown))
        return Findings(_checks(self, shown), [] if alarms is None or isinstance(alarms, ExpError) else alarms)


class ParamsPane(_PagePane):
    """Every param."""

    def page(self, document: RunDocument, findings: Findings, style: Style, now: str) -> list[Line]:
        """The lines."""
        return params(document, findings, style, now)


class DataPane(_PagePane):
    """The data version and its paths."""

    def page(self, document: RunDocument, findings: Findings, style: Style, now: str) -> list[Line]:
        """The lines."""
        return data(document, findings, style, now)

    def findings(self, shown: Shown) -> Findings:
        """What is in the DVC cache."""
        return Findings(_checks(self, shown))


class EnvPane(_PagePane):
    """The environment with all packages, which only the journal has."""

    def page(self, document: RunDocument, findings: Findings, style: Style, now: str) -> list[Line]:
        """The lines."""
        return env(document, findings, style, now)

    def findings(self, shown: Shown) -> Findings:
        """The packages."""
        run_id = shown.document["id"]
        found = self.ask("packages", run_id, lambda: shown.place.store.read(run_id)["env"].get("packages", {}))
        return Findings(packages={} if isinstance(found, ExpError) else found)


def _checks(pane: Pane, shown: Shown) -> list[Check] | None:
    document = shown.document
    key = (document["id"], document["status"], len(document["warnings"]))
    found = pane.ask("checks", key, lambda: _checked(shown))
    if isinstance(found, ExpError):
        return [Check("code", "bad", found.what, found.hint)]
    return found


def _checked(shown: Shown) -> list[Check]:
    """As `exp doctor RUN` tells it, without network."""
    from expbench.bootstrap.pinning import evidence

    document = shown.place.store.read(shown.document["id"])
    said: list[str] = []
    found = evidence(shown.place, document, False, said.append, lambda _what, _done, _total: None)
    return [*check_run(document, found), *(Check("doctor", "weak", text) for text in said)]


def _alarms(shown: Shown) -> list[Alarm]:
    from expbench.bootstrap.vitals import vitals_of
    from expbench.services.watching import alarms

    moment = datetime.fromisoformat(shown.now).timestamp()
    return alarms(shown.document, vitals_of(shown.place), moment, shown.place.better)
