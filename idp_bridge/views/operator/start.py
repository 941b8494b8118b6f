"""What needs an operator's attention now?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.office.models import AuditQuery, OrganisationQuery
from idp_bridge.services import services
from idp_bridge.texts.trace_texts import TRACE_TEXTS
from idp_bridge.views.operator.agreements import SOON
from idp_bridge.views.operator.frame import admin, bp
from idp_bridge.views.operator.register import office, show_page, typed_late
from idp_bridge.views.operator.status import SourceStatus, status_of
from idp_bridge.views.operator.traces import HOUR, PERIODS
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

_LATEST: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A number that leads to what it counts."""

    key: str
    """As the texts name it."""
    count: int
    url: str


@bp.get("/")
@needs(Right.REGISTER_READ)
def show_start() -> AnyResponse:
    """Show what waits for somebody, and what happened last."""
    now = services().clock()
    latest = office().trail.page(AuditQuery(page_size=_LATEST))
    causes = services().traces.counts(since=now - PERIODS[HOUR])
    return show_page(
        "start",
        tiles=[*_tiles(now), _refusals(causes)],
        found=latest,
        causes=causes,
        words_of_traces=TRACE_TEXTS,
        typed=typed_late() or {},
    )


@bp.get("/genomgangar")
@needs(Right.REGISTER_READ)
def show_overdue_reviews() -> AnyResponse:
    """List the organisations that have not gone through their users in time."""
    found = services().reviews.overdue(now=services().clock())
    return show_page("overdue_reviews", found=found)


def _refusals(causes: Mapping[str, int]) -> Tile:
    return Tile(
        key="logins-refused",
        count=sum(causes.values()),
        url=url_for("operator.show_refusals"),
    )


def _tiles(now: datetime) -> list[Tile]:
    none, few = _organisations_with(0, now), _organisations_with(1, now)
    organisations, agreements = (
        "operator.show_organisations",
        "operator.show_agreements",
    )
    return [
        Tile(
            key="without-administrator",
            count=none,
            url=url_for(organisations, administratorer=0),
        ),
        Tile(
            key="one-administrator",
            count=few - none,
            url=url_for(organisations, administratorer=1),
        ),
        Tile(
            key="agreements-ending",
            count=_ending_agreements(now),
            url=url_for(agreements, slutar="snart"),
        ),
        Tile(
            key="reviews-overdue",
            count=len(services().reviews.overdue(now=now)),
            url=url_for("operator.show_overdue_reviews"),
        ),
        Tile(
            key="sources-warning",
            count=_sources_with_problems(now),
            url=url_for("operator.show_sources"),
        ),
    ]


def _organisations_with(at_most: int, now: datetime) -> int:
    query = OrganisationQuery(max_administrators=at_most, page_size=1)
    return office().organisations.page(query, now=now).found


def _ending_agreements(now: datetime) -> int:
    found = office().agreements.list(ends_before=now + SOON)
    return sum(not one.validity.has_ended(now) for one in found)


def _sources_with_problems(now: datetime) -> int:
    return sum(status_of(state, now) != SourceStatus.OK for state in admin().list())
