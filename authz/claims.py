"""How does a decision become attribute values that an e-tjänst reads?

One small encoder per format; an e-tjänst has one of them. The values are text: whoever
puts them into XML escapes them there, once. The docstrings of the encoders stand, with
an example each, in ``docs/claims.md``.
"""

import base64
import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lxml import etree

from authz.errors import UnknownClaimFormatError
from authz.models import Decision, Grant

DEFAULT_FORMAT = "scoped"

URN = "urn:idp-bridge"
"""Beginning of the URNs in ``entitlement`` and ``bpp``."""

BPP_NAMESPACE = "http://digst.dk/oiosaml/basic_privilege_profile"
"""Namespace of OIO Basic Privilege Profile 1.2."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one released grant says."""

    organisation_number: str
    """Ten digits, the organisation's main number."""
    service: str
    permission: str
    permission_name: str


Encoder = Callable[[tuple[Claim, ...]], Iterable[str]]
"""Turns claims, at least one, into values; order and doublets do not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFormat:
    """A way to write claims."""

    name: str
    encode: Encoder

    @property
    def description(self) -> str:
        """What the format looks like, for operators and for owners of e-tjänster."""
        return inspect.getdoc(self.encode) or ""


def encode(claim_format: str, decision: Decision) -> tuple[str, ...]:
    """Write what a decision releases as sorted, unique attribute values.

    Args:
        claim_format: Name of one of :data:`FORMATS`.
        decision: The answer; what it does not release is not looked at.

    Raises:
        UnknownClaimFormatError: There is no format of this name.
    """
    chosen = FORMATS.get(claim_format)
    if chosen is None:
        raise UnknownClaimFormatError(claim_format)
    claims = tuple(_claim_of(decision, grant) for grant in decision.released)
    return tuple(sorted(set(chosen.encode(claims)))) if claims else ()


def _claim_of(decision: Decision, grant: Grant) -> Claim:
    organisation = decision.facts.organisation
    return Claim(
        organisation_number=organisation.numbers[0] if organisation else "",
        service=decision.facts.service.code,
        permission=grant.permission.code,
        permission_name=grant.permission.name,
    )


def encode_scoped(claims: tuple[Claim, ...]) -> Iterable[str]:
    """Organisation, e-tjänst and permission with colons between them (the default).

    One value per grant. None of the three parts can contain a colon, so a value is
    split at each of its two colons.
    """
    return (f"{c.organisation_number}:{c.service}:{c.permission}" for c in claims)


def encode_code(claims: tuple[Claim, ...]) -> Iterable[str]:
    """Only the code of the permission.

    One value per grant, for e-tjänster that take the organisation from its own
    attribute and expect plain role names.
    """
    return (c.permission for c in claims)


def encode_systemrole(claims: tuple[Claim, ...]) -> Iterable[str]:
    """System and role with a semicolon, as in Inera's ``systemRole`` attribute.

    One value per grant: the code of the e-tjänst, a semicolon, the permission's name as
    people read it. Split at the first semicolon. A name may change, so an e-tjänst that
    decides by it must follow the catalogue.
    """
    return (f"{c.service};{c.permission_name}" for c in claims)


def encode_authorizationscope(claims: tuple[Claim, ...]) -> Iterable[str]:
    """JSON in the shape of Inera's ``urn:authorizationScope``.

    One value with a list of all grants. The scope is the e-tjänst, the property is the
    permission (``e-tjänst;permission``), and the responsible organisation of the only
    commission has its number with a hyphen. Parts of Inera's shape that the permission
    store does not know (descriptions, sectors, the commission's HSA-id) are left out.
    """
    ordered = sorted(set(claims), key=lambda c: c.permission)
    return [_json([_authorization_scope(c) for c in ordered])]


def _authorization_scope(claim: Claim) -> Mapping[str, object]:
    number = f"{claim.organisation_number[:6]}-{claim.organisation_number[6:]}"
    return {
        "authorizationScopeCode": claim.service,
        "authorizationScopePropertyCode": f"{claim.service};{claim.permission}",
        "authorizationScopePropertyName": claim.permission_name,
        "adminCommissions": [{"adminCommissionResponsibleOrganisation": number}],
    }


def encode_org_rights(claims: tuple[Claim, ...]) -> Iterable[str]:
    """JSON in the shape of Digg's ``org_rights``.

    One value per organisation. The function is the code of the e-tjänst and the right
    is the code of the permission; a permission that is called ``read``, ``write`` or
    ``admin`` therefore means what it means there.
    """
    for number in {c.organisation_number for c in claims}:
        pairs = {
            (c.service, c.permission) for c in claims if c.organisation_number == number
        }
        functions = [{"function": f, "right": right} for f, right in sorted(pairs)]
        yield _json({"organization_identifier": number, "functions": functions})


def encode_entitlement(claims: tuple[Claim, ...]) -> Iterable[str]:
    """A URN per grant, for ``eduPersonEntitlement``.

    ``urn:idp-bridge:``, the organisation number, the e-tjänst and the permission with
    colons between them. The namespace is not registered with IANA: compare the whole
    value.
    """
    return (f"{URN}:{c.organisation_number}:{c.service}:{c.permission}" for c in claims)


def encode_bpp(claims: tuple[Claim, ...]) -> Iterable[str]:
    """Base64 of XML by the Danish OIO Basic Privilege Profile 1.2.

    One value: a ``PrivilegeList`` with a ``PrivilegeGroup`` per organisation, whose
    ``Scope`` names the organisation, and a ``Privilege`` per grant.
    """
    root = etree.Element(
        f"{{{BPP_NAMESPACE}}}PrivilegeList", nsmap={"bpp": BPP_NAMESPACE}
    )
    for number in sorted({c.organisation_number for c in claims}):
        scope = f"{URN}:organisationsnummer:{number}"
        group = etree.SubElement(root, "PrivilegeGroup", Scope=scope)
        own = {c for c in claims if c.organisation_number == number}
        for privilege in sorted(f"{URN}:{c.service}:{c.permission}" for c in own):
            etree.SubElement(group, "Privilege").text = privilege
    xml = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return [base64.b64encode(xml).decode("ascii")]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


_ENCODERS: Mapping[str, Encoder] = {
    "authorizationscope": encode_authorizationscope,
    "bpp": encode_bpp,
    "code": encode_code,
    "entitlement": encode_entitlement,
    "org_rights": encode_org_rights,
    "scoped": encode_scoped,
    "systemrole": encode_systemrole,
}

FORMATS: Mapping[str, ClaimFormat] = MappingProxyType(
    {
        name: ClaimFormat(name=name, encode=encoder)
        for name, encoder in _ENCODERS.items()
    }
)
"""Every format by its name."""
