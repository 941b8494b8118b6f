"""An e-tjänst tries to find out about people whom it does not know."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import event

from idp_bridge.login import transient_names
from metadata import names, safe_xml
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, BOB, ERSATTNING, MELKER
from tests.support.saml.logins import make_settings
from tests.support.saml.queries import (
    Desk,
    about,
    about_issued,
    make_desk,
    signed_query,
    told_by,
)
from tests.support.saml.signing import SIGNATURE

NOBODY = "_" + "0" * 40
UNKNOWN = ("Responder", "UnknownPrincipal")
WORK = ("SELECT", "INSERT", "UPDATE", "DELETE")
LITERAL = re.compile(r"'[^']*'|\b\d+\b")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def plain(xml: bytes) -> str:
    """Write an answer without what must differ: IDs and signatures."""
    root = safe_xml.parse(xml)
    for signature in list(root.iter(SIGNATURE)):
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
    for element in root.iter(etree.Element):
        for name in ("ID", "InResponseTo"):
            if name in element.attrib:
                element.set(name, "an-id")
    return etree.tostring(root, encoding="unicode")


@contextmanager
def counted(desk: Desk) -> Iterator[list[str]]:
    """Write down every statement that reaches the database, without its values.

    Which e-tjänst asks is remembered for a second of real time, so it does not count.
    """
    seen: list[str] = []
    engine = desk.bridge.parts.authz._engine

    def note(text: str) -> None:
        if text.startswith(WORK) and "FROM services" not in text:
            seen.append(LITERAL.sub("?", text))

    def listen(connection: Any, _record: object) -> None:
        connection.set_trace_callback(note)

    event.listen(engine, "connect", listen)
    engine.dispose()
    yield seen
    event.remove(engine, "connect", listen)
    engine.dispose()


def test_the_good_twin_by_the_name_that_this_e_service_was_given(desk: Desk) -> None:
    told = desk.ask(subject=about_issued(desk.name_of(ALICE)))
    assert told.statuses == ("Success",)
    assert told.attributes


@pytest.mark.parametrize("unknown_subject", ["unknown-principal", "success"])
def test_a_name_of_another_e_service_is_like_one_that_nobody_has(
    tmp_path: Path, unknown_subject: str
) -> None:
    """In every byte of the answer, and in every statement on the way to it."""
    desk = make_desk(tmp_path, unknown_subject=unknown_subject)
    theirs = desk.name_of(ALICE, ERSATTNING)
    assert theirs != desk.name_of(ALICE, MELKER)
    desk.ask(subject=about_issued(NOBODY), id="_warm")
    answers, statements = [], []
    for number, value in enumerate((theirs, NOBODY)):
        with counted(desk) as seen:
            query = signed_query(subject=about_issued(value), id=f"_query-{number}")
            answers.append(desk.bring(query))
        statements.append(seen)
    assert plain(answers[0].xml) == plain(answers[1].xml)
    assert statements[0] == statements[1]
    assert len(statements[0]) > 3
    assert all('"person:' not in line for line in desk.trail())


@pytest.mark.parametrize(
    "changes",
    [
        {"sp_name_qualifier": ERSATTNING},
        {"name_qualifier": "https://other.example.se/idp"},
        {"name_format": names.NAMEID_TRANSIENT},
        {"name_format": names.NAMEID_UNSPECIFIED},
        {"name_format": names.ATTR_HSA_ID},
        {"name_format": None},
        {"name_format": names.NAMEID_ENTITY},
    ],
    ids=lambda changes: next(iter(changes.values())),
)
def test_a_name_with_other_qualifiers_is_another_name(
    desk: Desk, changes: dict[str, str | None]
) -> None:
    subject = about_issued(desk.name_of(ALICE), **changes)
    assert desk.ask(subject=subject).statuses == UNKNOWN


def test_an_hsa_id_where_it_is_not_agreed_is_like_one_that_nobody_has(
    tmp_path: Path,
) -> None:
    allowed, forbidden = make_desk(tmp_path), tmp_path / "forbidden"
    forbidden.mkdir()
    desk = make_desk(forbidden, query_by_hsa_id=False)
    assert allowed.ask(subject=about(ALICE)).statuses == ("Success",)
    answers, statements = [], []
    for number, value in enumerate((ALICE, "SE2321000016-ZZZZ", "no HSA-id at all")):
        with counted(desk) as seen:
            query = signed_query(subject=about(value), id=f"_query-{number}")
            answers.append(plain(desk.bring(query).xml))
        statements.append(seen)
    assert told_by(desk.bring(signed_query(id="_last"))).statuses == UNKNOWN
    assert len(set(answers)) == 1
    assert statements[0] == statements[1] == statements[2]


def test_whoever_may_not_ask_makes_no_statement_about_people(tmp_path: Path) -> None:
    """The look-up never comes before the right to ask for it."""
    desk = make_desk(tmp_path, attribute_queries=False)
    name = desk.name_of(ALICE)
    with counted(desk) as seen:
        for number, subject in enumerate((about_issued(name), about(ALICE))):
            desk.bring(signed_query(subject=subject, id=f"_query-{number}"))
    assert [line for line in seen if "name_ids" in line or "people" in line] == []


# --- names for one login --------------------------------------------------------------


def transient(desk: Desk, *, sp: str = MELKER, **changes: Any) -> str:
    settings = changes.pop("settings", desk.bridge.parts.settings)
    people = desk.bridge.parts.authz
    person = people.decide(
        ALICE, people.service_for(MELKER), organisation_numbers=(), now=NOW
    ).facts.person
    assert person is not None
    return transient_names.make(
        person.id, sp_entity_id=sp, settings=settings, now=changes.pop("now", NOW)
    )


def about_login(value: str) -> str:
    return about_issued(value, name_format=names.NAMEID_TRANSIENT)


def test_the_good_twin_by_the_name_of_one_login(desk: Desk) -> None:
    told = desk.ask(subject=about_login(transient(desk)))
    assert told.statuses == ("Success",)
    assert told.attributes


def test_a_login_at_another_e_service_names_nobody_here(desk: Desk) -> None:
    name = transient(desk, sp=ERSATTNING)
    assert desk.ask(subject=about_login(name)).statuses == UNKNOWN


def test_a_name_of_yesterday_names_nobody(desk: Desk) -> None:
    name = transient(desk, now=NOW - transient_names.LIFETIME)
    assert desk.ask(subject=about_login(name)).statuses == UNKNOWN
    name = transient(desk, now=NOW - transient_names.LIFETIME * 0.99)
    assert desk.ask(subject=about_login(name), id="_q2").statuses == ("Success",)


def test_a_name_that_somebody_else_made_names_nobody(desk: Desk) -> None:
    other = make_settings(secret_key="9zJq0vXo7yTn5Lr2Wb8Kc4Hd6Fg1Ms3P")
    name = transient(desk, settings=other)
    assert desk.ask(subject=about_login(name)).statuses == UNKNOWN


@pytest.mark.parametrize("place", [1, 20, 40, 58])
def test_a_changed_name_names_nobody(desk: Desk, place: int) -> None:
    name = transient(desk)
    other = "A" if name[place] != "A" else "B"
    changed = name[:place] + other + name[place + 1 :]
    assert desk.ask(subject=about_login(changed)).statuses == UNKNOWN


@pytest.mark.parametrize("value", ["_", "_" + "!" * 59, "Å" * 60, "x" * 60])
def test_what_is_no_name_names_nobody(desk: Desk, value: str) -> None:
    assert desk.ask(subject=about_login(value)).statuses == UNKNOWN


def test_names_of_logins_say_nothing_about_the_person(desk: Desk) -> None:
    made = {transient(desk) for _ in range(20)}
    assert len(made) == 20
    assert not any(ALICE in name or BOB in name for name in made)
