"""How are organisations listed, searched, counted and sorted?

There are some hundred of them, so they are sorted and searched here, by Swedish rules;
what is counted by the ten thousand is counted for the lines of one page.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from math import ceil
from typing import Any, Final

from sqlalchemy import Connection, func, or_, select

from authz.audit import organisation_chain
from authz.models import Organisation, OrganisationKind, PersonRole, Validity
from authz.office.errors import NoSuchThingError
from authz.office.models import (
    OrganisationLine,
    OrganisationPage,
    OrganisationQuery,
    OrganisationSort,
)
from authz.searching import needle_of, search_form
from authz.sorting import sort_key
from authz.tables import (
    AgreementRow,
    AuditEntryRow,
    MembershipRow,
    OrganisationNumberRow,
    OrganisationRow,
)

_ORGANISATIONS = (
    select(
        OrganisationRow.id,
        OrganisationRow.name,
        OrganisationRow.kind,
        OrganisationRow.valid_from,
        OrganisationRow.valid_until,
        OrganisationNumberRow.number,
    )
    .outerjoin(
        OrganisationNumberRow,
        OrganisationNumberRow.organisation_id == OrganisationRow.id,
    )
    .order_by(OrganisationRow.id, OrganisationNumberRow.position)
)
_SORT_KEYS: Final[Mapping[OrganisationSort, Callable[[OrganisationLine], Any]]] = {
    OrganisationSort.NAME: lambda line: sort_key(line.organisation.name),
    OrganisationSort.NUMBER: lambda line: line.organisation.numbers[:1],
    OrganisationSort.KIND: lambda line: line.organisation.kind,
    OrganisationSort.AGREEMENTS: lambda line: line.agreements,
    OrganisationSort.ADMINISTRATORS: lambda line: line.administrators,
    OrganisationSort.USERS: lambda line: line.users,
    OrganisationSort.ACTIVITY: lambda line: (
        line.last_activity is not None,
        line.last_activity,
    ),
}


def find_organisation(connection: Connection, organisation_id: int) -> Organisation:
    """Read an organisation.

    Raises:
        NoSuchThingError: There is none of this number.
    """
    found = _organisations(connection, OrganisationRow.id == organisation_id)
    if not found:
        raise NoSuchThingError(f"no organisation {organisation_id}")
    return found[0]


def find_organisations(
    connection: Connection, ids: Iterable[int]
) -> Mapping[int, Organisation]:
    """Read several organisations, by their number in the database."""
    found = _organisations(connection, OrganisationRow.id.in_(sorted(set(ids))))
    return {one.id: one for one in found}


def organisation_page(
    connection: Connection, query: OrganisationQuery, *, now: datetime
) -> OrganisationPage:
    """List the organisations that fit, in order, and count what they have."""
    everybody = _organisations(connection)
    lines = _lines(connection, everybody, now)
    fitting = [line for line in lines if _fits(line, query, now)]
    if query.sort in (OrganisationSort.USERS, OrganisationSort.ACTIVITY):
        fitting = _counted(connection, fitting)
    fitting.sort(key=lambda line: sort_key(line.organisation.name))
    fitting.sort(key=_SORT_KEYS[query.sort], reverse=query.descending)
    size = query.page_size or max(len(fitting), 1)
    pages = max(ceil(len(fitting) / size), 1)
    page = min(max(query.page, 1), pages)
    shown = fitting[(page - 1) * size : page * size]
    return OrganisationPage(
        lines=tuple(_counted(connection, shown)),
        found=len(fitting),
        total=len(everybody),
        page=page,
        pages=pages,
    )


def members_of_role(
    connection: Connection, role: PersonRole, ids: Sequence[int]
) -> Mapping[int, int]:
    """Count active memberships of a role for each organisation of a list."""
    membership = MembershipRow
    rows = connection.execute(
        select(membership.organisation_id, func.count())
        .where(membership.person_role == role, membership.organisation_id.in_(ids))
        .group_by(membership.organisation_id)
    )
    return {row[0]: row[1] for row in rows}


def _organisations(connection: Connection, *conditions: Any) -> list[Organisation]:
    rows = connection.execute(_ORGANISATIONS.where(*conditions)).all()
    numbers: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        if row.number is not None:
            numbers[row.id].append(row.number)
    once = {row.id: row for row in rows}
    return [
        Organisation(
            id=row.id,
            name=row.name,
            kind=OrganisationKind(row.kind),
            numbers=tuple(numbers[row.id]),
            validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
        )
        for row in once.values()
    ]


def _lines(
    connection: Connection, organisations: Sequence[Organisation], now: datetime
) -> list[OrganisationLine]:
    ids = [one.id for one in organisations]
    agreements = _agreements_now(connection, now)
    administrators = members_of_role(connection, PersonRole.ADMINISTRATOR, ids)
    return [
        OrganisationLine(
            organisation=one,
            agreements=agreements.get(one.id, 0),
            administrators=administrators.get(one.id, 0),
            users=0,
            last_activity=None,
        )
        for one in organisations
    ]


def _agreements_now(connection: Connection, now: datetime) -> Mapping[int, int]:
    """Count the e-tjänster about which each organisation has an agreement."""
    row = AgreementRow
    rows = connection.execute(
        select(row.organisation_id, func.count(row.service_id.distinct()))
        .where(
            row.valid_from <= now,
            or_(row.valid_until.is_(None), row.valid_until > now),
        )
        .group_by(row.organisation_id)
    )
    return {row[0]: row[1] for row in rows}


def _counted(
    connection: Connection, lines: Sequence[OrganisationLine]
) -> list[OrganisationLine]:
    ids = [line.organisation.id for line in lines]
    users = members_of_role(connection, PersonRole.USER, ids)
    activity = _activity(connection, ids)
    return [
        replace(
            line,
            users=users.get(line.organisation.id, 0),
            last_activity=activity.get(organisation_chain(line.organisation.id)),
        )
        for line in lines
    ]


def _activity(connection: Connection, ids: Sequence[int]) -> Mapping[str, datetime]:
    entry = AuditEntryRow
    rows = connection.execute(
        select(entry.chain, func.max(entry.at))
        .where(entry.chain.in_([organisation_chain(one) for one in ids]))
        .group_by(entry.chain)
    )
    return {row[0]: row[1] for row in rows}


def _fits(line: OrganisationLine, query: OrganisationQuery, now: datetime) -> bool:
    one = line.organisation
    most = query.max_administrators
    return (
        (query.kind is None or one.kind is query.kind)
        and (most is None or _has_few(line, most, now))
        and _is_found(one, needle_of(query.search))
    )


def _has_few(line: OrganisationLine, most: int, now: datetime) -> bool:
    """Tell whether an organisation that has not ended has few administrators."""
    has_ended = line.organisation.validity.has_ended(now)
    return line.administrators <= most and not has_ended


def _is_found(organisation: Organisation, needle: str) -> bool:
    digits = needle.replace("-", "")
    return needle in search_form(organisation.name) or (
        digits.isdecimal() and any(digits in one for one in organisation.numbers)
    )
