"""Whatever can alarm an operator has a paragraph that says what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from idp_bridge import metrics
from idp_bridge.metrics import SourceFigures
from idp_bridge.texts.operator_texts import OPERATOR_TEXTS
from idp_bridge.views import health
from idp_bridge.views.operator.status import SourceStatus
from metadata.errors import MetadataError
from metadata.store import EntityStore
from tests.support.clock import FrozenClock
from tests.support.source_code import ROOT, python_files, tree_of

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTIONS = re.split(r"(?m)^## ", PAGE)
ALARMS = "".join(each for each in SECTIONS if each.startswith("Alarm: "))
FIGURES = next(each for each in SECTIONS if each.startswith("Figures for "))
ALERTS = FIGURES.partition("```yaml")[2]
KEPT = next(each for each in SECTIONS if "`metadata-kept`" in each.partition("\n")[0])
EVENT = re.compile(r"[a-z]+(-[a-z]+)*")
WORSE = {"warning", "error", "critical", "exception"}
CERTIFICATE = re.compile(r"Varning: [a-zåäö ]+")
NEVER_OF_A_SOURCE = {
    "metadata",  # nobody raises it
    "unknown-entity",
    "unknown-source",
    "bad-entity",  # one entity is left out, and the source is taken
    "bad-identifier",
    "unknown-identifier",
    "overtaken",  # somebody else has taken a version that is as new
    "store-unavailable",  # there is nowhere to keep it: log line metadata-watch-waits
}
"""Codes that never say why a version of a source was not taken."""


def log_events() -> Iterator[str]:
    """Find what we write into the log as a warning or worse."""
    for path in python_files("idp_bridge", "metadata", "authz"):
        for node in ast.walk(tree_of(path)):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr=level),
                    args=[ast.Constant(value=str(event)), *_],
                ) if level in WORSE and EVENT.fullmatch(event):
                    yield event


def source_codes() -> set[str]:
    """Name everything that may stand in a source's ``problem``."""

    def walk(base: type[MetadataError]) -> Iterator[str]:
        yield base.code
        for each in base.__subclasses__():
            yield from walk(each)

    return {*walk(MetadataError), "unexpected"} - NEVER_OF_A_SOURCE


def figures() -> set[str]:
    """Name all figures, also those of which there is nothing to say at the moment."""
    sources = SourceFigures(EntityStore(create_engine("sqlite://")), FrozenClock())
    families = [*sources._families(()), *sources.collect()]
    own = metrics.Metrics(sources)._own
    return {each.name for each in [*families, *own.collect()]}


@pytest.mark.parametrize("check", sorted(health._CHECKS))
def test_a_check_that_fails_has_a_paragraph(check: str) -> None:
    assert f"Alarm: `/readyz` says `{check}`\n" in ALARMS


@pytest.mark.parametrize("status", sorted(set(SourceStatus) - {SourceStatus.OK}))
def test_a_state_of_a_source_is_named_as_readyz_and_the_page_name_it(
    status: SourceStatus,
) -> None:
    assert f"`{health._WORDS[status]}`" in ALARMS
    assert f"*{OPERATOR_TEXTS.statuses[status][0]}*" in ALARMS


@pytest.mark.parametrize("code", sorted(source_codes()))
def test_a_reason_to_keep_a_version_is_in_the_table(code: str) -> None:
    assert f"`{code}`" in "".join(
        line.split("|")[1] for line in KEPT.splitlines() if line.startswith("| ")
    )


@pytest.mark.parametrize("event", sorted(set(log_events())))
def test_a_line_of_the_log_is_explained(event: str) -> None:
    assert f"`{event}`" in PAGE


def test_there_are_lines_of_the_log_to_explain() -> None:
    assert {"metadata-kept", "companion-died", "refused"} <= set(log_events())


def test_a_warning_about_a_certificate_is_explained() -> None:
    page = Path(ROOT / "templates" / "operator" / "entity.html").read_text()
    warnings = set(CERTIFICATE.findall(page))
    assert len(warnings) == 2
    assert [one for one in warnings if f"*{one}*" not in ALARMS] == []


@pytest.mark.parametrize("figure", sorted(figures()))
def test_a_figure_is_explained(figure: str) -> None:
    row = rf"(?m)^\| `{figure}(_total)?(\{{[a-z,]+\}})?` \|"
    assert re.search(row, FIGURES)


def test_an_alert_looks_at_figures_that_there_are() -> None:
    used = set(re.findall(r"idp_bridge_\w+", ALERTS))
    assert len(used) > 4
    assert {name.removesuffix("_total") for name in used} <= figures()


def test_what_went_well_is_no_refusal() -> None:
    well = f"{metrics.ISSUED}|{metrics.ANSWERED}|{metrics.LOGGED_OUT}"
    assert f'code!~"{well}"' in ALERTS
