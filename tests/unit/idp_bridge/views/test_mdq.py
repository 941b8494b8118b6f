"""Other bridges may ask for whom we trust: an entity at a time, signed by us."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from idp_bridge import database
from idp_bridge.app import create_app
from idp_bridge.services import Services
from metadata import mdq_identifiers, names, safe_xml
from metadata.entities import PublicKey, Role
from metadata.instants import format_instant
from metadata.reader import read_identity_provider, read_service_provider
from metadata.records import EntityRecord
from metadata.signatures import verify_enveloped
from metadata.store import EntityStore
from metadata.tables import entities
from tests.support.clock import NOW, FrozenClock
from tests.support.installations import BASE_URL, install, settings_of
from tests.support.keys import rsa_key
from tests.support.mdq import loaded, pinned
from tests.support.metadata_documents import IDP, entity, idp, idp_role, sp_role

ON = "[metadata]\nmdq_server = true\n"
HOUR = timedelta(hours=1)
ODD = ("https://a.example//b/%2F?c=d#e+f", "urn:räksmörgås", "skatteverket_sso")
SIGNING = rsa_key("installation signing").public
TYPE = "application/samlmetadata+xml"


class World:
    """A bridge whose store the test fills."""

    def __init__(self, folder: Path, clock: FrozenClock, more: str = ON) -> None:
        self.config = install(folder, more=more)
        self.clock = clock
        self.client = self.worker()

    def worker(self) -> FlaskClient:
        app = create_app(settings_of(self.config), clock=self.clock)
        self.services: Services = app.extensions["idp-bridge"]
        self.store: EntityStore = self.services.entity_store
        return app.test_client()

    def ask(self, entity_id: str, **headers: str) -> TestResponse:
        return self.get(quote(entity_id, safe=""), **headers)

    def get(self, identifier: str, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        path = f"/mdq/entities/{identifier}"
        return self.client.get(path, base_url=BASE_URL, headers=named)


@pytest.fixture
def world(tmp_path: Path, clock: FrozenClock) -> World:
    return World(tmp_path, clock)


def record(
    entity_id: str = IDP,
    xml: str | None = None,
    *,
    roles: frozenset[Role] = frozenset({Role.IDP}),
    end: timedelta | None = None,
) -> EntityRecord:
    written = idp(entity_id) if xml is None else xml
    return EntityRecord(
        entity_id=entity_id,
        roles=roles,
        xml=written.encode(),
        sha256=str(hash(written)),
        valid_until=None if end is None else NOW + end,
        display_name=None,
    )


def verified(response: TestResponse, key: PublicKey = SIGNING) -> bytes:
    assert response.status_code == 200
    root = safe_xml.parse(response.data, limits=safe_xml.METADATA_LIMITS)
    return verify_enveloped(root, [key])


def test_nobody_is_answered_unless_the_operator_wants_it(
    tmp_path: Path, clock: FrozenClock
) -> None:
    off = World(tmp_path, clock, more="")
    off.store.add(loaded(pinned("a"), record()))
    assert off.ask(IDP).status_code == 404
    assert off.ask(f"{BASE_URL}/saml/idp").status_code == 404
    assert off.client.get("/mdq/entities", base_url=BASE_URL).status_code == 404


def test_an_entity_that_we_trust_is_handed_on_with_our_signature(world: World) -> None:
    world.store.add(loaded(pinned("a"), record()))
    response = world.ask(IDP, Accept=TYPE)
    party = read_identity_provider(verified(response))
    assert party.entity_id == IDP
    assert party.signing_keys == (rsa_key("idp").public,)
    assert party.valid_until == NOW + HOUR + timedelta(days=7)
    assert response.headers["Content-Type"] == TYPE
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("entity_id", ODD)
def test_any_entity_id_can_be_asked_for_in_both_ways(
    world: World, entity_id: str
) -> None:
    world.store.add(loaded(pinned("a"), record(entity_id), record("urn:other")))
    for identifier in (quote(entity_id, safe=""), sha1_of(entity_id)):
        xml = verified(world.get(identifier))
        assert read_identity_provider(xml).entity_id == entity_id


def test_two_entities_with_one_sha1_are_an_attack(world: World) -> None:
    world.store.add(loaded(pinned("a"), record(), record("urn:other")))
    assert world.get(sha1_of(IDP)).status_code == 200
    forged = update(entities).values(entity_sha1=mdq_identifiers.sha1_of(IDP).value)
    with world.services.engine.begin() as connection:
        connection.execute(forged)
    assert world.get(sha1_of(IDP)).status_code == 404
    assert world.ask(IDP).status_code == 200


def sha1_of(entity_id: str) -> str:
    return f"%7Bsha1%7D{mdq_identifiers.sha1_of(entity_id).value}"


def test_we_tell_about_ourselves_too(world: World) -> None:
    for entity_id in (f"{BASE_URL}/saml/sp", f"{BASE_URL}/saml/idp"):
        for identifier in (quote(entity_id, safe=""), sha1_of(entity_id)):
            assert entity_id.encode() in verified(world.get(identifier))


@pytest.mark.parametrize(
    ("identifier", "status"),
    [
        (quote(IDP + "/", safe=""), 404),
        ("%7Bsha1%7D" + "0" * 40, 404),
        ("%7Bsha1%7D" + "0" * 39, 400),
        ("%7Bsha1%7D" + "A" * 40, 400),
        ("%7Bsha256%7D" + "0" * 64, 501),
        ("%7Bother%3Aarg%7D", 501),
        ("%7B", 400),
        ("a%20b", 400),
        ("x" * 1025, 400),
        ("x" * 1024, 404),
        ("%FF%FE", 404),
        ("", 501),
    ],
)
def test_what_we_do_not_know_is_said_in_the_words_of_the_protocol(
    world: World, identifier: str, status: int
) -> None:
    world.store.add(loaded(pinned("a"), record()))
    response = world.get(identifier)
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/plain")
    is_kept = "max-age=60" in response.headers["Cache-Control"]
    assert is_kept == (status == 404)


def test_not_everything_is_handed_out_at_once(world: World) -> None:
    assert world.client.get("/mdq/entities", base_url=BASE_URL).status_code == 501


def test_what_has_ended_is_unknown_from_that_very_moment(world: World) -> None:
    world.store.add(loaded(pinned("a"), record(end=HOUR)))
    response = world.ask(IDP)
    assert format_instant(NOW + HOUR).encode() in verified(response)
    assert "max-age=3600" in response.headers["Cache-Control"]
    world.clock.now = NOW + HOUR - timedelta(minutes=10)
    assert "max-age=600" in world.ask(IDP).headers["Cache-Control"]
    world.clock.now = NOW + HOUR
    assert world.ask(IDP).status_code == 404


def test_a_role_that_has_ended_by_itself_is_not_handed_on(world: World) -> None:
    ends = f'validUntil="{format_instant(NOW + HOUR)}"'
    xml = entity(IDP, idp_role(attributes=ends), sp_role())
    both = record(xml=xml, roles=frozenset({Role.IDP, Role.SP}))
    world.store.add(loaded(pinned("a"), replace(both, stale_at=NOW + HOUR)))
    world.clock.now = NOW + HOUR - timedelta(minutes=10)
    response = world.ask(IDP)
    assert b"IDPSSODescriptor" in verified(response)
    assert "max-age=600" in response.headers["Cache-Control"]
    world.clock.now = NOW + HOUR
    answered = verified(world.ask(IDP))
    assert b"IDPSSODescriptor" not in answered
    assert read_service_provider(answered).entity_id == IDP


def test_nothing_is_handed_on_beyond_the_roles_that_we_use(world: World) -> None:
    signature = f'<ds:Signature xmlns:ds="{names.NS_DS}">x</ds:Signature>'
    role = idp_role().replace("</md:IDPSSO", f"{signature}</md:IDPSSO")
    xml = entity(IDP, signature, role, sp_role(), idp_role(""))
    world.store.add(loaded(pinned("a"), record(xml=xml)))
    answered = verified(world.ask(IDP))
    assert b"SPSSODescriptor" not in answered
    assert answered.count(b"<md:IDPSSODescriptor") == 1
    assert b"Signature" not in answered


def test_roles_of_several_sources_are_handed_on_together(world: World) -> None:
    other = entity(IDP, idp_role(""), sp_role())
    world.store.add(loaded(pinned("a"), record(end=2 * HOUR)))
    alone = verified(world.ask(IDP))
    both = frozenset({Role.IDP, Role.SP})
    world.store.add(loaded(pinned("b"), record(xml=other, roles=both, end=HOUR)))
    answered = verified(world.ask(IDP))
    assert answered != alone
    idp_role_of_a = read_identity_provider(answered)
    assert idp_role_of_a.signing_keys == (rsa_key("idp").public,)
    assert read_service_provider(answered).signing_keys == (rsa_key("sp").public,)
    assert idp_role_of_a.valid_until == NOW + HOUR
    world.clock.now = NOW + HOUR
    assert b"SPSSODescriptor" not in verified(world.ask(IDP))


def test_the_first_source_whose_word_still_counts_is_handed_on(world: World) -> None:
    both = entity(IDP, idp_role(), sp_role())
    world.store.add(loaded(pinned("a"), record(end=HOUR)))
    roles = frozenset({Role.IDP, Role.SP})
    world.store.add(loaded(pinned("b"), record(xml=both, roles=roles)))
    world.clock.now = NOW + HOUR
    answered = verified(world.ask(IDP))
    assert read_service_provider(answered).entity_id == IDP
    assert b"IDPSSODescriptor" not in answered


def test_values_keep_the_prefixes_of_their_types(world: World) -> None:
    extensions = (
        "<md:Extensions><mdattr:EntityAttributes><saml:Attribute Name='n'>"
        "<saml:AttributeValue xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
        " xsi:type='xs:string'>v</saml:AttributeValue>"
        "</saml:Attribute></mdattr:EntityAttributes></md:Extensions>"
    )
    world.store.add(
        loaded(pinned("a"), record(xml=entity(IDP, extensions, idp_role())))
    )
    answered = verified(world.ask(IDP))
    root = safe_xml.parse(answered, limits=safe_xml.METADATA_LIMITS)
    value = next(root.iter("{*}AttributeValue"))
    assert value.nsmap["xs"] == names.NS_XS


def test_every_worker_answers_the_same_for_an_hour(world: World) -> None:
    world.store.add(loaded(pinned("a"), record()))
    first = world.ask(IDP)
    assert (
        first.data
        == world.worker()
        .get(f"/mdq/entities/{quote(IDP, safe='')}", base_url=BASE_URL)
        .data
    )
    again = world.ask(IDP, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert "max-age" in again.headers["Cache-Control"]
    since = world.ask(IDP, If_Modified_Since=first.headers["Last-Modified"])
    assert since.status_code == 304
    world.clock.advance(HOUR)
    later = world.ask(IDP, If_None_Match=first.headers["ETag"])
    assert later.status_code == 200
    assert b"validUntil" in verified(later)


def test_a_changed_entity_is_another_document_at_once(world: World) -> None:
    world.store.add(loaded(pinned("a"), record()))
    first = world.ask(IDP)
    changed = idp().replace("</md:EntityDescriptor>", "\n</md:EntityDescriptor>")
    world.store.replace(loaded(pinned("a"), record(xml=changed)))
    again = world.ask(IDP, If_None_Match=first.headers["ETag"])
    assert again.status_code == 200
    assert again.headers["ETag"] != first.headers["ETag"]


def test_who_wants_another_type_gets_none(world: World) -> None:
    world.store.add(loaded(pinned("a"), record()))
    assert world.ask(IDP, Accept="application/json").status_code == 406
    assert world.ask(IDP, Accept="text/html,*/*;q=0.8").status_code == 200


def test_who_asks_for_the_headers_alone_gets_those(world: World) -> None:
    world.store.add(loaded(pinned("a"), record()))
    whole = world.ask(IDP)
    path = f"/mdq/entities/{quote(IDP, safe='')}"
    heads = world.client.head(path, base_url=BASE_URL)
    assert (heads.status_code, heads.data) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert heads.headers[name] == whole.headers[name]


def test_only_get_is_answered(world: World) -> None:
    path = f"/mdq/entities/{quote(IDP, safe='')}"
    assert world.client.post(path, base_url=BASE_URL).status_code == 405


def test_a_store_that_does_not_answer_is_no_absence(world: World) -> None:
    world.store.add(loaded(pinned("a"), record()))

    def fail(*_: object) -> None:
        raise OperationalError("SELECT", {}, ConnectionError("no answer"))

    with world.client.application.app_context():
        for engine in database.db.engines.values():
            event.listen(engine, "before_cursor_execute", fail)
    assert world.ask(IDP).status_code == 503
