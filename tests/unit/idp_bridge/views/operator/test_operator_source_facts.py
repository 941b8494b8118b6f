"""The page of a source says who signed it, and how often it is fetched."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from idp_bridge.texts.operator_texts import every
from metadata.reports import NewSource
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.metadata_documents import (
    IDP,
    SSO,
    endpoint,
    entity,
    group,
    idp,
    idp_role,
    key_descriptor,
    signed,
)
from tests.support.operator_pages import SOURCES, Site, make_site, text_of

OLD, NEW = rsa_key("federation"), rsa_key("successor")
ADDRESS = endpoint("SingleSignOnService", SSO)
PAGE = f"{SOURCES}/kallor/sambi"
SIGNED_WITH_THIS = "Versionen som används är signerad med detta."


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "feed.xml"


def write(file: Path, *, by: str = "federation", wish: str = "") -> None:
    whole = group(idp(), valid_until=NOW + timedelta(days=20))
    whole = whole.replace("<md:EntitiesDescriptor", f"<md:EntitiesDescriptor {wish}")
    file.write_bytes(signed(whole, rsa_key(by)))


def source(file: Path, *, minutes: int | None = None) -> NewSource:
    return NewSource(
        name="sambi",
        location=str(file),
        certificate_pem=OLD.certificate_pem + NEW.certificate_pem,
        refresh_every=None if minutes is None else timedelta(minutes=minutes),
    )


def test_of_two_certificates_the_page_names_the_one_that_signed(
    site: Site, file: Path
) -> None:
    write(file)
    site.admin.add(source(file))
    site.log_in("reader")
    for key, by in ((OLD, "federation"), (NEW, "successor")):
        write(file, by=by)
        site.admin.refresh("sambi", force=True)
        text = text_of(site.get(PAGE))
        assert text.count(SIGNED_WITH_THIS) == 1
        before, _, _ = text.partition(SIGNED_WITH_THIS)
        fingerprint = sha256(key.certificate_der).hexdigest()
        assert fingerprint in before.rpartition("Certifikat med SHA-256")[2]


@pytest.mark.parametrize(
    ("wish", "minutes", "said"),
    [
        ("", None, "varje timme"),
        ('cacheDuration="PT6H"', None, "med 6 timmars mellanrum, så som"),
        ('cacheDuration="P7D"', None, "varje dygn, så som"),
        ('cacheDuration="PT6H"', 90, "med 90 minuters mellanrum"),
    ],
)
def test_the_page_says_how_often_a_source_is_fetched(
    site: Site, file: Path, wish: str, minutes: int | None, said: str
) -> None:
    write(file, wish=wish)
    site.admin.add(source(file, minutes=minutes))
    site.log_in("reader")
    assert said in text_of(site.get(PAGE))


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "varje minut"),
        (1, "varje minut"),
        (90, "med 90 minuters mellanrum"),
        (60, "varje timme"),
        (360, "med 6 timmars mellanrum"),
        (1440, "varje dygn"),
        (4320, "med 3 dygns mellanrum"),
    ],
)
def test_intervals_are_said_in_the_largest_unit_that_fits(
    minutes: int, said: str
) -> None:
    assert every(timedelta(minutes=minutes)) == said


def test_who_approves_a_changed_file_reads_what_has_changed(
    site: Site, file: Path
) -> None:
    before = entity(IDP, idp_role(key_descriptor(OLD, "signing") + ADDRESS))
    file.write_text(before)
    site.admin.add(NewSource(name="sambi", location=str(file)))
    file.write_text(entity(IDP, idp_role(key_descriptor(NEW, "signing") + ADDRESS)))
    site.admin.refresh("sambi")
    site.log_in("reader")
    text = text_of(site.get(PAGE))
    for word, key in (("Försvinner", OLD), ("Ny", NEW)):
        fingerprint = sha256(key.certificate_der).hexdigest()
        assert f"{word}: signing: {fingerprint}" in text
    assert "Adresser" not in text.partition("Uppgifter")[0]
    file.write_text(before.replace("</md:Ent", "\n</md:Ent"))
    site.admin.refresh("sambi")
    assert "något annat i beskrivningen" in text_of(site.get(PAGE))
