"""Which e-tjänster and permissions are there, and how does an operator change them?

A code is given once: it is never renamed, and never used again for something else. What
shall no longer be used gets an end.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from authz import catalogue_values as values
from authz.audit import SYSTEM_CHAIN, Action
from authz.catalogue_store import CatalogueStore
from authz.errors import UnknownServiceError
from authz.models import OrganisationKind, Service, WithoutGrant
from authz.office.consequences import consequences_of
from authz.office.desk import Desk, Work, difference
from authz.office.errors import AlreadyThereError, NoSuchThingError
from authz.office.models import (
    Consequences,
    NewPermission,
    NewService,
    ServiceView,
)
from authz.office.service_rows import service_views
from authz.office.typed import Typed
from authz.rows import add
from authz.sorting import sort_key
from authz.tables import PermissionRow, ServiceEntityIdRow, ServiceRow


class Services:
    """E-tjänster and their permissions.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self, *, now: datetime) -> tuple[ServiceView, ...]:
        """List all e-tjänster, by name, also those that are closed."""
        with self._desk.reading() as connection:
            return service_views(connection, now=now)

    def names(self) -> Mapping[str, str]:
        """Name all e-tjänster by their codes, also those that are closed."""
        with self._desk.reading() as connection:
            found = CatalogueStore(connection).services_of_kind(None)
        by_name = sorted(found, key=lambda one: sort_key(one.name))
        return {one.code: one.name for one in by_name}

    def get(self, code: str, *, now: datetime) -> ServiceView:
        """Show an e-tjänst with its permissions.

        Raises:
            NoSuchThingError: There is none of this code.
        """
        if not code.isprintable():  # PostgreSQL refuses to look for a NUL
            raise NoSuchThingError("no code looks so")
        with self._desk.reading() as connection:
            found = service_views(connection, ServiceRow.code == code, now=now)
        if not found:
            raise NoSuchThingError("no service of this code")
        return found[0]

    def add(self, code: str, new: NewService, *, actor: str, now: datetime) -> int:
        """Register an e-tjänst under a code that it keeps for ever.

        Returns:
            Its number in the database.

        Raises:
            ValuesError: A field will not do.
            AlreadyThereError: The code or an entityID is taken.
        """
        typed = Typed()
        typed.take("code", values.code, code)
        stated, entity_ids = _read_service(new, typed)
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            known = CatalogueStore(work.connection).service_ids()
            if code in known:
                raise AlreadyThereError("the code is taken; codes are never used again")
            saved = add(work.connection, ServiceRow, stated)
            _write_entity_ids(work.connection, saved.id, (), entity_ids)
            after = {**stated, "entity_ids": entity_ids}
            work.note(Action.SERVICE_ADD, f"service:{code}", {"after": after})
        return saved.id

    def change(self, code: str, new: NewService, *, actor: str, now: datetime) -> None:
        """Bring an e-tjänst to what is stated; its code stays.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is none of this code.
            AlreadyThereError: An entityID belongs to another e-tjänst.
        """
        stated, entity_ids = _read_service(new, Typed())
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            found = _find(work.connection, code)
            _write_entity_ids(work.connection, found.id, found.entity_ids, entity_ids)
            before = {**_facts_of(found), "entity_ids": found.entity_ids}
            changed = difference(before, {**stated, "entity_ids": entity_ids})
            _write(work, ServiceRow, found.id, changed["after"])
            if changed["after"]:
                work.note(Action.SERVICE_CHANGE, f"service:{code}", changed)

    def add_permission(
        self,
        code: str,
        permission_code: str,
        new: NewPermission,
        *,
        actor: str,
        now: datetime,
    ) -> int:
        """Add a permission to an e-tjänst; nobody gets it by that.

        Returns:
            Its number in the database.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is no such e-tjänst.
            AlreadyThereError: The code is taken.
        """
        typed = Typed()
        typed.take("code", values.code, permission_code)
        stated = _read_permission(new, typed)
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            service = _find(work.connection, code)
            if _find_permission(work.connection, service.id, permission_code):
                raise AlreadyThereError("the code is taken; codes are never used again")
            key = {"service_id": service.id}
            saved = add(work.connection, PermissionRow, {**key, **stated})
            subject = f"permission:{code}:{permission_code}"
            work.note(Action.PERMISSION_ADD, subject, {"after": stated})
        return saved.id

    def change_permission(
        self,
        code: str,
        permission_code: str,
        new: NewPermission,
        *,
        actor: str,
        now: datetime,
    ) -> None:
        """Bring a permission to what is stated; its code and its grants stay.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is no such permission.
        """
        stated = _read_permission(new, Typed())
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            service = _find(work.connection, code)
            found = _find_permission(work.connection, service.id, permission_code)
            if found is None:
                raise NoSuchThingError("no permission of this code")
            changed = difference(found, stated)
            _write(work, PermissionRow, found["id"], changed["after"])
            if changed["after"]:
                subject = f"permission:{code}:{permission_code}"
                work.note(Action.PERMISSION_CHANGE, subject, changed)

    def consequences(
        self, code: str, *, at: datetime, limit: int | None = 50
    ) -> Consequences:
        """Say who would lose what if an e-tjänst closed."""
        with self._desk.reading() as connection:
            scope = ServiceRow.code == code
            return consequences_of(connection, scope, at=at, limit=limit)

    def permission_consequences(
        self, code: str, permission_code: str, *, at: datetime, limit: int | None = 50
    ) -> Consequences:
        """Say who would lose a permission if it ended."""
        with self._desk.reading() as connection:
            scope = (ServiceRow.code == code, PermissionRow.code == permission_code)
            return consequences_of(connection, *scope, at=at, limit=limit)


