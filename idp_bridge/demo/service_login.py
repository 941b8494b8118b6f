"""How does an e-tjänst ask the bridge, and check what it gets? No HTTP here.

It is a service provider like any other, and strict: signature, encryption, audience,
recipient, request, times and replay.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from idp_bridge.demo.e_services import EService
from idp_bridge.demo.memory import Memory
from idp_bridge.demo.service_query import Fetched, ServiceQuery
from idp_bridge.errors import ReplayedError
from idp_bridge.keys import KeySet, Purpose
from idp_bridge.saml import upstream_request, upstream_response
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.encryption import DecryptionKey, decrypt_assertion
from idp_bridge.saml.messages import VerifiedAssertion
from idp_bridge.saml.response_checks import Expected
from idp_bridge.saml.times import Moment
from idp_bridge.saml.upstream_request import UpstreamQuestion
from idp_bridge.saml.upstream_response import OpenedResponse
from metadata import names
from metadata.clock import Clock
from metadata.entities import AttributeAuthority, IdentityProvider
from metadata.our_entities import (
    OurAttributeService,
    OurDisplay,
    OurOrganisation,
    OurRequestedAttribute,
    OurSp,
)
from metadata.publisher import publish

LEVELS: Final = (names.LOA_UNCERTIFIED_3,)
SKEW: Final = timedelta(seconds=60)
_VALIDITY: Final = timedelta(days=365)
_ENCRYPTED: Final = f"{{{names.NS_SAML}}}EncryptedAssertion"
_ASKED: Final = {
    names.ATTR_HSA_ID: "employeeHsaId",
    names.ATTR_GIVEN_NAME: "givenName",
    names.ATTR_SURNAME: "sn",
    names.ATTR_ORGANISATION_NUMBER: "organizationIdentifier",
    names.ATTR_ORGANISATION_NAME: "o",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SentQuestion:
    """A request that the e-tjänst has sent."""

    request_id: str
    sent_at: datetime
    force_authn: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Somebody who has logged in, as the e-tjänst got to know them."""

    assertion: VerifiedAssertion
    xml: str
    """The assertion in clear, for whoever wants to see it."""
    fetched: Fetched | None = None
    """What was asked for after the login, at an e-tjänst that does so."""


