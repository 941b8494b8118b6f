"""What does a catalogue file state, and what is wrong with it?

TOML in, frozen entries out, together with one sentence for every mistake and the line
of the entry it is in. Nothing here looks into the database.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import TypeVar

from authz import catalogue_values as values
from authz.catalogue_entries import (
    AgreementEntry,
    Catalogue,
    GrantEntry,
    OperatorEntry,
    OrganisationEntry,
    PermissionEntry,
    PersonEntry,
    ServiceEntry,
    Stated,
)
from authz.models import OperatorRole, OrganisationKind, PersonRole, WithoutGrant

T = TypeVar("T")
Columns = dict[str, Callable[[object], object]]
"""Which columns an entry may name, and how each is read."""

SERVICES, PERMISSIONS = "services", "services.permissions"
ORGANISATIONS, AGREEMENTS = "organisations", "agreements"
ADMINISTRATORS, USERS, OPERATORS = "administrators", "users", "operators"
TABLES = (SERVICES, ORGANISATIONS, AGREEMENTS, ADMINISTRATORS, USERS, OPERATORS)

NAME: Columns = {"name": values.text}
KIND: Columns = {"kind": values.one_of(OrganisationKind)}
VALIDITY: Columns = {
    "valid_from": values.moment_from,
    "valid_until": values.moment_until,
}
PERSON: Columns = {
    "given_name": values.text,
    "surname": values.text,
    "email": values.email,
}
SERVICE: Columns = KIND | {
    "name_en": values.text,
    "description": values.description,
    "start_url": values.web_address,
    "claim_format": values.claim_format,
    "without_grant": values.one_of(WithoutGrant),
    "needs_reason": values.yes_or_no,
}

_HEADER = re.compile(r"""\s*\[\[\s*([\w\s."'-]+?)\s*\]\]""")
_QUOTES = re.compile(r"\"{3}|'{3}")


def read(text: str, *, allow_test_ids: bool) -> Catalogue:
    """Read a catalogue file and gather every mistake in it.

    Args:
        text: The file.
        allow_test_ids: Accept HSA-ids of test directories.
    """
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Catalogue(problems=(f"not TOML: {error}",))
    return _File(content, text, allow_test_ids=allow_test_ids).catalogue()


class _Entry:
    """One table of the file while it is read."""

    def __init__(self, position: str, content: object, problems: list[str]) -> None:
        self.position = position
        self._content = content if isinstance(content, dict) else {}
        self._problems = problems
        self._known: set[str] = set()
        if not isinstance(content, dict):
            self.problem("must be a table")

    def required(self, key: str, parser: Callable[[object], T], broken: T) -> T:
        """Read what must be there; ``broken`` stands in for what is not usable."""
        if key not in self._content:
            self._known.add(key)
            self.problem(f"{key} is missing")
        return self.optional(key, parser, broken)

    def optional(self, key: str, parser: Callable[[object], T], default: T) -> T:
        """Read what may be there."""
        self._known.add(key)
        if key not in self._content:
            return default
        try:
            return parser(self._content[key])
        except ValueError as error:
            self.problem(f"{key} {error}")
            return default

    def several(self, key: str, parser: Callable[[object], T]) -> tuple[T, ...]:
        """Read a list, empty if there is none."""
        empty: tuple[T, ...] = ()
        return self.optional(key, values.list_of(parser), empty)

    def columns(self, required: Columns, optional: Columns) -> Stated:
        """Read columns, check the interval, and complain about unknown keys.

        The last thing to read of an entry.
        """
        found = {key: self.required(key, required[key], None) for key in required}
        found |= {key: self.optional(key, optional[key], None) for key in optional}
        begin, end = found.get("valid_from"), found.get("valid_until")
        if isinstance(begin, datetime) and isinstance(end, datetime) and begin >= end:
            self.problem("valid_until is not after valid_from")
        for key in sorted(self._content.keys() - self._known):
            self.problem(f"unknown key {key}")
        return {key: value for key, value in found.items() if value is not None}

    def problem(self, sentence: str) -> None:
        """Remember a mistake with its position."""
        self._problems.append(f"{self.position}: {sentence}")


class _File:
    """Reads every table of a file, in a fixed order."""

    def __init__(
        self, content: dict[str, object], text: str, *, allow_test_ids: bool
    ) -> None:
        self._content = content
        self._lines = _lines_of_headers(text)
        self._hsa_id = values.hsa_id(allow_test_ids=allow_test_ids)
        self._problems: list[str] = []

    def catalogue(self) -> Catalogue:
        """Read all tables."""
        for key in sorted(self._content.keys() - set(TABLES)):
            self._problems.append(f"unknown table [[{key}]]")
        return Catalogue(
            services=self._services(),
            organisations=tuple(map(self._organisation, self._entries(ORGANISATIONS))),
            agreements=tuple(map(self._agreement, self._entries(AGREEMENTS))),
            people=(
                *map(self._administrator, self._entries(ADMINISTRATORS)),
                *map(self._user, self._entries(USERS)),
            ),
            operators=tuple(map(self._operator, self._entries(OPERATORS))),
            problems=tuple(self._problems),
        )

    def _entries(self, table: str) -> list[_Entry]:
        content = self._content.get(table, [])
        if not isinstance(content, list):
            self._problems.append(f"{table} must be written as [[{table}]]")
            return []
        return self._located(table, content)

    def _located(self, table: str, content: list[object]) -> list[_Entry]:
        lines = self._lines.get(table, [])
        places = [f"[[{table}]] no {number}" for number in range(1, len(content) + 1)]
        if len(lines) == len(content):
            pairs = zip(lines, places, strict=True)
            places = [f"line {line}, {place}" for line, place in pairs]
        return [
            _Entry(place, each, self._problems)
            for place, each in zip(places, content, strict=True)
        ]

    def _services(self) -> tuple[ServiceEntry, ...]:
        entries = self._entries(SERVICES)
        below = [entry.several("permissions", _anything) for entry in entries]
        located = iter(self._located(PERMISSIONS, list(chain.from_iterable(below))))
        return tuple(
            self._service(entry, list(islice(located, len(tables))))
            for entry, tables in zip(entries, below, strict=True)
        )

    def _service(self, entry: _Entry, permissions: list[_Entry]) -> ServiceEntry:
        return ServiceEntry(
            position=entry.position,
            code=entry.required("code", values.code, ""),
            entity_ids=entry.several("entity_ids", values.uri),
            permissions=tuple(map(self._permission, permissions)),
            stated=entry.columns(NAME, SERVICE | VALIDITY),
        )

    def _permission(self, entry: _Entry) -> PermissionEntry:
        return PermissionEntry(
            position=entry.position,
            code=entry.required("code", values.code, ""),
            stated=entry.columns(NAME, VALIDITY),
        )

    def _organisation(self, entry: _Entry) -> OrganisationEntry:
        number = values.organisation_number
        main = entry.required("number", number, "")
        more = entry.several("numbers", number)
        return OrganisationEntry(
            position=entry.position,
            numbers=tuple(dict.fromkeys((main, *more))),
            stated=entry.columns(NAME | KIND, VALIDITY),
        )

    def _agreement(self, entry: _Entry) -> AgreementEntry:
        reference: Columns = {"reference": values.text}
        begin: Columns = {"valid_from": VALIDITY["valid_from"]}
        end: Columns = {"valid_until": VALIDITY["valid_until"]}
        return AgreementEntry(
            position=entry.position,
            organisation=entry.required("organisation", values.organisation_number, ""),
            service=entry.required("service", values.code, ""),
            stated=entry.columns(begin, end | reference),
        )

    def _administrator(self, entry: _Entry) -> PersonEntry:
        return self._person(entry, PersonRole.ADMINISTRATOR, ())

    def _user(self, entry: _Entry) -> PersonEntry:
        grants = entry.several("permissions", _grant)
        return self._person(entry, PersonRole.USER, grants)

    def _person(
        self, entry: _Entry, role: PersonRole, grants: tuple[GrantEntry, ...]
    ) -> PersonEntry:
        return PersonEntry(
            position=entry.position,
            role=role,
            organisation=entry.required("organisation", values.organisation_number, ""),
            hsa_id=entry.required("hsa_id", self._hsa_id, ""),
            grants=grants,
            stated=entry.columns(PERSON, VALIDITY),
        )

    def _operator(self, entry: _Entry) -> OperatorEntry:
        role: Columns = {"role": values.one_of(OperatorRole), **VALIDITY}
        return OperatorEntry(
            position=entry.position,
            hsa_id=entry.required("hsa_id", self._hsa_id, ""),
            stated=entry.columns(PERSON, role),
        )


def _anything(value: object) -> object:
    return value


def _grant(value: object) -> GrantEntry:
    """Read ``"service:permission"``, or a table with it and an interval."""
    problems: list[str] = []
    content = {"permission": value} if isinstance(value, str) else value
    entry = _Entry(repr(value)[:80], content, problems)
    service, permission = entry.required("permission", _pair, ("", ""))
    stated = entry.columns({}, VALIDITY)
    if problems:
        raise ValueError("; ".join(problems))
    return GrantEntry(service=service, permission=permission, stated=stated)


def _pair(value: object) -> tuple[str, str]:
    service, _, permission = values.text(value).partition(":")
    return values.code(service), values.code(permission)


def _lines_of_headers(text: str) -> Mapping[str, list[int]]:
    """Find the line of every ``[[table]]``; tomllib does not tell.

    Lines inside strings of several lines do not count.
    """
    lines: dict[str, list[int]] = defaultdict(list)
    inside: str | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        header = _HEADER.match(line)
        if inside is None and header:
            lines[re.sub(r"[\s\"']", "", header[1])].append(number)
        for quotes in _QUOTES.findall(line):
            inside = quotes if inside is None else None if inside == quotes else inside
    return lines
