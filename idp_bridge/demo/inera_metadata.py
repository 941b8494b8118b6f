"""How does Inera describe its IdP? Metadata with what it has and what it lacks.

It has an entityID with a port, the levels that it is certified for, one signing key and
the list of its attributes. It has no ``validUntil``, no signature, no key to encrypt to
and no names for people.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from metadata import names

_NAMESPACES: Final = {
    "md": names.NS_MD,
    "mdattr": names.NS_MDATTR,
    "saml2": names.NS_SAML,
    "ds": names.NS_DS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What the metadata says."""

    entity_id: str
    certificate: bytes
    """DER."""
    levels: Sequence[str]
    addresses: Mapping[str, str]
    """Binding and where it is spoken."""
    logout_addresses: Mapping[str, str]
    """The same about logouts."""
    attributes: Sequence[str]
    organisation: str
    url: str


def write(description: Description) -> bytes:
    """Write the metadata of an identity provider."""
    root = etree.Element(f"{{{names.NS_MD}}}EntityDescriptor", nsmap=_NAMESPACES)
    root.set("entityID", description.entity_id)
    extensions = _below(root, names.NS_MD, "Extensions")
    _certify(_below(extensions, names.NS_MDATTR, "EntityAttributes"), description)
    role = _below(
        root,
        names.NS_MD,
        "IDPSSODescriptor",
        WantAuthnRequestsSigned="false",
        protocolSupportEnumeration=names.NS_SAMLP,
    )
    _add_key(role, description.certificate)
    for binding, location in description.logout_addresses.items():
        _below(
            role,
            names.NS_MD,
            "SingleLogoutService",
            Binding=binding,
            Location=location,
        )
    for name_id_format in (names.NAMEID_TRANSIENT, names.NAMEID_PERSISTENT):
        _below(role, names.NS_MD, "NameIDFormat").text = name_id_format
    for binding, location in description.addresses.items():
        _below(
            role,
            names.NS_MD,
            "SingleSignOnService",
            Binding=binding,
            Location=location,
        )
    for name in description.attributes:
        _attribute(role, name)
    _add_organisation(root, description)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _certify(parent: etree._Element, description: Description) -> None:
    attribute = _attribute(parent, names.ASSURANCE_CERTIFICATION)
    for level in description.levels:
        _below(attribute, names.NS_SAML, "AttributeValue").text = level


def _attribute(parent: etree._Element, name: str) -> etree._Element:
    return _below(
        parent, names.NS_SAML, "Attribute", Name=name, NameFormat=names.ATTRNAME_URI
    )


def _add_key(role: etree._Element, certificate: bytes) -> None:
    descriptor = _below(role, names.NS_MD, "KeyDescriptor", use="signing")
    data = _below(_below(descriptor, names.NS_DS, "KeyInfo"), names.NS_DS, "X509Data")
    text = base64.b64encode(certificate).decode("ascii")
    _below(data, names.NS_DS, "X509Certificate").text = text


def _add_organisation(root: etree._Element, description: Description) -> None:
    organisation = _below(root, names.NS_MD, "Organization")
    texts = {
        "OrganizationName": description.organisation,
        "OrganizationDisplayName": description.organisation,
        "OrganizationURL": description.url,
    }
    for tag, text in texts.items():
        element = _below(organisation, names.NS_MD, tag)
        element.set("{http://www.w3.org/XML/1998/namespace}lang", "sv")
        element.text = text


def _below(
    parent: etree._Element, namespace: str, name: str, **attributes: str
) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
