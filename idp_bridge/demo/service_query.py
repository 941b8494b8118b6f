"""How does an e-tjänst ask the bridge what somebody may do, after the login?

Server to server: a signed AttributeQuery by SOAP, with the NameID that came with the
login. What comes back is checked as strictly as a login: who signed it, which question
it answers, about whom it is, for whom, and for how long.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from lxml import etree

from idp_bridge.errors import (
    BadAssertionError,
    BadSignatureError,
    BridgeError,
    UnavailableIdpError,
    UnknownRequestError,
    UpstreamError,
    WrongAudienceError,
    WrongIssuerError,
)
from idp_bridge.saml import attributes, gate, soap
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.encryption import DecryptionKey, decrypt_assertion
from idp_bridge.saml.messages import NameID
from idp_bridge.saml.response_parts import add_subject
from idp_bridge.saml.times import Moment, read_instant, write_instant
from idp_bridge.saml.upstream_request import new_id
from idp_bridge.saml.writing import SAML, SAMLP, add, root, to_bytes
from metadata import names, signatures
from metadata.calling import call
from metadata.clock import Clock
from metadata.entities import AttributeAuthority
from metadata.errors import FetchFailedError
from metadata.fetching import FetchLimits, FetchPolicy
from metadata.signatures import SigningKey

_SKEW: Final = timedelta(seconds=60)
_POLICY: Final = FetchPolicy(
    limits=FetchLimits(), allow_private_addresses=True, allow_loopback_http=True
)
_HEADERS: Final = {"Content-Type": soap.CONTENT_TYPE, "SOAPAction": soap.ACTION}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What the attribute authority said about somebody."""

    attributes: Mapping[str, tuple[str, ...]]
    xml: str
    """The assertion in clear, for whoever wants to see it; empty if there was none."""
    error: str | None = None
    """The code of what went wrong, if it did: then nothing is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceQuery:
    """The part of an e-tjänst that asks.

    Args:
        entity_id: What the e-tjänst calls itself.
        key: What it signs with.
        opening_keys: What opens answers that are encrypted to it.
        authority: Whom it asks, as the published metadata describes it.
        wanted: The names of the attributes that it asks for.
        clock: Says what time it is.
    """

    entity_id: str
    key: SigningKey = field(repr=False)
    opening_keys: tuple[DecryptionKey, ...] = field(repr=False)
    authority: AttributeAuthority
    wanted: tuple[str, ...]
    clock: Clock

    def ask(self, name_id: NameID) -> Fetched:
        """Ask about somebody; without an answer that can be believed, know nothing."""
        query_id = new_id()
        try:
            reply = call(
                self._address(),
                soap.write_envelope(self._write(query_id, name_id)),
                headers=_HEADERS,
                policy=_POLICY,
            )
            message = soap.open_envelope(reply.body, content_type=reply.content_type)
            assertion = self._assertion_in(message, query_id)
            return self._read(assertion, name_id)
        except FetchFailedError:
            return Fetched(attributes={}, xml="", error=UnavailableIdpError.code)
        except BridgeError as error:
            return Fetched(attributes={}, xml="", error=error.code)

    def _address(self) -> str:
        for endpoint in self.authority.attribute_endpoints:
            if endpoint.binding == names.BINDING_SOAP:
                return endpoint.location
        raise UnavailableIdpError("no address for SOAP")

    def _write(self, query_id: str, name_id: NameID) -> bytes:
        query = root(
            SAMLP + "AttributeQuery",
            ID=query_id,
            Version="2.0",
            IssueInstant=write_instant(self.clock()),
            Destination=self._address(),
        )
        add(query, SAML + "Issuer", self.entity_id)
        add_subject(query, name_id)
        for name in self.wanted:
            add(query, SAML + "Attribute", Name=name, NameFormat=names.ATTRNAME_URI)
        signatures.sign_enveloped(query, self.key)
        return to_bytes(query)

    @gate.refusing()
    def _assertion_in(
        self, message: InboundMessage, query_id: str
    ) -> etree._Element | None:
        """Check the Response, and take its assertion out if there is one."""
        response = self._verified(gate.read(message, kind="Response"))
        if response.get("InResponseTo") != query_id:
            raise UnknownRequestError("an answer to another question")
        codes = [one.get("Value") for one in response.iter(SAMLP + "StatusCode")]
        if codes[:1] != [names.STATUS_SUCCESS]:
            status, second = (*codes, None, None)[:2]
            raise UpstreamError(
                status=status or names.STATUS_RESPONDER, second_status=second
            )
        plain = response.findall(SAML + "Assertion")
        encrypted = response.findall(SAML + "EncryptedAssertion")
        if len(plain) + len(encrypted) > 1:
            raise BadAssertionError("more than one assertion")
        for one in encrypted:
            plain.append(decrypt_assertion(one, self.opening_keys, allow_cbc=False))
        return self._verified(plain[0]) if plain else None

    def _verified(self, element: etree._Element) -> etree._Element:
        if not gate.is_signed(element):
            raise BadSignatureError("not signed")
        verified = gate.verified(element, self.authority.signing_keys)
        if verified.findtext(SAML + "Issuer") != self.authority.entity_id:
            raise WrongIssuerError("not from the authority that was asked")
        return verified

    @gate.refusing()
    def _read(self, assertion: etree._Element | None, name_id: NameID) -> Fetched:
        """Check for whom, about whom and how long; then read."""
        if assertion is None:
            return Fetched(attributes={}, xml="")
        audiences = [one.text for one in assertion.iter(SAML + "Audience")]
        if audiences != [self.entity_id]:
            raise WrongAudienceError("for somebody else")
        named = assertion.findtext(f"{SAML}Subject/{SAML}NameID")
        if named != name_id.value:
            raise BadAssertionError("about somebody else")
        conditions = assertion.find(SAML + "Conditions")
        end = None if conditions is None else conditions.get("NotOnOrAfter")
        Moment(self.clock(), _SKEW).check_not_over(read_instant(end))
        etree.indent(assertion)
        xml = etree.tostring(assertion, encoding="unicode")
        return Fetched(attributes=attributes.take_attributes(assertion), xml=xml)
