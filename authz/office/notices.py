"""What do we tell everybody: news and *driftinformation*, during an interval?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update

from authz import catalogue_values as values
from authz.audit import SYSTEM_CHAIN, Action
from authz.models import OrganisationKind, Validity
from authz.office.desk import Desk, Work, difference
from authz.office.errors import EndedAlreadyError, NoSuchThingError
from authz.office.models import (
    NewNotice,
    Notice,
    NoticeLevel,
    NoticePlace,
    NoticeService,
)
from authz.office.service_rows import service_id_of
from authz.office.tables import NoticeRow
from authz.office.typed import Typed
from authz.rows import add
from authz.tables import ServiceRow


class Notices:
    """Notices on our pages.

    Every method raises :class:`authz.errors.StoreUnavailableError` when the database
    does not answer.

    Args:
        desk: Where to read and write.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list(self) -> tuple[Notice, ...]:
        """List all notices, the latest beginning first."""
        with self._desk.reading() as connection:
            return _notices(connection)

    def current(self, place: NoticePlace, *, now: datetime) -> tuple[Notice, ...]:
        """List what stands on the pages of a place now, outages first.

        News stand in their box; everything else also where it is told everywhere.
        """
        row, is_news = NoticeRow, place is NoticePlace.NEWS
        places = {place} if is_news else {place, NoticePlace.EVERYWHERE}
        with self._desk.reading() as connection:
            found = _notices(
                connection,
                row.place.in_(places),
                row.valid_from <= now,
                or_(row.valid_until.is_(None), row.valid_until > now),
            )
        order = list(NoticeLevel)
        return tuple(sorted(found, key=lambda one: -order.index(one.level)))

    def get(self, notice_id: int) -> Notice:
        """Show a notice.

        Raises:
            NoSuchThingError: There is none of this number.
        """
        with self._desk.reading() as connection:
            return _find(connection, notice_id)

    def add(self, new: NewNotice, *, actor: str, now: datetime) -> int:
        """Tell something from a moment on.

        Returns:
            The notice's number in the database.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is no such e-tjänst.
        """
        stated = _read(new)
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            number = add(work.connection, NoticeRow, _row(work, stated)).id
            subject = f"notice:{number}"
            work.note(Action.NOTICE_ADD, subject, {"after": stated})
        return number

    def change(
        self, notice_id: int, new: NewNotice, *, actor: str, now: datetime
    ) -> None:
        """Bring a notice to what is stated.

        Raises:
            ValuesError: A field will not do.
            NoSuchThingError: There is none of this number, or no such e-tjänst.
        """
        stated = _read(new)
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            changed = difference(_facts_of(_find(work.connection, notice_id)), stated)
            if changed["after"]:
                row = NoticeRow
                work.connection.execute(
                    update(row)
                    .where(row.id == notice_id)
                    .values(**_row(work, changed["after"]))
                )
                work.note(Action.NOTICE_CHANGE, f"notice:{notice_id}", changed)

    def end(self, notice_id: int, *, actor: str, now: datetime) -> None:
        """Take a notice from the pages; one that was not there yet is removed.

        Raises:
            EndedAlreadyError: It has ended.
            NoSuchThingError: There is none of this number.
        """
        with self._desk.changing(SYSTEM_CHAIN, actor=actor, now=now) as work:
            found = _find(work.connection, notice_id)
            if found.validity.has_ended(now):
                raise EndedAlreadyError("the notice has ended")
            row, here = NoticeRow, NoticeRow.id == notice_id
            start = found.validity.valid_from
            if start is not None and start >= now:
                work.connection.execute(delete(row).where(here))
            else:
                work.connection.execute(update(row).where(here).values(valid_until=now))
            work.note(Action.NOTICE_END, f"notice:{notice_id}")


def _read(new: NewNotice) -> dict[str, Any]:
    typed = Typed()
    typed.take("text", values.description, new.text)
    if not new.text.strip():
        typed.refuse("text", "must not be empty", is_empty=True)
    typed.take("text_en", values.description, new.text_en)
    typed.take("level", values.one_of(NoticeLevel), new.level)
    typed.take("place", values.one_of(NoticePlace), new.place)
    typed.take_optional("service", values.code, new.service_code)
    typed.take_validity(
        Validity(valid_from=new.valid_from, valid_until=new.valid_until)
    )
    return dict(typed.finish())


def _row(work: Work, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Put the number of the e-tjänst in the place of its code."""
    row = dict(stated)
    if "service" in row:
        code = row.pop("service")
        row["service_id"] = code and service_id_of(work.connection, code)
    return row


def _find(connection: Connection, notice_id: int) -> Notice:
    found = _notices(connection, NoticeRow.id == notice_id)
    if not found:
        raise NoSuchThingError(f"no notice {notice_id}")
    return found[0]


def _notices(
    connection: Connection, *conditions: ColumnElement[bool]
) -> tuple[Notice, ...]:
    table, service = NoticeRow.__table__, ServiceRow
    newest_first = (table.c.valid_from.desc(), table.c.id.desc())
    rows = connection.execute(
        select(table, service.code, service.name, service.kind)
        .outerjoin(service, service.id == table.c.service_id)
        .where(*conditions)
        .order_by(*newest_first)
    )
    return tuple(
        Notice(
            id=row.id,
            text=row.text,
            text_en=row.text_en,
            level=NoticeLevel(row.level),
            place=NoticePlace(row.place),
            service=_service_of(row),
            validity=Validity(valid_from=row.valid_from, valid_until=row.valid_until),
        )
        for row in rows
    )


def _service_of(row: Any) -> NoticeService | None:
    if row.service_id is None:
        return None
    kind = row.kind and OrganisationKind(row.kind)
    return NoticeService(code=row.code, name=row.name, kind=kind)


def _facts_of(notice: Notice) -> dict[str, object]:
    return {
        "text": notice.text,
        "text_en": notice.text_en,
        "level": notice.level,
        "place": notice.place,
        "service": notice.service and notice.service.code,
        "valid_from": notice.validity.valid_from,
        "valid_until": notice.validity.valid_until,
    }