@dataclass(frozen=True, slots=True)
class ServiceLogin:
    """The SAML side of an e-tjänst.

    Args:
        service: Which one.
        keys: Its keys.
        idp: The bridge, as its published metadata describes it.
        authority: Its attribute authority, as the published metadata describes it.
        base_url: Where the e-tjänst is.
        permission_attribute: What the bridge calls permissions.
        clock: Says what time it is.
    """

    service: EService
    keys: KeySet
    idp: IdentityProvider
    authority: AttributeAuthority
    base_url: str
    permission_attribute: str
    clock: Clock
    used: Memory[bool] = field(init=False, repr=False)
    """Assertions that were used."""
    opening_keys: tuple[DecryptionKey, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Open what is opened once."""
        opened = tuple(map(DecryptionKey.from_pem, self.keys.decryption_keys))
        object.__setattr__(self, "opening_keys", opened)
        object.__setattr__(self, "used", Memory(self.clock))

    @property
    def acs_url(self) -> str:
        """Where answers come in."""
        return f"{self.base_url}/acs"

    @property
    def slo_url(self) -> str:
        """Where the bridge tells of logouts."""
        return f"{self.base_url}/slo"

    def ask(self, *, force_authn: bool) -> tuple[SentQuestion, str]:
        """Make a signed request.

        Returns:
            What to remember, and the address to send the browser to.
        """
        sent = SentQuestion(
            request_id=upstream_request.new_id(),
            sent_at=self.clock(),
            force_authn=force_authn,
        )
        question = UpstreamQuestion(
            request_id=sent.request_id,
            idp=self.idp,
            binding=names.BINDING_REDIRECT,
            our_entity_id=self.service.entity_id,
            acs_url=self.acs_url,
            issued=sent.sent_at,
            levels=LEVELS,
            force_authn=force_authn,
            is_passive=False,
            proxy_count=None,
            attribute_index=1,
        )
        return sent, upstream_request.make(question, self.keys.signing).url

    def open(self, message: InboundMessage) -> OpenedResponse:
        """Read which request an answer claims to answer.

        Raises:
            BridgeError: It is not a Response, or answers none.
        """
        return upstream_response.open_response(message)

    def accept(self, opened: OpenedResponse, sent: SentQuestion) -> Guest:
        """Check an answer completely, and let it count once.

        Raises:
            BridgeError: The first check that it does not pass, or what the bridge says.
        """
        expected = Expected(
            request_id=sent.request_id,
            idp=self.idp,
            our_entity_id=self.service.entity_id,
            acs_url=self.acs_url,
            sp_entity_id=self.service.entity_id,
            levels=LEVELS,
            force_authn=sent.force_authn,
            sent_at=sent.sent_at,
            moment=Moment(self.clock(), SKEW),
        )
        assertion = upstream_response.accept(opened, expected, self.opening_keys)
        if not self.used.add_once(assertion.id, value=True):
            raise ReplayedError("the assertion has been used")
        return Guest(
            assertion=assertion,
            xml=self._in_clear(opened),
            fetched=self._fetched_for(assertion),
        )

    def _fetched_for(self, assertion: VerifiedAssertion) -> Fetched | None:
        """Ask for permissions if this e-tjänst does so, by the name of the login."""
        if not self.service.asks_afterwards or assertion.name_id is None:
            return None
        query = ServiceQuery(
            entity_id=self.service.entity_id,
            key=self.keys.signing,
            opening_keys=self.opening_keys,
            authority=self.authority,
            wanted=(self.permission_attribute,),
            clock=self.clock,
        )
        return query.ask(assertion.name_id)

    def _in_clear(self, opened: OpenedResponse) -> str:
        """Decrypt the assertion once more, for showing it."""
        encrypted = opened.root.find(_ENCRYPTED)
        if encrypted is None:
            return ""
        clear = decrypt_assertion(encrypted, self.opening_keys, allow_cbc=False)
        etree.indent(clear)
        return etree.tostring(clear, encoding="unicode")

    def metadata(self) -> bytes:
        """Describe the e-tjänst for the bridge."""
        service = self.service
        described = OurSp(
            entity_id=service.entity_id,
            signing_certificates=self.keys.certificates(Purpose.SIGNING),
            encryption_certificates=self.keys.certificates(Purpose.ENCRYPTION),
            acs_url=self.acs_url,
            attribute_services=(self._attribute_service(),),
            display=OurDisplay(
                names={"sv": service.name, "en": service.name_en},
                descriptions={
                    "sv": service.description,
                    "en": service.description_en,
                },
            ),
            organisation=OurOrganisation(
                names={"sv": "Demomyndigheten", "en": "Demo agency"},
                display_names={"sv": "Demomyndigheten", "en": "Demo agency"},
                urls={"sv": self.base_url, "en": self.base_url},
            ),
            slo_addresses=tuple(
                (binding, self.slo_url) for binding in service.logout_bindings
            ),
        )
        return publish(
            described,
            key=self.keys.signing,
            valid_until=self.clock() + _VALIDITY,
        )

    def _attribute_service(self) -> OurAttributeService:
        asked = dict(_ASKED)
        if not self.service.asks_afterwards:
            asked[self.permission_attribute] = "behorighet"
        return OurAttributeService(
            index=1,
            names={"sv": self.service.name, "en": self.service.name_en},
            requested=tuple(
                OurRequestedAttribute(
                    name=name,
                    friendly_name=friendly,
                    is_required=name == names.ATTR_HSA_ID,
                )
                for name, friendly in asked.items()
            ),
        )
