"""What are the portal and an e-tjänst like in a test? In one process, without a bridge.

The test plays the bridge: it asks the portal and answers the e-tjänst.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from idp_bridge.demo.e_services import ERSATTNING
from idp_bridge.demo.installation import authority_of
from idp_bridge.demo.places import Places
from idp_bridge.demo.portal import create_portal
from idp_bridge.demo.provider import SITHS, Provider, metadata_of
from idp_bridge.demo.service import create_service
from idp_bridge.demo.service_login import LEVELS, ServiceLogin
from idp_bridge.keys import load_keys
from idp_bridge.our_metadata import OurMetadata
from idp_bridge.saml import downstream_response, upstream_request
from idp_bridge.saml.downstream_response import Envelope, Protection
from idp_bridge.saml.messages import IssuedAttribute, NameID, ProxyLimit, Release
from idp_bridge.saml.upstream_request import OutboundRequest, UpstreamQuestion
from metadata import names
from metadata.clock import Clock
from metadata.entities import EncryptionKey, IdentityProvider
from metadata.reader import read_identity_provider, read_service_provider
from metadata.signatures import SigningKey
from tests.support.clock import NOW
from tests.support.installations import settings_of, write_config, write_keys
from tests.support.keys import rsa_key
from tests.support.saml.world import SKEW

PLACES = Places(8000)
REQUEST_ID = "_" + "a" * 56
VALUE = "2120990011:statlig-ersattning:forskola"


@dataclass(frozen=True)
class Parties:
    """The stand-ins, and the bridge's side of what they know."""

    provider: Provider
    login: ServiceLogin
    portal: Flask
    service: Flask
    bridge_key: SigningKey
    idp: IdentityProvider
    """The portal as the bridge knows it."""

    def question(self, **changes: Any) -> OutboundRequest:
        """Write the bridge's request to the portal."""
        usual: dict[str, Any] = {
            "request_id": REQUEST_ID,
            "idp": self.idp,
            "binding": names.BINDING_REDIRECT,
            "our_entity_id": self.provider.bridge.entity_id,
            "acs_url": f"{PLACES.bridge}/saml/sp/acs",
            "issued": NOW,
            "levels": (names.LOA_SAMBI_3,),
            "force_authn": False,
            "is_passive": False,
            "proxy_count": None,
            "attribute_index": None,
        }
        key = changes.pop("key", self.bridge_key)
        return upstream_request.make(UpstreamQuestion(**{**usual, **changes}), key)

    def envelope(self, request_id: str, **changes: Any) -> Envelope:
        """Address the bridge's answer to the e-tjänst."""
        usual: dict[str, Any] = {
            "our_entity_id": self.login.idp.entity_id,
            "sp_entity_id": self.login.service.entity_id,
            "acs_url": self.login.acs_url,
            "in_response_to": request_id,
            "issued": NOW,
        }
        return Envelope(**{**usual, **changes})

    def answer(self, envelope: Envelope, key: SigningKey | None = None) -> bytes:
        """Write the bridge's answer to the e-tjänst, signed and encrypted."""
        certificate = read_service_provider(
            self.login.metadata(), allow_loopback_http=True
        ).encryption_keys[0]
        release = Release(
            name_id=NameID(value="_someone", format=names.NAMEID_PERSISTENT),
            authn_instant=NOW,
            authn_context=LEVELS[0],
            session_index="_session",
            session_not_on_or_after=None,
            authenticating_authorities=(SITHS.entity_id,),
            proxy_limit=ProxyLimit(),
            attributes=(
                _attribute(names.ATTR_HSA_ID, "SE2120990011-B001"),
                _attribute(names.ATTR_GIVEN_NAME, "Anna <b>"),
                _attribute(names.ATTR_SURNAME, "Åkerlund"),
                _attribute(self.login.permission_attribute, VALUE),
            ),
        )
        protection = Protection(
            sign_assertion=True,
            recipient=EncryptionKey(certificate.key, certificate.methods),
            default_cipher=names.ENCRYPTION_AES256_GCM,
            lifetime=SKEW * 5,
            skew=SKEW,
        )
        return downstream_response.make_success(
            envelope, release, protection, key or self.bridge_key
        )


def _attribute(name: str, value: str) -> IssuedAttribute:
    return IssuedAttribute(name=name, friendly_name="name", values=(value,))


def parties(folder: Path, clock: Clock) -> Parties:
    """Bring the portal and one e-tjänst to life.

    Args:
        folder: For keys and settings.
        clock: The time for everybody.
    """
    settings = settings_of(write_config(folder, base_url=PLACES.bridge))
    write_keys(settings.key_dir)
    keys = load_keys(settings.key_dir)
    ours = OurMetadata(settings, lambda: keys, clock)
    provider = Provider(
        profile=SITHS,
        key=rsa_key("portal").signing,
        bridge=read_service_provider(ours.sp(), allow_loopback_http=True),
        base_url=PLACES.portal,
        clock=clock,
    )
    login = ServiceLogin(
        service=ERSATTNING,
        keys=keys,
        idp=read_identity_provider(ours.idp(), allow_loopback_http=True),
        authority=authority_of(ours),
        base_url=PLACES.service(0),
        permission_attribute=settings.saml.permission_attribute,
        clock=clock,
    )
    described = metadata_of(SITHS, provider.key, provider.base_url)
    return Parties(
        provider=provider,
        login=login,
        portal=create_portal([provider], bridge_url=PLACES.bridge, clock=clock),
        service=create_service(
            login, bridge_url=PLACES.bridge, portal_url=PLACES.portal
        ),
        bridge_key=keys.signing,
        idp=read_identity_provider(described, allow_loopback_http=True),
    )
