"""Which organisations are there, and what do we know about one?"""

from dataclasses import replace
from typing import Final

from flask import Response
from werkzeug.wrappers import Response as AnyResponse

from authz import sheets
from authz.administration.models import SortColumn, UserQuery
from authz.models import OrganisationKind
from authz.office.models import (
    AuditQuery,
    OrganisationLine,
    OrganisationQuery,
    OrganisationSort,
    OrganisationView,
)
from idp_bridge.services import services
from idp_bridge.texts import register_texts
from idp_bridge.views.operator.frame import bp, filled, hand_out
from idp_bridge.views.operator.paging import (
    Paging,
    Sorting,
    asked_choice,
    asked_page,
    asked_search,
    asked_sorting,
)
from idp_bridge.views.operator.register import (
    NUMBER,
    asking,
    by_now,
    office,
    show_page,
    typed_late,
)
from idp_bridge.views.operator.typed import first_day_of, last_day_of
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

ONE: Final = f"/organisationer/<{NUMBER}:organisation_id>"
_KINDS: Final = {kind.value: kind for kind in OrganisationKind}
_SORTS: Final = {sort.value: sort for sort in OrganisationSort}
_USER_SORTS: Final = {sort.value: sort for sort in SortColumn}
_FEW: Final = {"0": 0, "1": 1}


@bp.get("/organisationer")
@needs(Right.REGISTER_READ)
def show_organisations() -> AnyResponse:
    """List organisations; what is looked for stands in the address."""
    sorting = asked_sorting(_SORTS, "name")
    found = office().organisations.page(_query(sorting), now=services().clock())
    asked = _asked()
    return show_page(
        "organisations",
        found=found,
        paging=Paging(total=found.found, page=found.page),
        asked=asked,
        sorting=sorting,
        kept={**asked, **sorting.kept},
    )


@bp.get("/organisationer.csv")
@needs(Right.REGISTER_READ)
def export_organisations() -> Response:
    """Give out the organisations that are looked for as a file for spreadsheets."""
    query = replace(_query(asked_sorting(_SORTS, "name")), page=1, page_size=None)
    found = office().organisations.page(query, now=services().clock())
    headings = register_texts.ORGANISATION_HEADINGS
    return hand_out("organisationer", sheets.write(headings, map(_row, found.lines)))


def _asked() -> dict[str, str | int]:
    """Say what is looked for, as an address says it."""
    kind, few = asked_choice("typ", _KINDS), asked_choice("administratorer", _FEW)
    return filled({"sok": asked_search(), "typ": kind, "administratorer": few})


def _query(sorting: Sorting) -> OrganisationQuery:
    kind, few = asked_choice("typ", _KINDS), asked_choice("administratorer", _FEW)
    return OrganisationQuery(
        search=asked_search(),
        kind=None if kind is None else _KINDS[kind],
        max_administrators=None if few is None else _FEW[few],
        sort=_SORTS[sorting.column],
        descending=sorting.descending,
        page=asked_page(),
    )


def _row(line: OrganisationLine) -> tuple[str, ...]:
    organisation, last = line.organisation, line.last_activity
    return (
        organisation.name,
        ", ".join(map(register_texts.number_with_hyphen, organisation.numbers)),
        register_texts.KINDS_OF_ORGANISATIONS[organisation.kind],
        str(line.agreements),
        str(line.administrators),
        str(line.users),
        first_day_of(last),
        last_day_of(organisation.validity.valid_until),
    )


@bp.get(ONE)
@needs(Right.REGISTER_READ)
def show_organisation(organisation_id: int) -> AnyResponse:
    """Show what an organisation is."""
    view = find(organisation_id)
    return show_page("organisation", view=view, typed=typed_late() or {})


@bp.get(f"{ONE}/avtal")
@needs(Right.REGISTER_READ)
def show_agreements_of(organisation_id: int) -> AnyResponse:
    """Show the agreements of an organisation."""
    return show_page("organisation_agreements", view=find(organisation_id))


@bp.get(f"{ONE}/administratorer")
@needs(Right.REGISTER_READ)
def show_administrators_of(organisation_id: int) -> AnyResponse:
    """Show who administers an organisation."""
    return show_page("organisation_administrators", view=find(organisation_id))


@bp.get(f"{ONE}/anvandare")
@needs(Right.REGISTER_READ)
def show_users_of(organisation_id: int) -> AnyResponse:
    """Show the users of an organisation as it sees them, and leave a trace."""
    view, sorting = find(organisation_id), asked_sorting(_USER_SORTS, "surname")
    query = UserQuery(
        sort=_USER_SORTS[sorting.column],
        descending=sorting.descending,
        page=asked_page(),
    )
    now = services().clock()
    found = services().administration.users(organisation_id, query, now=now)
    office().people.look_at_users(organisation_id, page=found.page, **by_now())
    return show_page(
        "organisation_users",
        view=view,
        found=found,
        paging=Paging(total=found.found, page=found.page),
        sorting=sorting,
        kept={"organisation_id": organisation_id, **sorting.kept},
    )


@bp.get(f"{ONE}/handelser")
@needs(Right.REGISTER_READ)
def show_events_of(organisation_id: int) -> AnyResponse:
    """Show what happened at an organisation, the newest first."""
    view = find(organisation_id)
    query = AuditQuery(organisation_id=organisation_id, page=asked_page())
    return show_page(
        "organisation_events",
        view=view,
        found=office().trail.page(query),
        kept={"organisation_id": organisation_id},
    )


def find(organisation_id: int) -> OrganisationView:
    """Find an organisation.

    Raises:
        PageNotFoundError: There is none of this number.
    """
    with asking():
        return office().organisations.get(organisation_id, now=services().clock())
