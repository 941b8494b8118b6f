"""Which forms do the pages for people have? Found by going through every address."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from authz.administration.models import Actor, ActorKind
from authz.office.models import NewNotice, NoticeLevel, NoticePlace
from idp_bridge.login.pending import Area
from idp_bridge.web.access import needed_by
from idp_bridge.web.rights import Right
from metadata.reports import NewSource
from tests.support.administration_pages import (
    BERIT,
    GUSTAV,
    LIST,
    Office,
    make_office,
)
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed
from tests.support.operator_pages import OPERATORS
from tests.support.permission_world import CHARLIE, REGION

WRITTEN_IN: Final = frozenset(
    [
        "date",
        "datetime-local",
        "email",
        "password",
        "search",
        "tel",
        "text",
        "textarea",
        "url",
    ]
)
"""Fields that somebody writes in; the others are chosen, or come from the page."""
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a form as a browser would send it."""

    name: str
    value: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form on a page, and the browser of somebody who may send it."""

    page: str
    method: str
    action: str
    fields: tuple[Field, ...]
    browser: Office

    def pairs(self, **changes: str) -> Pairs:
        """Say what the browser sends when somebody writes something else."""
        return [(one.name, changes.get(one.name, one.value)) for one in self.fields]

    def send(self, pairs: Pairs) -> TestResponse:
        """Send it."""
        if self.method == "POST":
            return self.browser.post(self.action, MultiDict(pairs))
        asked = MultiDict(pair for pair in pairs if pair[0] != "csrf_token")
        return self.browser.get(self.action, query_string=asked)


@dataclass(frozen=True, kw_only=True)
class Building:
    """A bridge with something on every page, its people logged in."""

    office: Office
    browsers: Mapping[Area, Office]
    values: Mapping[str, object]
    """What stands in addresses, by the name of the part."""
    more: tuple[str, ...] = ()
    """Addresses of administrators that show something else than the others."""

    def pages(self) -> Iterator[tuple[str, Office]]:
        """Go through every page that somebody can ask for."""
        for rule, right in self._rules("GET"):
            yield self._address(rule, "GET"), self.browsers[right.area]
        for address in self.more:
            yield address, self.browsers[Area.ADMIN]

    def addresses_with(self, text: str) -> Iterator[tuple[str, Office]]:
        """Make addresses with a text where a name or a code belongs."""
        for rule, right in self._rules("GET"):
            for name in rule.arguments:
                if isinstance(self.values[name], str):
                    changed = replace(self, values={**self.values, name: text})
                    yield changed._address(rule, "GET"), self.browsers[right.area]

    def writes(self) -> Iterator[tuple[str, str, Office]]:
        """Go through every address that takes a form: its rule, address, browser."""
        for rule, right in self._rules("POST"):
            yield rule.rule, self._address(rule, "POST"), self.browsers[right.area]

    def forms(self) -> Iterator[Form]:
        """Go through every form of every page, each once."""
        seen = set()
        for address, browser in self.pages():
            page = browser.get(address)
            if page.status_code != 200 or page.mimetype != "text/html":
                continue
            for form in _forms_on(page, address, browser):
                key = (form.method, form.action, tuple(f.name for f in form.fields))
                if key not in seen:
                    seen.add(key)
                    yield form

    def rule_of(self, address: str) -> str:
        """Say by which rule an address that takes forms is found."""
        adapter = self.office.app.url_map.bind("bridge.example.se", url_scheme="https")
        path = address.partition("?")[0]
        found: tuple[Rule, Any] = adapter.match(path, method="POST", return_rule=True)
        return found[0].rule

    def _rules(self, method: str) -> Iterator[tuple[Rule, Right]]:
        for rule in self.office.app.url_map.iter_rules():
            need = needed_by(self.office.app.view_functions[rule.endpoint])
            if isinstance(need, Right) and method in (rule.methods or ()):
                yield rule, need

    def _address(self, rule: Rule, method: str) -> str:
        adapter = self.office.app.url_map.bind("bridge.example.se", url_scheme="https")
        wanted = {name: self.values[name] for name in rule.arguments}
        return adapter.build(rule.endpoint, wanted, method=method)


def make_building(folder: Path, *, more: str = "") -> Building:
    """Make a bridge with an office where something has happened already.

    Args:
        folder: Where its files are.
        more: More settings, in TOML.
    """
    office = make_office(folder, more=more)
    operator, administrator = office.another_browser(), office.another_browser()
    operator.log_in(OPERATORS["system"], "/operator/")
    administrator.log_in(BERIT)
    region, by = office.organisation_id(REGION), {"now": office.clock()}
    known = office.parts.office.administrators.list(region)
    berit = known[-1].person
    actor = Actor(kind=ActorKind.ADMINISTRATOR, id=berit.id, name="Berit Bok")
    members = office.members()
    office.parts.administration.remove_user(region, members[CHARLIE], actor=actor, **by)
    notice = NewNotice(
        place=NoticePlace.ADMINISTRATION,
        level=NoticeLevel.INFORMATION,
        text="Stängt",
        valid_from=office.clock(),
    )
    number = office.parts.office.notices.add(notice, actor="operator:1", **by)
    office.parts.reviews.start(region, actor=actor, **by)
    office.parts.office.saved_filters.save(1, "Allt", "typ=person")
    _add_source(office, folder)
    values = {
        "number": REGION,
        "membership": members[GUSTAV],
        "organisation_id": region,
        "membership_id": known[0].membership_id,
        "agreement_id": 1,
        "operator_id": 1,
        "notice_id": number,
        "filter_id": 1,
        "review": 1,
        "code": "landsting",
        "service": "landsting",
        "permission": "rapportera",
        "chapter": "lagg-till",
        "name": "sambi",
        "change": 1,
        "reference": "BCD234FGH",
    }
    browsers = {Area.ADMIN: administrator, Area.OPERATOR: operator}
    removed = f"{LIST}/{members[CHARLIE]}"
    return Building(office=office, browsers=browsers, values=values, more=(removed,))


class Snapshot:
    """An SQLite database as it was, to compare with and to go back to.

    Args:
        office: Whose database.
    """

    def __init__(self, office: Office) -> None:
        self.path = office.parts.settings.database_url.partition("///")[2]
        self._copy = sqlite3.connect(":memory:")
        with closing(sqlite3.connect(self.path)) as there:
            there.backup(self._copy)

    def go_back(self) -> None:
        """Make the database what it was."""
        with closing(sqlite3.connect(self.path)) as there:
            self._copy.backup(there)

    def was(self) -> dict[str, list[tuple[Any, ...]]]:
        """Read every row of every table as it was."""
        return _rows(self._copy)

    def now(self) -> dict[str, list[tuple[Any, ...]]]:
        """Read every row of every table as it is."""
        with closing(sqlite3.connect(self.path)) as there:
            return _rows(there)


def _rows(connection: sqlite3.Connection) -> dict[str, list[tuple[Any, ...]]]:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {
        name: connection.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608
        for (name,) in tables.fetchall()
        if not name.startswith("state_")
    }


def _forms_on(page: TestResponse, address: str, browser: Office) -> Iterator[Form]:
    for form in html.fromstring(page.text).forms:
        action = form.get("action") or address
        if not action.startswith("/logga-ut"):
            yield Form(
                page=address,
                method=form.method,
                action=action,
                fields=tuple(_fields_of(form)),
                browser=browser,
            )


def _fields_of(form: Any) -> Iterator[Field]:
    for one in form.inputs:
        kind = one.get("type", "text") if one.tag == "input" else one.tag
        is_ticked = kind not in {"checkbox", "radio"} or one.get("checked") is not None
        if not one.name or one.get("disabled") is not None or not is_ticked:
            continue
        if kind not in {"button", "submit", "file"}:
            value = one.get("value") if one.tag == "input" else one.value
            yield Field(name=one.name, value=value or "", kind=kind)


def _add_source(office: Office, folder: Path) -> None:
    key, file = rsa_key("federation"), folder / "federation.xml"
    file.write_bytes(
        signed(group(idp(), valid_until=office.clock() + timedelta(days=7)), key)
    )
    office.admin.add(
        NewSource(name="sambi", location=str(file), certificate_pem=key.certificate_pem)
    )
