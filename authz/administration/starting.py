"""How do many people become users with few statements?"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, exc, insert, select, update

from authz.administration.change_store import Step
from authz.administration.errors import ElsewhereError
from authz.administration.models import NewUser
from authz.administration.portions import portions
from authz.administration.work import Work
from authz.audit import Action
from authz.identifiers import hsa_key
from authz.models import PersonRole
from authz.tables import MembershipRow, PersonRow

FIELDS: Final = ("given_name", "surname", "hsa_id", "email")
_NO_BOUNDS: Final = {"valid_from": None, "valid_until": None}
"""Whoever is added anew counts, also if the person had an end before."""


def start(work: Work, users: Sequence[NewUser]) -> list[int]:
    """Let people be users here; answers with their memberships, in the same order.

    Args:
        work: The change.
        users: Who; nobody of them is active anywhere.

    Raises:
        ElsewhereError: Somebody became active elsewhere at the same moment.
    """
    keys = [hsa_key(each.hsa_id) for each in users]
    try:
        with work.connection.begin_nested():
            known = _known(work, keys)
            _write_again(
                work, [each for each in users if hsa_key(each.hsa_id) in known]
            )
            new = _write_new(work, [u for u in users if hsa_key(u.hsa_id) not in known])
            people = [{**known, **new}[key] for key in keys]
            memberships = _write_memberships(work, people)
    except exc.IntegrityError:
        raise ElsewhereError("active elsewhere") from None
    added = set(new.values())
    for membership_id, person_id in zip(memberships, people, strict=True):
        work.meet(membership_id, person_id)
        is_new = person_id in added
        action = Action.PERSON_ADD if is_new else Action.PERSON_CHANGE
        work.tell(action, f"person:{person_id}", {"after": {"columns": sorted(FIELDS)}})
        work.note(Step(action=Action.MEMBERSHIP_START, membership_id=membership_id))
    return memberships


def columns_of(user: NewUser) -> dict[str, str]:
    """Write the four values as the columns of a row."""
    return {
        "given_name": user.given_name,
        "surname": user.surname,
        "hsa_id": user.hsa_id,
        "hsa_key": hsa_key(user.hsa_id),
        "email": user.email,
    }


def _known(work: Work, keys: Sequence[str]) -> Mapping[str, int]:
    """Find people who are registered already, by key."""
    known: dict[str, int] = {}
    for some in portions(keys):
        statement = select(PersonRow.hsa_key, PersonRow.id)
        rows = work.connection.execute(statement.where(PersonRow.hsa_key.in_(some)))
        known |= {row.hsa_key: row.id for row in rows}
    return known


def _write_again(work: Work, users: Sequence[NewUser]) -> None:
    rows = [{**columns_of(each), "key": hsa_key(each.hsa_id)} for each in users]
    if rows:
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0]}
        del columns["key"]
        statement = update(PersonRow).where(PersonRow.hsa_key == bindparam("key"))
        work.connection.execute(
            statement.values(role=PersonRole.USER, **columns, **_NO_BOUNDS), rows
        )


def _write_new(work: Work, users: Sequence[NewUser]) -> Mapping[str, int]:
    rows = [{**columns_of(each), "role": PersonRole.USER} for each in users]
    if not rows:
        return {}
    statement = insert(PersonRow).returning(PersonRow.hsa_key, PersonRow.id)
    return {row.hsa_key: row.id for row in work.connection.execute(statement, rows)}


def _write_memberships(work: Work, person_ids: Sequence[int]) -> list[int]:
    rows = [
        {
            "person_id": each,
            "person_role": PersonRole.USER,
            "organisation_id": work.organisation_id,
            "started_at": work.now,
        }
        for each in person_ids
    ]
    statement = insert(MembershipRow).returning(
        MembershipRow.id, sort_by_parameter_order=True
    )
    return list(work.connection.scalars(statement, rows))
