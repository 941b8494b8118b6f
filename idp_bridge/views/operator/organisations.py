"""Which organisations are there, and what do we know about one?"""

from typing import Final

from werkzeug.wrappers import Response as AnyResponse

from authz.administration.models import SortColumn, UserQuery
from authz.models import OrganisationKind
from authz.office.models import (
    AuditQuery,
    OrganisationQuery,
    OrganisationSort,
    OrganisationView,
)
from idp_bridge.services import services
from idp_bridge.views.operator.frame import bp, filled
from idp_bridge.views.operator.paging import (
    Paging,
    asked_choice,
    asked_page,
    asked_search,
    asked_sorting,
)
from idp_bridge.views.operator.register import NUMBER, asking, by_now, office, show_page
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
    search, kind = asked_search(), asked_choice("typ", _KINDS)
    few, sorting = asked_choice("administratorer", _FEW), asked_sorting(_SORTS, "name")
    found = office().organisations.page(
        OrganisationQuery(
            search=search,
            kind=None if kind is None else _KINDS[kind],
            max_administrators=None if few is None else _FEW[few],
            sort=_SORTS[sorting.column],
            descending=sorting.descending,
            page=asked_page(),
        ),
        now=services().clock(),
    )
    asked = filled({"sok": search, "typ": kind, "administratorer": few})
    return show_page(
        "organisations",
        found=found,
        paging=Paging(total=found.found, page=found.page),
        asked=asked,
        sorting=sorting,
        kept={**asked, **sorting.kept},
    )


@bp.get(ONE)
@needs(Right.REGISTER_READ)
def show_organisation(organisation_id: int) -> AnyResponse:
    """Show what an organisation is."""
    return show_page("organisation", view=find(organisation_id))


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
