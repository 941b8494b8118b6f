"""Which organisations are there, and how does an operator change one?"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from authz import catalogue_values as values
from authz.audit import SYSTEM_CHAIN, Action, organisation_chain
from authz.models import OrganisationKind, PersonRole
from authz.office.administrator_rows import administrators_of
from authz.office.agreement_rows import agreement_views
from authz.office.consequences import consequences_of
from authz.office.desk import Desk, difference
from authz.office.errors import (
    AlreadyThereError,
    EndedAlreadyError,
    NoSuchThingError,
)
from authz.office.models import (
    Consequences,
    NewOrganisation,
    OrganisationPage,
    OrganisationQuery,
    OrganisationView,
)
from authz.office.organisation_rows import (
    find_organisation,
    members_of_role,
    organisation_page,
)
from authz.office.typed import Typed, check_end, refuse
from authz.rows import add
from authz.tables import AgreementRow, OrganisationNumberRow, OrganisationRow


class Organisations:
    """Kommuner, regioner and agencies.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def page(self, query: OrganisationQuery, *, now: datetime) -> OrganisationPage:
        """List organisations."""
        with self._desk.reading() as connection:
            return organisation_page(connection, query, now=now)

    def get(self, organisation_id: int, *, now: datetime) -> OrganisationView:
        """Show an organisation with all its agreements and active administrators.

        Raises:
            NoSuchThingError: There is none of this number.
        """
        del now  # nothing that is shown depends on the moment
        with self._desk.reading() as connection:
            users = members_of_role(connection, PersonRole.USER, [organisation_id])
            return OrganisationView(
                organisation=find_organisation(connection, organisation_id),
                agreements=agreement_views(
                    connection, AgreementRow.organisation_id == organisation_id
                ),
                administrators=administrators_of(connection, organisation_id),
                users=users.get(organisation_id, 0),
            )

    def of_number(self, number: str) -> int:
        """Find an organisation by any of its numbers.

        Raises:
            ValuesError: The text is no organisation number.
            NoSuchThingError: No organisation has it.
        """
        digits = _read_number(number)
        with self._desk.reading() as connection:
            found = _owner_of(connection, digits)
        if found is None:
            raise NoSuchThingError(f"no organisation has the number {digits}")
        return found

    def add(self, new: NewOrganisation, *, actor: str, now: datetime) -> int:
        """Register an organisation.

        Returns:
            Its number in the database.

        Raises:
            ValuesError: A field will not do.
            AlreadyThereError: A number belongs to an organisation.
        """
        typed = Typed()
        typed.take("name", values.text, new.name)
        typed.take("kind", values.one_of(OrganisationKind), new.kind)
        number = values.list_of(values.organisation_number)
        typed.take("numbers", number, list(dict.fromkeys(new.numbers)))
        if not new.numbers:
            typed.refuse("numbers", "must not be empty", is_empty=True)
        read = typed.finish()
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            numbers = tuple(dict.fromkeys(read["numbers"]))
            for one in numbers:
                _check_free(work.connection, one)
            stated = {"name": read["name"], "kind": read["kind"]}
            saved = add(work.connection, OrganisationRow, stated)
            _write_numbers(work.connection, saved.id, numbers)
            work.note(
                Action.ORGANISATION_ADD,
                f"organisation:{saved.id}",
                {"after": {**stated, "numbers": numbers}},
                chain=organisation_chain(saved.id),
            )
        return saved.id

    def rename(
        self, organisation_id: int, name: str, *, actor: str, now: datetime
    ) -> None:
        """Give an organisation another name; its history and its numbers stay.

        Raises:
            ValuesError: The name will not do.
            NoSuchThingError: There is no such organisation.
        """
        typed = Typed()
        typed.take("name", values.text, name)
        self._change(organisation_id, typed, actor=actor, now=now)

    def change_kind(
        self, organisation_id: int, kind: str, *, actor: str, now: datetime
    ) -> None:
        """Say that an organisation is of another kind.

        Raises:
            ValuesError: It is none of the kinds.
            NoSuchThingError: There is no such organisation.
        """
        typed = Typed()
        typed.take("kind", values.one_of(OrganisationKind), kind)
        self._change(organisation_id, typed, actor=actor, now=now)

    def add_number(
        self, organisation_id: int, number: str, *, actor: str, now: datetime
    ) -> None:
        """Give an organisation one more number.

        Raises:
            ValuesError: The text is no organisation number.
            AlreadyThereError: It belongs to an organisation.
            NoSuchThingError: There is no such organisation.
        """
        digits = _read_number(number)

        def change(connection: Connection, numbers: Sequence[str]) -> list[str]:
            _check_free(connection, digits)
            return [*numbers, digits]

        self._change_numbers(organisation_id, change, actor=actor, now=now)

    def remove_number(
        self, organisation_id: int, number: str, *, actor: str, now: datetime
    ) -> None:
        """Take a number from an organisation, but not its main one.

        Raises:
            ValuesError: It is the main number, or no number.
            NoSuchThingError: The organisation does not have it.
        """
        digits = _read_number(number)

        def change(_: Connection, numbers: Sequence[str]) -> list[str]:
            _check_has(numbers, digits)
            if numbers[0] == digits:
                refuse("number", "is the main number; make another one that first")
            return [one for one in numbers if one != digits]

        self._change_numbers(organisation_id, change, actor=actor, now=now)

    def make_main(
        self, organisation_id: int, number: str, *, actor: str, now: datetime
    ) -> None:
        """Make one of the numbers the main one, which stands in claims and addresses.

        Raises:
            ValuesError: The text is no organisation number.
            NoSuchThingError: The organisation does not have it.
        """
        digits = _read_number(number)

        def change(_: Connection, numbers: Sequence[str]) -> list[str]:
            _check_has(numbers, digits)
            return [digits, *(one for one in numbers if one != digits)]

        self._change_numbers(organisation_id, change, actor=actor, now=now)

    def end(
        self, organisation_id: int, *, at: datetime, actor: str, now: datetime
    ) -> None:
        """Let an organisation take part no longer; nothing that it has is removed.

        Raises:
            ValuesError: The moment lies in the past, or before the beginning.
            EndedAlreadyError: It has ended.
            NoSuchThingError: There is no such organisation.
        """
        check_end(at, now=now)
        chain = organisation_chain(organisation_id)
        with self._desk.changing(chain, actor=actor, now=now) as work:
            found = find_organisation(work.connection, organisation_id)
            if found.validity.has_ended(now):
                raise EndedAlreadyError("the organisation has ended")
            if found.validity.valid_from and at <= found.validity.valid_from:
                refuse("at", "is not after the beginning")
            before = {"valid_until": found.validity.valid_until}
            _write(work.connection, organisation_id, {"valid_until": at})
            work.note(
                Action.ORGANISATION_END,
                f"organisation:{organisation_id}",
                difference(before, {"valid_until": at}),
                chain=chain,
            )

    def reopen(self, organisation_id: int, *, actor: str, now: datetime) -> None:
        """Let an organisation that has an end take part without one.

        Raises:
            NoSuchThingError: There is no such organisation.
        """
        chain = organisation_chain(organisation_id)
        with self._desk.changing(chain, actor=actor, now=now) as work:
            found = find_organisation(work.connection, organisation_id)
            if found.validity.valid_until is not None:
                _write(work.connection, organisation_id, {"valid_until": None})
                work.note(
                    Action.ORGANISATION_REOPEN,
                    f"organisation:{organisation_id}",
                    {"before": {"valid_until": found.validity.valid_until}},
                    chain=chain,
                )

    def consequences(
        self, organisation_id: int, *, at: datetime, limit: int | None = 50
    ) -> Consequences:
        """Say who would lose what if the organisation ended."""
        with self._desk.reading() as connection:
            scope = OrganisationRow.id == organisation_id
            return consequences_of(connection, scope, at=at, limit=limit)

    def _change(
        self, organisation_id: int, typed: Typed, *, actor: str, now: datetime
    ) -> None:
        after = typed.finish()
        chain = organisation_chain(organisation_id)
        with self._desk.changing(chain, actor=actor, now=now) as work:
            found = find_organisation(work.connection, organisation_id)
            before = {"name": found.name, "kind": found.kind.value}
            changed = difference(before, after)
            if changed["after"]:
                _write(work.connection, organisation_id, changed["after"])
                subject = f"organisation:{organisation_id}"
                work.note(Action.ORGANISATION_CHANGE, subject, changed, chain=chain)

    def _change_numbers(
        self,
        organisation_id: int,
        change: Callable[[Connection, Sequence[str]], list[str]],
        *,
        actor: str,
        now: datetime,
    ) -> None:
        chain = organisation_chain(organisation_id)
        with self._desk.changing(SYSTEM_CHAIN, chain, actor=actor, now=now) as work:
            before = find_organisation(work.connection, organisation_id).numbers
            after = tuple(change(work.connection, before))
            if after != before:
                _write_numbers(work.connection, organisation_id, after)
                work.note(
                    Action.ORGANISATION_CHANGE,
                    f"organisation:{organisation_id}",
                    difference({"numbers": before}, {"numbers": after}),
                    chain=chain,
                )


