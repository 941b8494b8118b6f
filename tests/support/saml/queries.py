"""What do AttributeQueries of e-tjänster look like, and how are they brought?"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from idp_bridge.attribute_authority import answering
from idp_bridge.attribute_authority.answering import Answer
from idp_bridge.attribute_authority.pace import Pace
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.encryption import decrypt_assertion
from metadata import names, safe_xml
from metadata.instants import format_instant
from tests.support.clock import NOW
from tests.support.keys import KeyPair
from tests.support.permission_world import ALICE, ERSATTNING, MELKER
from tests.support.saml.envelopes import enveloped, taken
from tests.support.saml.logins import Bridge, make_bridge
from tests.support.saml.signing import signed
from tests.support.saml.world import BRIDGE, OUR_IDP, sp_key

OUR_AA = f"{BRIDGE}/saml/aa"
QUERY_URL = f"{BRIDGE}/saml/aa/query"
PERMISSIONS = f"{BRIDGE}/attributes/behorighet"
REFERENCE = "K3M9XQ7RT"

_NAMESPACES = f'xmlns:samlp="{names.NS_SAMLP}" xmlns:saml="{names.NS_SAML}"'
_SAML = f"{{{names.NS_SAML}}}"
_SAMLP = f"{{{names.NS_SAMLP}}}"


def attribute_query(
    *more: str,
    subject: str | None = None,
    id: str = "_query-1",
    version: str = "2.0",
    issued: datetime | str = NOW,
    destination: str | None = QUERY_URL,
    issuer: str = MELKER,
) -> str:
    """Write a query; parts that nobody needs come as given.

    Args:
        more: Elements after the Subject.
        subject: The Subject as XML; Alice by her HSA-id when not given.
        id: Its ID.
        version: Its version.
        issued: When it says that it was made.
        destination: To which endpoint it says it is sent.
        issuer: Who says that it is from.
    """
    instant = issued if isinstance(issued, str) else format_instant(issued)
    address = "" if destination is None else f' Destination="{destination}"'
    return (
        f'<samlp:AttributeQuery {_NAMESPACES} ID="{id}" Version="{version}"'
        f' IssueInstant="{instant}"{address}><saml:Issuer>{issuer}</saml:Issuer>'
        f"{about(ALICE) if subject is None else subject}{''.join(more)}"
        "</samlp:AttributeQuery>"
    )


def about(
    value: str,
    *,
    name_format: str | None = names.ATTR_HSA_ID,
    name_qualifier: str | None = None,
    sp_name_qualifier: str | None = None,
) -> str:
    """Write a Subject; by HSA-id when nothing else is said."""
    return subject(
        name_id(
            value,
            Format=name_format,
            NameQualifier=name_qualifier,
            SPNameQualifier=sp_name_qualifier,
        )
    )


def about_issued(value: str, **changes: Any) -> str:
    """Write a Subject by a persistent name as we issue it."""
    sp = changes.pop("sp", MELKER)
    usual: dict[str, Any] = {
        "name_format": names.NAMEID_PERSISTENT,
        "name_qualifier": OUR_IDP,
        "sp_name_qualifier": sp,
    }
    return about(value, **{**usual, **changes})


def subject(*identifiers: str) -> str:
    """Put identifiers into a Subject."""
    return f"<saml:Subject>{''.join(identifiers)}</saml:Subject>"


def name_id(value: str, **attributes: str | None) -> str:
    """Write a NameID."""
    given = "".join(
        f' {name}="{text}"' for name, text in attributes.items() if text is not None
    )
    return f"<saml:NameID{given}>{value}</saml:NameID>"


def asked(name: str, *values: str, name_format: str | None = names.ATTRNAME_URI) -> str:
    """Ask for an attribute, or for some of its values."""
    written = "".join(
        f"<saml:AttributeValue>{each}</saml:AttributeValue>" for each in values
    )
    form = "" if name_format is None else f' NameFormat="{name_format}"'
    return f'<saml:Attribute Name="{name}"{form}>{written}</saml:Attribute>'


def signed_query(*more: str, by: KeyPair | None = None, **changes: Any) -> str:
    """Write and sign a query."""
    return signed(attribute_query(*more, **changes), by=by or sp_key())


@dataclass
class Desk:
    """A bridge that may be asked, and how tests ask it."""

    bridge: Bridge
    pace: Pace = field(default_factory=lambda: Pace(1_000_000))

    def bring(self, xml: str) -> Answer:
        """Bring a query in an envelope."""
        return self.take(taken(enveloped(xml)))

    def take(self, message: InboundMessage) -> Answer:
        """Bring what came out of an envelope."""
        return answering.answer(
            message, self.bridge.parts, self.pace, reference=REFERENCE
        )

    def ask(self, *more: str, **changes: Any) -> "Told":
        """Bring a signed query; read what the answer says."""
        return told_by(self.bring(signed_query(*more, **changes)))

    def name_of(self, hsa_id: str = ALICE, sp: str = MELKER) -> str:
        """Give somebody a persistent name at an e-tjänst, or say which they have."""
        authz = self.bridge.parts.authz
        service = authz.service_for(sp)
        person = authz.decide(
            hsa_id, service, organisation_numbers=(), now=NOW
        ).facts.person
        assert person is not None
        return authz.name_id_for(person.id, sp, now=NOW)

    def trail(self) -> list[str]:
        """Read the entries about queries."""
        lines = self.bridge.parts.authz.export_audit()
        return [line for line in lines if '"attribute:query"' in line]


@dataclass(frozen=True)
class Told:
    """What an answer says."""

    xml: bytes
    root: Any
    assertion: Any

    @property
    def statuses(self) -> tuple[str, ...]:
        """The levels of the status, without what they begin with."""
        codes = self.root.iter(f"{_SAMLP}StatusCode")
        return tuple(code.get("Value").rpartition(":")[2] for code in codes)

    @property
    def message(self) -> str:
        """The words beside the status."""
        return str(self.root.findtext(f"{_SAMLP}Status/{_SAMLP}StatusMessage") or "")

    @property
    def attributes(self) -> dict[str, tuple[str, ...]]:
        """The attributes by name."""
        if self.assertion is None:
            return {}
        return {
            each.get("Name"): tuple(
                value.text for value in each.iter(f"{_SAML}AttributeValue")
            )
            for each in self.assertion.iter(f"{_SAML}Attribute")
        }


def told_by(answer: Answer) -> Told:
    """Read an answer, and open its assertion if it is encrypted to ``sp``."""
    root = safe_xml.parse(answer.xml)
    assertion = root.find(f"{_SAML}Assertion")
    return Told(answer.xml, root, assertion)


def opened_by(told: Told, *keys: Any) -> Told:
    """Open the assertion with the keys of the e-tjänst."""
    encrypted = told.root.find(f"{_SAML}EncryptedAssertion")
    assert encrypted is not None
    clear = decrypt_assertion(encrypted, keys, allow_cbc=False)
    return Told(told.xml, told.root, clear)


def make_desk(folder: Path, **changes: Any) -> Desk:
    """Make a bridge that two e-tjänster may ask, Melker also by HSA-id.

    Args:
        folder: Where its database is.
        changes: What differs in what is agreed with Melker.
    """
    melker = {
        "entity_id": MELKER,
        "attribute_queries": True,
        "query_by_hsa_id": True,
        **changes,
    }
    other = {"entity_id": ERSATTNING, "attribute_queries": True}
    return Desk(make_bridge(folder, downstream=[melker, other]))
