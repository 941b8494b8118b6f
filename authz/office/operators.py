"""Who are the operators, and how does one of them let others in?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from authz.audit import SYSTEM_CHAIN, Action
from authz.identifiers import hsa_key
from authz.models import Operator, OperatorRole, Validity
from authz.office.desk import Desk, Work
from authz.office.errors import (
    AlreadyThereError,
    EndedAlreadyError,
    LastOperatorError,
    NoSuchThingError,
)
from authz.office.models import NewOperator
from authz.office.typed import Typed, read_person
from authz.operator_store import OperatorStore
from authz.rows import add
from authz.tables import OperatorRow


class Operators:
    """People at the agency.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self) -> tuple[Operator, ...]:
        """List all operators, also those who have ended."""
        with self._desk.reading() as connection:
            return OperatorStore(connection).everybody()

    def get(self, operator_id: int) -> Operator:
        """Show an operator.

        Raises:
            NoSuchThingError: There is none of this number.
        """
        with self._desk.reading() as connection:
            return _find(connection, operator_id)

    def add(self, new: NewOperator, *, actor: str, now: datetime) -> int:
        """Register an operator.

        Returns:
            The operator's number in the database.

        Raises:
            ValuesError: A field will not do.
            AlreadyThereError: An operator has this HSA-id, perhaps an ended one.
        """
        stated = self._read(new)
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            _check_free(work.connection, stated["hsa_key"], None)
            number = add(work.connection, OperatorRow, stated).id
            _note(work, Action.OPERATOR_ADD, number, stated)
        return number

    def change(
        self, operator_id: int, new: NewOperator, *, actor: str, now: datetime
    ) -> None:
        """Bring an operator to what is stated; a new beginning lets an ended one in.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is no such operator.
            AlreadyThereError: Another operator has this HSA-id.
            LastOperatorError: Nobody with the role ``system`` would remain.
        """
        stated = self._read(new)
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            found = _find(work.connection, operator_id)
            _check_free(work.connection, stated["hsa_key"], operator_id)
            changed = _changed(found, stated)
            if changed:
                _write(work.connection, operator_id, changed)
                _check_remaining(work, found)
                _note(work, Action.OPERATOR_CHANGE, operator_id, changed)

    def end(self, operator_id: int, *, actor: str, now: datetime) -> None:
        """Let an operator in no longer; sessions end with the next click.

        Raises:
            NoSuchThingError: There is no such operator.
            EndedAlreadyError: The operator has ended.
            LastOperatorError: Nobody with the role ``system`` would remain.
        """
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            found = _find(work.connection, operator_id)
            if found.validity.has_ended(now):
                raise EndedAlreadyError("the operator has ended")
            start = found.validity.valid_from
            ended: dict[str, object] = {"valid_until": now}
            if start is not None and start >= now:
                ended["valid_from"] = None
            _write(work.connection, operator_id, ended)
            _check_remaining(work, found)
            work.note(Action.OPERATOR_END, f"operator:{operator_id}")

    def _read(self, new: NewOperator) -> Mapping[str, Any]:
        person = read_person(new.person, allow_test_ids=self._desk.allow_test_ids)
        typed = Typed()
        typed.take_validity(new.validity)
        return {
            **person,
            **typed.finish(),
            "hsa_key": hsa_key(person["hsa_id"]),
            "role": new.role,
        }


def _find(connection: Connection, operator_id: int) -> Operator:
    found = OperatorStore(connection).of_number(operator_id)
    if found is None:
        raise NoSuchThingError(f"no operator {operator_id}")
    return found


def _check_free(connection: Connection, key: str, own: int | None) -> None:
    row = OperatorRow
    found = connection.scalar(select(row.id).where(row.hsa_key == key))
    if found not in (None, own):
        raise AlreadyThereError(f"operator {found} has this HSA-id")


def _check_remaining(work: Work, before: Operator) -> None:
    """Refuse a change by which nobody could let others in any more.

    Raises:
        LastOperatorError: Nobody with the role ``system`` remains.
    """
    if before.role is not OperatorRole.SYSTEM or not before.validity.holds(work.now):
        return
    everybody = OperatorStore(work.connection).everybody()
    if not any(
        one.role is OperatorRole.SYSTEM and one.validity.holds(work.now)
        for one in everybody
    ):
        raise LastOperatorError("somebody with the role system must remain")


def _changed(found: Operator, stated: Mapping[str, Any]) -> dict[str, Any]:
    validity: Validity = found.validity
    before = {
        "hsa_id": found.hsa_id,
        "hsa_key": hsa_key(found.hsa_id),
        "role": found.role,
        "given_name": found.given_name,
        "surname": found.surname,
        "email": found.email,
        "valid_from": validity.valid_from,
        "valid_until": validity.valid_until,
    }
    return {name: one for name, one in stated.items() if before[name] != one}


def _write(
    connection: Connection, operator_id: int, stated: Mapping[str, object]
) -> None:
    row = OperatorRow
    connection.execute(update(row).where(row.id == operator_id).values(**stated))


def _note(work: Work, action: Action, number: int, stated: Mapping[str, Any]) -> None:
    after: dict[str, object] = {"columns": sorted(stated)}
    if "role" in stated:
        after["role"] = stated["role"]
    work.note(action, f"operator:{number}", {"after": after})
