"""Which facts does a decision about one person at one e-tjänst look at?"""

from sqlalchemy import Connection

from authz import decisions
from authz.grant_store import GrantStore
from authz.models import Facts, LastLogin, Service
from authz.person_store import Member


def acting(
    members: tuple[Member, ...], organisation_numbers: tuple[str, ...]
) -> Member | None:
    """Choose for which organisation somebody acts who belongs to several."""
    fitting = (
        member
        for member in members
        if decisions.is_own_organisation(member.organisation, organisation_numbers)
    )
    return next(fitting, members[0] if members else None)


def facts_of(connection: Connection, service: Service, member: Member | None) -> Facts:
    """Read what a decision about somebody at an e-tjänst may look at."""
    person = member.person if member else None
    if member is None or member.organisation is None or member.membership_id is None:
        return Facts(service=service, person=person, organisation=None)
    return Facts(
        service=service,
        person=person,
        organisation=member.organisation,
        agreements=member.agreements,
        grants=GrantStore(connection).active(member.membership_id, service.id),
        last_login=LastLogin(
            membership_id=member.membership_id,
            service_id=service.id,
            day=member.last_login_on,
        ),
    )
