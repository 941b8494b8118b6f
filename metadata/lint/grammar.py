"""Which elements and attributes does the schema of metadata allow, and in which order?

Written from the schemas of SAML metadata 2.0, metadata UI and entity attributes 1.0. A
model is a list of steps in their order; ``a|b`` is a choice; ``?``, ``*`` and ``+``
count as usual. What is not in here is open: extensions, signatures and key information.
"""

from dataclasses import dataclass
from typing import Final

from metadata import names

PREFIXES: Final = {
    "md": names.NS_MD,
    "mdui": names.NS_MDUI,
    "mdattr": names.NS_MDATTR,
    "saml": names.NS_SAML,
    "ds": names.NS_DS,
}
CLOSED_NAMESPACES: Final = frozenset(
    {names.NS_MD, names.NS_SAML, names.NS_MDATTR, names.NS_MDUI}
)
"""Elements of these belong where a model says; others may extend an open model."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a content model."""

    tags: frozenset[str]
    is_required: bool
    may_repeat: bool
    name: str
    """As it is written in a sentence."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute that may stand on an element."""

    kind: str
    is_required: bool


_ROLES: Final = (
    "md:RoleDescriptor|md:IDPSSODescriptor|md:SPSSODescriptor"
    "|md:AuthnAuthorityDescriptor|md:AttributeAuthorityDescriptor|md:PDPDescriptor"
    "|md:AffiliationDescriptor+"
)
_ROLE: Final = (
    "ds:Signature? md:Extensions? md:KeyDescriptor* md:Organization? md:ContactPerson*"
)
_SSO: Final = (
    f"{_ROLE} md:ArtifactResolutionService* md:SingleLogoutService*"
    " md:ManageNameIDService* md:NameIDFormat*"
)
_QUERIED: Final = "md:AssertionIDRequestService* md:NameIDFormat*"
_UI: Final = (
    "mdui:DisplayName|mdui:Description|mdui:Keywords|mdui:Logo|mdui:InformationURL"
    "|mdui:PrivacyStatementURL*"
)
_CONTENT: Final = {
    "md:EntitiesDescriptor": "ds:Signature? md:Extensions?"
    " md:EntityDescriptor|md:EntitiesDescriptor*",
    "md:EntityDescriptor": f"ds:Signature? md:Extensions? {_ROLES} md:Organization?"
    " md:ContactPerson* md:AdditionalMetadataLocation*",
    "md:Organization": "md:Extensions? md:OrganizationName+"
    " md:OrganizationDisplayName+ md:OrganizationURL+",
    "md:ContactPerson": "md:Extensions? md:Company? md:GivenName? md:SurName?"
    " md:EmailAddress* md:TelephoneNumber*",
    "md:KeyDescriptor": "ds:KeyInfo md:EncryptionMethod*",
    "md:IDPSSODescriptor": f"{_SSO} md:SingleSignOnService+ md:NameIDMappingService*"
    " md:AssertionIDRequestService* md:AttributeProfile* saml:Attribute*",
    "md:SPSSODescriptor": f"{_SSO} md:AssertionConsumerService+"
    " md:AttributeConsumingService*",
    "md:AuthnAuthorityDescriptor": f"{_ROLE} md:AuthnQueryService+ {_QUERIED}",
    "md:PDPDescriptor": f"{_ROLE} md:AuthzService+ {_QUERIED}",
    "md:AttributeAuthorityDescriptor": f"{_ROLE} md:AttributeService+ {_QUERIED}"
    " md:AttributeProfile* saml:Attribute*",
    "md:AffiliationDescriptor": "ds:Signature? md:Extensions? md:AffiliateMember+"
    " md:KeyDescriptor*",
    "md:AttributeConsumingService": "md:ServiceName+ md:ServiceDescription*"
    " md:RequestedAttribute+",
    "md:RequestedAttribute": "saml:AttributeValue*",
    "saml:Attribute": "saml:AttributeValue*",
    "mdattr:EntityAttributes": "saml:Attribute|saml:Assertion+",
    "mdui:UIInfo": _UI,
}
_VALIDITY: Final = "validUntil=time cacheDuration=duration ID=id"
_ROLE_ATTRIBUTES: Final = f"protocolSupportEnumeration!=uris errorURL=uri {_VALIDITY}"
_ENDPOINT: Final = "Binding!=uri Location!=uri ResponseLocation=uri"
_INDEXED: Final = f"{_ENDPOINT} index!=short isDefault=boolean"
_ATTRIBUTE: Final = "Name!=text NameFormat=uri FriendlyName=text"
_ATTRIBUTES: Final = {
    "md:EntitiesDescriptor": f"Name=text {_VALIDITY}",
    "md:EntityDescriptor": f"entityID!=uri {_VALIDITY}",
    "md:ContactPerson": "contactType!=contact",
    "md:AdditionalMetadataLocation": "namespace!=uri",
    "md:KeyDescriptor": "use=use",
    "md:EncryptionMethod": "Algorithm!=uri",
    "md:RoleDescriptor": _ROLE_ATTRIBUTES,
    "md:IDPSSODescriptor": f"{_ROLE_ATTRIBUTES} WantAuthnRequestsSigned=boolean",
    "md:SPSSODescriptor": f"{_ROLE_ATTRIBUTES} AuthnRequestsSigned=boolean"
    " WantAssertionsSigned=boolean",
    "md:AuthnAuthorityDescriptor": _ROLE_ATTRIBUTES,
    "md:PDPDescriptor": _ROLE_ATTRIBUTES,
    "md:AttributeAuthorityDescriptor": _ROLE_ATTRIBUTES,
    "md:AffiliationDescriptor": f"affiliationOwnerID!=uri {_VALIDITY}",
    "md:ArtifactResolutionService": _INDEXED,
    "md:AssertionConsumerService": _INDEXED,
    "md:SingleLogoutService": _ENDPOINT,
    "md:ManageNameIDService": _ENDPOINT,
    "md:SingleSignOnService": _ENDPOINT,
    "md:NameIDMappingService": _ENDPOINT,
    "md:AssertionIDRequestService": _ENDPOINT,
    "md:AuthnQueryService": _ENDPOINT,
    "md:AuthzService": _ENDPOINT,
    "md:AttributeService": _ENDPOINT,
    "md:AttributeConsumingService": "index!=short isDefault=boolean",
    "md:RequestedAttribute": f"{_ATTRIBUTE} isRequired=boolean",
    "saml:Attribute": _ATTRIBUTE,
    "mdui:Logo": "height!=positive width!=positive",
}


def _tag(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{PREFIXES[prefix]}}}{local}"


def _step(text: str) -> Step:
    count = text[-1] if text[-1] in "?*+" else ""
    tags = text.removesuffix(count).split("|")
    return Step(
        tags=frozenset(map(_tag, tags)),
        is_required=count in ("", "+"),
        may_repeat=count in ("*", "+"),
        name=tags[0].split(":")[1] if len(tags) == 1 else "a role",
    )


def _attribute(text: str) -> tuple[str, Attribute]:
    name, kind = text.split("=")
    return name.removesuffix("!"), Attribute(kind, name.endswith("!"))


CONTENT: Final[dict[str, tuple[Step, ...]]] = {
    _tag(name): tuple(map(_step, model.split())) for name, model in _CONTENT.items()
}
"""The content model of each element that has one."""
ATTRIBUTES: Final[dict[str, dict[str, Attribute]]] = {
    _tag(name): dict(map(_attribute, listed.split()))
    for name, listed in _ATTRIBUTES.items()
}
"""The attributes of each element that we know; those of other namespaces are free."""
