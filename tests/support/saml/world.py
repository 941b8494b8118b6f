"""Who speaks SAML in tests, under which names, and with which keys?"""

from base64 import b64encode
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

from idp_bridge.saml.bindings import InboundMessage, decode_post
from idp_bridge.saml.downstream_request import (
    AcceptedRequest,
    RequestContext,
    accept,
)
from idp_bridge.saml.encryption import DecryptionKey
from idp_bridge.saml.messages import VerifiedAssertion
from idp_bridge.saml.response_checks import Expected
from idp_bridge.saml.times import Moment
from idp_bridge.saml.upstream_response import accept as accept_response
from idp_bridge.saml.upstream_response import open_response
from metadata import names
from metadata.entities import (
    Endpoint,
    IdentityProvider,
    PublicKey,
    ServiceProvider,
)
from metadata.errors import UnknownEntityError
from tests.support.clock import NOW
from tests.support.keys import KeyPair, rsa_key
from tests.support.permission_world import ERSATTNING, MELKER

BRIDGE = "https://bridge.example.se"
OUR_SP = f"{BRIDGE}/saml/sp"
OUR_IDP = f"{BRIDGE}/saml/idp"
ACS = f"{BRIDGE}/saml/sp/acs"
SSO = f"{BRIDGE}/saml/idp/sso"

IDP = "https://idp.example.se:443/saml"
OTHER_IDP = "https://other-idp.example.se/saml"
SP = MELKER
OTHER_SP = ERSATTNING
SP_ACS = "https://melker.example.se/acs"

SKEW = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
MICROSECOND = timedelta(microseconds=1)

LOGIN_ID = "6a5b4c3d" + "0123456789abcdef" * 2
REQUEST_ID = f"_{LOGIN_ID}{'f' * 16}"
"""The request of ours that good Responses answer."""


def idp_key() -> KeyPair:
    """The key that our identity provider signs logins with."""
    return rsa_key("idp")


def sp_key() -> KeyPair:
    """The key that an e-tjänst signs its requests with."""
    return rsa_key("sp")


def our_encryption_key() -> KeyPair:
    """The key of the bridge that identity providers encrypt to."""
    return rsa_key("our encryption")


@cache
def our_decryption_key() -> DecryptionKey:
    """The same key, ready to decrypt."""
    return DecryptionKey.from_pem(our_encryption_key().private_pem)


def identity_provider(**changes: Any) -> IdentityProvider:
    """The identity provider that is asked."""
    usual = IdentityProvider(
        entity_id=IDP,
        valid_until=None,
        signing_keys=(idp_key().public,),
        sso_endpoints=(
            Endpoint(
                binding=names.BINDING_REDIRECT,
                location="https://idp.example.se/saml/sso/HTTP-Redirect",
            ),
            Endpoint(
                binding=names.BINDING_POST,
                location="https://idp.example.se/saml/sso/HTTP-POST",
            ),
        ),
    )
    return replace(usual, **changes)


def service_provider(**changes: Any) -> ServiceProvider:
    """An e-tjänst with two addresses, which signs when it likes to."""
    usual = ServiceProvider(
        entity_id=SP,
        valid_until=None,
        signing_keys=(sp_key().public,),
        encryption_keys=(),
        acs_endpoints=(
            Endpoint(binding=names.BINDING_POST, location=SP_ACS, index=1),
            Endpoint(
                binding=names.BINDING_POST,
                location="https://melker.example.se/acs2",
                index=2,
            ),
            Endpoint(
                binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
                location="https://melker.example.se/artifact",
                index=3,
            ),
        ),
    )
    return replace(usual, **changes)


def expected(**changes: Any) -> Expected:
    """What the bridge measures a Response against."""
    usual = Expected(
        request_id=REQUEST_ID,
        idp=identity_provider(),
        our_entity_id=OUR_SP,
        acs_url=ACS,
        sp_entity_id=SP,
        levels=(names.LOA_SAMBI_3,),
        force_authn=False,
        sent_at=NOW - timedelta(seconds=30),
        moment=Moment(NOW, SKEW),
    )
    return replace(usual, **changes)


def expected_with_keys(*keys: PublicKey) -> Expected:
    """Expect an answer of an identity provider with these keys."""
    return expected(idp=identity_provider(signing_keys=keys))


def take_response(
    xml: str | bytes, against: Expected | None = None
) -> VerifiedAssertion:
    """Bring a Response to the bridge as a browser would.

    Returns:
        The verified assertion.
    """
    message = decode_post([encoded(xml)])
    return accept_response(
        open_response(message), against or expected(), [our_decryption_key()]
    )


def encoded(xml: str | bytes) -> str:
    """Write a message as the field of a form."""

    return b64encode(xml.encode() if isinstance(xml, str) else xml).decode()


def take_request(
    message: InboundMessage,
    *,
    sp: ServiceProvider | None = None,
    moment: Moment | None = None,
    policy_demands_signature: bool = False,
) -> AcceptedRequest:
    """Bring a request to the bridge, which knows one e-tjänst."""
    known = sp or service_provider()

    def find_sp(entity_id: str) -> ServiceProvider:
        if entity_id != known.entity_id:
            raise UnknownEntityError(entity_id)
        return known

    return accept(
        message,
        RequestContext(
            find_sp=find_sp,
            endpoint_url=SSO,
            moment=moment or Moment(NOW, SKEW),
            require_signature=lambda _: policy_demands_signature,
        ),
    )