def _read_service(
    new: NewService, typed: Typed
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    typed.take("name", values.text, new.name)
    typed.take_optional("name_en", values.text, new.name_en)
    typed.take("description", _description, new.description)
    typed.take_optional("kind", values.one_of(OrganisationKind), new.kind)
    typed.take_optional("start_url", values.web_address, new.start_url)
    typed.take("claim_format", values.claim_format, new.claim_format)
    typed.take("without_grant", values.one_of(WithoutGrant), new.without_grant)
    typed.take("needs_reason", values.yes_or_no, new.needs_reason)
    typed.take("entity_ids", values.list_of(values.uri), list(new.entity_ids))
    typed.take_validity(new.validity)
    stated = dict(typed.finish())
    entity_ids = tuple(sorted(set(stated.pop("entity_ids"))))
    return stated, entity_ids


def _read_permission(new: NewPermission, typed: Typed) -> Mapping[str, Any]:
    typed.take("name", values.text, new.name)
    typed.take_optional("name_en", values.text, new.name_en)
    typed.take_optional("description", values.description, new.description)
    typed.take_validity(new.validity)
    return typed.finish()


def _description(value: object) -> str:
    return values.description(value) if value else ""


def _find(connection: Connection, code: str) -> Service:
    try:
        return CatalogueStore(connection).service_of_code(code)
    except UnknownServiceError as error:
        raise NoSuchThingError("no service of this code") from error


def _find_permission(connection: Connection, service_id: int, code: str) -> Any:
    row = PermissionRow.__table__
    same = (row.c.service_id == service_id, row.c.code == code)
    return connection.execute(select(row).where(*same)).mappings().one_or_none()


def _facts_of(service: Service) -> Mapping[str, object]:
    return {
        "name": service.name,
        "name_en": service.name_en,
        "description": service.description,
        "kind": service.kind,
        "start_url": service.start_url,
        "claim_format": service.claim_format,
        "without_grant": service.without_grant,
        "needs_reason": service.needs_reason,
        "valid_from": service.validity.valid_from,
        "valid_until": service.validity.valid_until,
    }


def _write(
    work: Work,
    row: type[ServiceRow | PermissionRow],
    number: int,
    after: Mapping[str, object],
) -> None:
    columns = {name: one for name, one in after.items() if name != "entity_ids"}
    if columns:
        work.connection.execute(update(row).where(row.id == number).values(**columns))


def _write_entity_ids(
    connection: Connection, number: int, before: Sequence[str], after: Sequence[str]
) -> None:
    owners = CatalogueStore(connection).owners_of_entity_ids()
    new = [one for one in after if one not in before]
    taken = sorted({owners[one] for one in new if one in owners})
    if taken:
        raise AlreadyThereError(f"an entityID belongs to {', '.join(taken)}")
    gone = [one for one in before if one not in after]
    row = ServiceEntityIdRow
    connection.execute(delete(row).where(row.entity_id.in_(gone)))
    CatalogueStore(connection).add_entity_ids(number, new)
