"""Which values do others know: entity categories, levels, formats, attribute names?"""

import re
from typing import Final

from metadata import names

_ELN: Final = "http://id.elegnamnden.se/"
_SC: Final = "http://id.swedenconnect.se/"
_ORG: Final = tuple(
    f"{_SC}ec/1.0/loa{n}-{kind}" for n in "234" for kind in ("orgid", "name")
)
_UNCERTIFIED: Final = tuple(
    f"{_SC}ec/sc/uncertified-loa3-{kind}" for kind in ("hsaid", "pnr")
)
SERVICE_CATEGORIES: Final = frozenset(
    {
        *(f"{_ELN}ec/1.0/loa{n}-pnr" for n in "234"),
        f"{_ELN}ec/1.0/eidas-naturalperson",
        f"{_ELN}ec/1.0/eidas-pnr-delivery",
        f"{_SC}ec/1.0/loa3-hsaid",
        *_ORG,
        *_UNCERTIFIED,
    }
)
"""Service entity categories of Sweden Connect: a level with a set of attributes."""

SIGNATURE_SERVICE: Final = f"{_ELN}st/1.0/sigservice"
PUBLIC_SP: Final = f"{_ELN}st/1.0/public-sector-sp"
PRIVATE_SP: Final = f"{_ELN}st/1.0/private-sector-sp"
_SWEDISH_CATEGORIES: Final = frozenset(
    {
        *SERVICE_CATEGORIES,
        SIGNATURE_SERVICE,
        PUBLIC_SP,
        PRIVATE_SP,
        f"{_ELN}sprop/1.0/mobile-auth",
        f"{_ELN}sprop/1.0/scal2",
        *(
            f"{_SC}contract/sc/{name}"
            for name in (
                "sweden-connect",
                "eid-choice-2017",
                "prepaid-auth-2021",
                "eid-authorization-system",
            )
        ),
    }
)
_ACADEMIC_CATEGORIES: Final = frozenset(
    {
        "http://refeds.org/category/research-and-scholarship",
        "http://refeds.org/category/hide-from-discovery",
        "http://www.geant.net/uri/dataprotection-code-of-conduct/v1",
        "https://refeds.org/category/code-of-conduct/v2",
        "https://refeds.org/category/anonymous",
        "https://refeds.org/category/pseudonymous",
        "https://refeds.org/category/personalized",
        "https://myacademicid.org/entity-categories/esi",
    }
)
DEPRECATED_CATEGORIES: Final = frozenset(
    f"http://www.swamid.se/category/{name}"
    for name in (
        "research-and-education",
        "sfs-1993-1153",
        "nren-service",
        "hei-service",
        "eu-adequate-protection",
    )
)
_GENERAL: Final = f"{_SC}general-ec/1.0/"
_CATEGORIES: Final = _SWEDISH_CATEGORIES | _ACADEMIC_CATEGORIES | DEPRECATED_CATEGORIES


def is_known_category(value: str) -> bool:
    """Tell whether others know an entity category."""
    return value in _CATEGORIES or value.startswith(_GENERAL)


CATEGORY_SUPPORT: Final = "http://macedir.org/entity-category-support"
SUBJECT_ID_SIGNAL: Final = names.SUBJECT_ID_SIGNAL
SUBJECT_ID_VALUES: Final = ("subject-id", "pairwise-id", "none", "any")
SWAMID_AL1: Final = names.SWAMID_AL1

APPROVED_LEVELS: Final = frozenset(
    {
        *(f"{_ELN}loa/1.0/loa{n}" for n in "1234"),
        *(f"{_ELN}loa/1.0/eidas-{n}" for n in ("low", "sub", "high")),
        *(f"{_ELN}loa/1.0/eidas-nf-{n}" for n in ("low", "sub", "high")),
        *(f"{_SC}loa/1.0/loa{n}-nonresident" for n in "234"),
        *(f"{_SC}loa/1.0/uncertified-loa{n}" for n in "23"),
        *(f"{_SC}loa/1.0/uncertified-eidas-{n}" for n in ("low", "sub", "high")),
    }
)
"""Levels in the registry of Sweden Connect."""
_OTHER_LEVELS: Final = frozenset(
    {
        *(f"http://id.sambi.se/loa/loa{n}" for n in "01234"),
        *(f"http://www.swamid.se/policy/assurance/al{n}" for n in "123"),
        "http://www.swamid.se/policy/authentication/swamid-al2-mfa-hi",
        "https://refeds.org/profile/mfa",
        "https://refeds.org/profile/sfa",
        "https://refeds.org/sirtfi",
        "https://refeds.org/sirtfi2",
    }
)
_ASSURANCE_FRAMEWORK: Final = "https://refeds.org/assurance"


