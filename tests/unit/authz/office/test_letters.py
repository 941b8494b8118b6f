"""A new administrator hears of it by mail, once, and only if it came to be."""

import pytest
from sqlalchemy import Engine

from authz.office.errors import AlreadyThereError, ValuesError
from authz.office.letters import WELCOME
from authz.office.outbox import Mail
from authz.office.service import OfficeService
from authz.service import AuthzService
from idp_bridge.texts.mail_texts import letters
from tests.support.office import BY, administrator_of, organisation_of, person
from tests.support.permission_world import ALICE, ANNA, KOMMUN, REGION

NILS = "SE2321000016-N001"


@pytest.fixture
def writing(engine: Engine, world: AuthzService) -> OfficeService:
    """An office that writes letters."""
    del world
    words = letters("https://bridge.example.se", "Migrationsverket", "example.se")
    return OfficeService(engine, letters=words)


def mails(office: OfficeService) -> list[Mail]:
    return list(office.outbox.list())


def test_a_new_administrator_is_told_what_and_where(writing: OfficeService) -> None:
    region = organisation_of(writing, REGION)
    writing.administrators.add(region, person(NILS), **BY)
    (mail,) = mails(writing)
    assert (mail.kind, mail.recipient) == (WELCOME, "nils@example.se")
    assert mail.organisation_id == region
    assert mail.subject == "Du är administratör för Region Stockholm"
    assert "Nils Ny är nu registrerad" in mail.body
    assert "https://bridge.example.se/admin/" in mail.body
    assert NILS not in mail.body
    assert mail.message_id.endswith("@example.se>")


def test_whoever_administers_one_more_organisation_is_told_of_that_one(
    writing: OfficeService,
) -> None:
    region, kommun = (organisation_of(writing, each) for each in (REGION, KOMMUN))
    writing.administrators.add(region, person(NILS), **BY)
    writing.administrators.add(kommun, person(NILS), **BY)
    assert [mail.organisation_id for mail in mails(writing)] == [kommun, region]


def test_a_user_who_becomes_administrator_is_told(writing: OfficeService) -> None:
    region = organisation_of(writing, REGION)
    writing.administrators.promote(region, ALICE, **BY)
    (mail,) = mails(writing)
    assert mail.subject == "Du är administratör för Region Stockholm"


def test_who_comes_in_anothers_place_is_told(writing: OfficeService) -> None:
    region = organisation_of(writing, REGION)
    old = administrator_of(writing, region)
    writing.administrators.replace(old, person(NILS), **BY)
    (mail,) = mails(writing)
    assert mail.recipient == "nils@example.se"


def test_what_was_refused_is_told_to_nobody(writing: OfficeService) -> None:
    region = organisation_of(writing, REGION)
    with pytest.raises(AlreadyThereError):
        writing.administrators.add(region, person(ANNA), **BY)
    with pytest.raises(ValuesError):
        writing.administrators.add(region, person("nonsense"), **BY)
    assert mails(writing) == []


def test_an_office_without_letters_writes_none(office: OfficeService) -> None:
    office.administrators.add(organisation_of(office, REGION), person(NILS), **BY)
    assert mails(office) == []
