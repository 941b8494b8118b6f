"""Attribute authorities are read like the others, where a source may bring them."""

from pathlib import Path

import pytest

from metadata.entities import AttributeAuthority, Endpoint, IdentityProvider, Role
from metadata.errors import BadEntityError
from metadata.loader import MetadataAdmin
from metadata.names import BINDING_SOAP
from metadata.reader import read_party
from metadata.reports import NewSource
from metadata.store import EntityStore
from tests.support.clock import FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import (
    AA,
    IDP,
    aa_role,
    endpoint,
    entity,
    idp_role,
    key_descriptor,
)

BOTH = entity(IDP, idp_role(), aa_role())


@pytest.fixture
def admin(store: EntityStore, clock: FrozenClock) -> MetadataAdmin:
    return MetadataAdmin(store, clock, own_entity_ids=[])


def test_an_attribute_authority_has_its_own_keys_and_addresses() -> None:
    read = read_party(BOTH.encode(), Role.AA)
    assert isinstance(read, AttributeAuthority)
    assert read.signing_keys == (rsa_key("aa").public,)
    assert read.attribute_endpoints == (Endpoint(binding=BINDING_SOAP, location=AA),)


@pytest.mark.parametrize(
    ("body", "lacking"),
    [
        (endpoint("AttributeService", AA, binding=BINDING_SOAP), "signing key"),
        (key_descriptor(rsa_key("aa"), "encryption"), "signing key"),
        (key_descriptor(rsa_key("aa"), "signing"), "address for questions"),
    ],
)
def test_an_attribute_authority_that_cannot_be_asked_is_refused(
    body: str, lacking: str
) -> None:
    with pytest.raises(BadEntityError, match=lacking):
        read_party(entity(IDP, aa_role(body)).encode(), Role.AA)


@pytest.mark.parametrize(
    ("roles", "kinds"),
    [
        ({Role.AA}, [AttributeAuthority]),
        ({Role.IDP}, [IdentityProvider]),
        ({Role.IDP, Role.SP, Role.AA}, [IdentityProvider, AttributeAuthority]),
    ],
)
def test_a_source_brings_the_roles_that_it_may(
    admin: MetadataAdmin, tmp_path: Path, roles: set[Role], kinds: list[type]
) -> None:
    file = tmp_path / "both.xml"
    file.write_text(BOTH)
    admin.add(NewSource(name="both", location=str(file), roles=frozenset(roles)))
    (view,) = admin.show(IDP)
    assert [type(party) for party in view.parties] == kinds
    assert view.record.roles == roles - {Role.SP}