def _read_number(number: str) -> str:
    typed = Typed()
    typed.take("number", values.organisation_number, number)
    digits: str = typed.finish()["number"]
    return digits


def _owner_of(connection: Connection, digits: str) -> int | None:
    row = OrganisationNumberRow
    return connection.scalar(select(row.organisation_id).where(row.number == digits))


def _check_free(connection: Connection, digits: str) -> None:
    owner = _owner_of(connection, digits)
    if owner is not None:
        raise AlreadyThereError(f"{digits} belongs to organisation {owner}")


def _check_has(numbers: Sequence[str], digits: str) -> None:
    if digits not in numbers:
        raise NoSuchThingError(f"the organisation does not have the number {digits}")


def _write(
    connection: Connection, organisation_id: int, stated: Mapping[str, object]
) -> None:
    row = OrganisationRow
    connection.execute(update(row).where(row.id == organisation_id).values(**stated))


def _write_numbers(
    connection: Connection, organisation_id: int, numbers: Sequence[str]
) -> None:
    row = OrganisationNumberRow
    connection.execute(delete(row).where(row.organisation_id == organisation_id))
    connection.execute(
        insert(row),
        [
            {"number": one, "organisation_id": organisation_id, "position": position}
            for position, one in enumerate(numbers)
        ],
    )