def is_known_level(value: str) -> bool:
    """Tell whether others know a level."""
    known = APPROVED_LEVELS | _OTHER_LEVELS
    return value in known or value.startswith(_ASSURANCE_FRAMEWORK)


NAME_ID_FORMATS: Final = frozenset(
    {
        names.NAMEID_PERSISTENT,
        names.NAMEID_TRANSIENT,
        names.NAMEID_UNSPECIFIED,
        names.NAMEID_ENTITY,
        "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:encrypted",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
        "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
        "urn:mace:shibboleth:1.0:nameIdentifier",
    }
)

_SAMBI_NAMES: Final = frozenset(
    """commissionHsaId commissionName commissionPurpose commissionRight employeeHsaId
    givenName surname groupPrescriptionCode healthcareProfessionalLicense
    healthcareProfessionalLicenseIdentityNumber
    healthCareProfessionalLicenceSpeciality healthCareProviderHsaId
    healthcareProviderId healthCareProviderName healthCareUnitHsaId
    healthCareUnitName paTitleCode personalIdentityNumber personalPrescriptionCode
    systemRole pharmacyIdentifier mail mobileTelephoneNumber occupationalCode
    telephoneNumber organizationIdentifier organizationName""".split()  # noqa: SIM905  a list would be a page long
)
_INERA_NAMES: Final = frozenset(
    """urn:name urn:allCommissions urn:allEmployeeHsaIds
    urn:sambi:names:attribute:x509IssuerName urn:sambi:names:attribute:authnMethod
    urn:sambi:names:attribute:levelOfAssurance
    urn:sambi:names:attribute:employeeHsaId
    http://www.w3.org/2000/09/xmldsig#x509IssuerName
    http://www.w3.org/2000/09/xmldsig#x509SubjectName urn:identityProviderForSign
    urn:authenticationMethod urn:authenticationMessage urn:credential:givenName
    urn:credential:surname urn:credential:personalIdentityNumber
    urn:credential:employeeHsaId urn:credential:displayName
    urn:credential:organizationName urn:credential:certificate
    urn:credential:certificatePolicies urn:authorizationScope
    urn:userOrganizationIdentifier urn:userOrganizationName
    urn:userOrganizationHsaId urn:orgAffiliation urn:userOrgAffiliation
    urn:allCommissionOrgAffiliations urn:allUserOrgAffiliations""".split()  # noqa: SIM905  a list would be a page long
)
_OID: Final = re.compile(r"urn:oid:[0-2](\.\d+)+", re.ASCII)
_SUBJECT_IDS: Final = ("urn:oasis:names:tc:SAML:attribute:",)


def family_of(name: str) -> str | None:
    """Say to which family of names an attribute belongs; nothing when to none."""
    if name.startswith(names.SAMBI):
        return "Sambi" if name.removeprefix(names.SAMBI) in _SAMBI_NAMES else None
    if name in _INERA_NAMES:
        return "Inera"
    if _OID.fullmatch(name):
        return "OID"
    return "subject-id" if name.startswith(_SUBJECT_IDS) else None


PERSONAL_NUMBERS: Final = frozenset(
    {
        names.SAMBI + "personalIdentityNumber",
        "urn:credential:personalIdentityNumber",
        "urn:oid:1.2.752.29.4.13",
    }
)
COMMISSIONS: Final = (names.SAMBI + "commission", "urn:allCommission")
"""How the names of attributes begin that make Inera's IdP ask for a commission."""
