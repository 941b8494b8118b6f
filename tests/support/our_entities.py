"""What does a bridge in a test say about itself?"""

from metadata.our_entities import (
    ContactKind,
    OurAa,
    OurAttribute,
    OurContact,
    OurDisplay,
    OurIdp,
    OurLogo,
    OurOrganisation,
    OurSp,
    inera_attribute_services,
)
from tests.support.keys import ec_key, rsa_key

BASE = "https://bridge.example.se"
DISPLAY = OurDisplay(
    names={"sv": "Bryggan", "en": "The bridge"},
    descriptions={"sv": "Inloggning", "en": "Login"},
    information_urls={"sv": f"{BASE}/om", "en": f"{BASE}/about"},
    privacy_urls={"sv": f"{BASE}/personuppgifter", "en": f"{BASE}/privacy"},
    logo=OurLogo(url=f"{BASE}/logo.png", width=80, height=60),
)
ORGANISATION = OurOrganisation(
    names={"sv": "Exempelverket", "en": "Example Agency"},
    display_names={"sv": "Exempelverket", "en": "Example Agency"},
    urls={"sv": "https://example.se", "en": "https://example.se/en"},
    number="2021002163",
)
CONTACTS = tuple(
    OurContact(kind=kind, email=f"{kind}@example.se", company="Exempelverket")
    for kind in ContactKind
)


def our_sp() -> OurSp:
    """Describe an SP with a current and a next key of each use."""
    return OurSp(
        entity_id=f"{BASE}/saml/sp",
        signing_certificates=(
            rsa_key("signing").certificate_der,
            rsa_key("next signing").certificate_der,
        ),
        encryption_certificates=(
            rsa_key("encryption").certificate_der,
            rsa_key("next encryption").certificate_der,
        ),
        display=DISPLAY,
        organisation=ORGANISATION,
        contacts=CONTACTS,
        entity_categories=("http://id.elegnamnden.se/st/1.0/public-sector-sp",),
        acs_url=f"{BASE}/saml/sp/acs",
        attribute_services=inera_attribute_services(
            full={"sv": "Inloggning", "en": "Login"},
            id_only={"sv": "Enbart HSA-id", "en": "HSA-id only"},
        ),
    )


def our_idp() -> OurIdp:
    """Describe an IdP with a current and a next key."""
    return OurIdp(
        entity_id=f"{BASE}/saml/idp",
        signing_certificates=(
            rsa_key("signing").certificate_der,
            rsa_key("next signing").certificate_der,
        ),
        display=DISPLAY,
        organisation=ORGANISATION,
        contacts=CONTACTS,
        assurance_certifications=(
            "http://id.swedenconnect.se/loa/1.0/uncertified-loa3",
        ),
        sso_redirect_url=f"{BASE}/saml/idp/sso",
        sso_post_url=f"{BASE}/saml/idp/sso",
        scopes=("2021002163",),
    )


def our_aa() -> OurAa:
    """Describe an attribute authority behind a TLS terminator."""
    return OurAa(
        entity_id=f"{BASE}/saml/aa",
        signing_certificates=(
            rsa_key("signing").certificate_der,
            rsa_key("next signing").certificate_der,
        ),
        encryption_certificates=(rsa_key("encryption").certificate_der,),
        tls_certificates=(ec_key("terminator").certificate_der,),
        display=DISPLAY,
        organisation=ORGANISATION,
        contacts=CONTACTS,
        query_url=f"{BASE}/saml/aa/query",
        scopes=("2021002163",),
        attributes=(OurAttribute(name="urn:oid:2.5.4.97", friendly_name="org"),),
    )
