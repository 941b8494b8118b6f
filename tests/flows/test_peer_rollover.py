"""A partner changes its key: both count while its metadata has both, in any order.

The partner's metadata is read from XML at each step, as the bridge does.
"""

from collections.abc import Sequence
from itertools import permutations

import pytest

from idp_bridge.errors import BadSignatureError, BridgeError
from idp_bridge.saml.bindings import InboundMessage
from metadata.entities import IdentityProvider, ServiceProvider
from metadata.reader import read_identity_provider, read_service_provider
from tests.support.keys import KeyPair, ec_key, rsa_key
from tests.support.metadata_documents import (
    endpoint,
    entity,
    idp_role,
    inera_like_idp,
    key_descriptor,
    sp_role,
)
from tests.support.saml.requests import (
    authn_request,
    posted,
    redirected,
    signed_request,
)
from tests.support.saml.responses import assertion, response
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    IDP,
    SP,
    SP_ACS,
    expected,
    take_request,
    take_response,
)

OLD, NEW = rsa_key("old"), ec_key("new")
NEWEST = rsa_key("newest", 3072)
ORDERS = [order for size in (2, 3) for order in permutations((OLD, NEW, NEWEST), size)]
USES = ("signing", None)
"""A KeyDescriptor without a use counts for both (SAML metadata 2.4.1.1)."""


def idp_with(keys: Sequence[KeyPair], use: str | None = "signing") -> IdentityProvider:
    descriptors = "".join(key_descriptor(key, use) for key in keys)
    address = endpoint("SingleSignOnService", "https://idp.example.se/sso")
    return read_identity_provider(entity(IDP, idp_role(descriptors + address)).encode())


def sp_with(keys: Sequence[KeyPair], use: str | None = "signing") -> ServiceProvider:
    descriptors = "".join(key_descriptor(key, use) for key in keys)
    address = endpoint("AssertionConsumerService", SP_ACS, more='index="1"')
    role = sp_role(descriptors + address, attributes='AuthnRequestsSigned="true"')
    return read_service_provider(entity(SP, role).encode())


def logs_in(key: KeyPair, idp: IdentityProvider) -> None:
    """Take logins that a key signed, on the assertion and on the Response."""
    for message in (
        response(signed(assertion(), by=key)),
        signed(response(signed(assertion(), by=key)), by=key),
    ):
        take_response(message, expected(idp=idp))


def asks(key: KeyPair, sp: ServiceProvider) -> None:
    """Take requests that a key signed, in both bindings."""
    for message in _requests(key):
        take_request(message, sp=sp)


def _requests(key: KeyPair) -> tuple[InboundMessage, ...]:
    return redirected(by=key), posted(signed_request(authn_request(), by=key))


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: str(len(order)))
def test_every_key_of_an_identity_provider_counts_wherever_it_stands(
    order: tuple[KeyPair, ...], use: str | None
) -> None:
    for key in order:
        logs_in(key, idp_with(order, use))


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: str(len(order)))
def test_every_key_of_an_e_tjanst_counts_wherever_it_stands(
    order: tuple[KeyPair, ...], use: str | None
) -> None:
    for key in order:
        asks(key, sp_with(order, use))


def test_a_key_counts_from_the_first_metadata_that_has_it_to_the_last() -> None:
    story = [
        ((OLD,), (OLD,), (NEW,)),
        ((OLD, NEW), (OLD, NEW), ()),
        ((NEW, OLD), (OLD, NEW), ()),
        ((NEW,), (NEW,), (OLD,)),
    ]
    for published, good, bad in story:
        for key in good:
            logs_in(key, idp_with(published))
            asks(key, sp_with(published))
        for key in bad:
            with pytest.raises(BadSignatureError):
                logs_in(key, idp_with(published))
            with pytest.raises(BadSignatureError):
                asks(key, sp_with(published))


def test_a_response_and_its_assertion_may_be_signed_by_different_keys() -> None:
    """As nodes of the partner do that change their keys one after the other."""
    mixed = signed(response(signed(assertion(), by=OLD)), by=NEW)
    take_response(mixed, expected(idp=idp_with((OLD, NEW))))
    for published in ((OLD,), (NEW,)):
        with pytest.raises(BadSignatureError):
            take_response(mixed, expected(idp=idp_with(published)))


def test_a_key_for_encryption_never_signs() -> None:
    descriptors = key_descriptor(OLD, "signing") + key_descriptor(NEW, "encryption")
    address = endpoint("AssertionConsumerService", SP_ACS, more='index="1"')
    xml = entity(SP, sp_role(descriptors + address)).encode()
    asks(OLD, read_service_provider(xml))
    with pytest.raises(BridgeError):
        asks(NEW, read_service_provider(xml))


def test_metadata_like_ineras_has_two_keys_and_both_count() -> None:
    idp = read_identity_provider(inera_like_idp())
    keys = (rsa_key("old idp"), rsa_key("new idp", 3072))
    assert set(idp.signing_keys) == {key.public for key in keys}
    for key in keys:
        inner = signed(assertion(issuer=idp.entity_id), by=key)
        take_response(response(inner, issuer=idp.entity_id), expected(idp=idp))
