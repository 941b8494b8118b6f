"""What breaks the rules about people, attributes and claims, and what does not?"""

from metadata import names
from tests.support.lint_changes import (
    LOGO,
    ORGANISATION_END,
    SECURITY_TYPE,
    Case,
    before,
    between,
    changed,
    contact,
    idp,
    idp_part,
    lang,
    requested,
    sp,
    sp_part,
    without,
)
from tests.support.lint_documents import (
    exemplary_idp,
    exemplary_sp,
    grouped,
    spoilt,
)


def display_cases() -> dict[str, Case]:
    """Break what people see."""
    the_sp, the_idp = exemplary_sp(), exemplary_idp()
    info = sp_part("<mdui:UIInfo>", "</mdui:UIInfo>")
    names_sv = lang("DisplayName", "sv", the_sp)
    names_en = lang("DisplayName", "en", the_sp)
    described = lang("Description", "sv", the_sp), lang("Description", "en", the_sp)
    about = lang("InformationURL", "sv", the_sp), lang("InformationURL", "en", the_sp)
    privacy = "PrivacyStatementURL"
    logo = sp_part(LOGO, "</mdui:Logo>")
    other_idp = spoilt(the_idp, ("idp.example.se/saml", "other.example.se/saml"))
    renamed = spoilt(
        other_idp, ("Exempelverkets inloggning", "En"), ("Login of the Example", "A")
    )
    picture = "https://sp.example.se/logo.png"
    error_url = ' errorURL="https://idp.example.se/error"'
    return {
        "ui-missing": sp(without(info)),
        "ui-repeated": sp(before("<mdui:UIInfo>", info)),
        "ui-misplaced": sp(before("<mdattr:EntityAttributes>", info)),
        "ui-name-missing": sp(without(names_sv), without(names_en)),
        "ui-name-sv": sp(without(names_sv)),
        "ui-name-en": sp(without(names_en)),
        "ui-name-shared": Case(
            grouped(the_idp, renamed).encode(), grouped(the_idp, other_idp).encode()
        ),
        "ui-description-missing": sp(*map(without, described)),
        "ui-description-sv": sp(without(described[0])),
        "ui-logo-missing": sp(without(logo)),
        "ui-logo-missing-idp": idp(without(logo.replace("sp.example", "idp.example"))),
        "ui-logo-address": sp((picture, "http://sp.example.se/logo.png")),
        "ui-logo-data": sp((picture, "data:image/png;base64,AAAA")),
        "ui-logo-large": sp((picture, "data:image/png;base64," + "A" * 60_000)),
        "ui-information-missing": sp(*map(without, about)),
        "ui-privacy-missing": sp(
            without(lang(privacy, "sv", the_sp)), without(lang(privacy, "en", the_sp))
        ),
        "ui-privacy-missing-idp": idp(
            without(lang(privacy, "sv", the_idp)),
            without(lang(privacy, "en", the_idp)),
        ),
        "ui-link-address": sp(("https://sp.example.se/om", "sp.example.se/om")),
        "error-url-missing": idp(without(error_url)),
        "error-url-address": idp((error_url, error_url.replace("https", "http"))),
    }


def language_cases() -> dict[str, Case]:
    """Break the languages."""
    swedish = 'xml:lang="sv"'
    english = 'xml:lang="en"'
    service_name = sp_part('<md:ServiceName xml:lang="en"', "</md:ServiceName>")
    return {
        "language-repeated": sp((english, swedish)),
        "language-unknown": sp((english, 'xml:lang="en-GB"')),
        "language-uneven": sp(without(service_name)),
        "language-en-missing": sp((english, 'xml:lang="fi"')),
        "language-sv-missing": sp((swedish, 'xml:lang="fi"')),
        "service-name-languages": sp(without(service_name)),
    }


def organisation_cases() -> dict[str, Case]:
    """Break who runs it, and whom to ask."""
    the_sp = exemplary_sp()
    organisation = sp_part("<md:Organization>", ORGANISATION_END)
    number = "<mdorgext:OrganizationNumber>2021002163</mdorgext:OrganizationNumber>"
    extensions = between(organisation, "<md:Extensions>", "</md:Extensions>")
    support = contact("support", exemplary_idp())
    security = sp_part(f"<md:ContactPerson contactType={SECURITY_TYPE}", "Person>")
    drift = "mailto:drift@example.se"
    return {
        "organisation-missing": sp(without(organisation)),
        "organisation-url": sp(("https://www.example.se/en", "www.example.se")),
        "organisation-number-form": sp((number, number.replace("2163", "2164"))),
        "organisation-number-missing": sp(without(extensions)),
        "organisation-number-misplaced": sp(before("<mdui:UIInfo>", number)),
        "contact-technical-missing": sp(without(contact("technical", the_sp))),
        "contact-administrative-missing": sp(
            without(contact("administrative", the_sp))
        ),
        "contact-support-missing": sp(without(contact("support", the_sp))),
        "contact-support-missing-idp": idp(without(support)),
        "contact-security-missing": sp(without(security)),
        "sirtfi-without-contact": idp(without(security)),
        "contact-security-name": sp(
            without("<md:GivenName>Incident team</md:GivenName>")
        ),
        "contact-security-type": sp(
            (SECURITY_TYPE, SECURITY_TYPE.replace("other", "support"))
        ),
        "contact-email-missing": sp(
            without(f"<md:EmailAddress>{drift}</md:EmailAddress>")
        ),
        "contact-email-mailto": sp((drift, "drift@example.se")),
        "contact-email-form": sp((drift, "mailto:drift")),
        "contact-repeated": sp(('contactType="support"', 'contactType="technical"')),
    }


def attribute_cases() -> dict[str, Case]:
    """Break categories, levels, scopes and formats."""
    hsaid = "http://id.swedenconnect.se/ec/1.0/loa3-hsaid"
    public = "http://id.elegnamnden.se/st/1.0/public-sector-sp"
    value = f"<saml:AttributeValue>{public}</saml:AttributeValue>"
    private = value.replace("public-", "private-")
    signing = value.replace("public-sector-sp", "sigservice")
    level = "http://id.swedenconnect.se/loa/1.0/uncertified-loa3"
    attributes = sp_part("<mdattr:EntityAttributes>", "</mdattr:EntityAttributes>")
    wanted = sp_part(
        '<saml:Attribute Name="urn:oasis:names:tc:SAML:profiles', "</saml:Attribute>"
    )
    supported = idp_part(
        '<saml:Attribute Name="http://macedir.org/entity-category-support"',
        "</saml:Attribute>",
    )
    scope = '<shibmd:Scope regexp="false">'
    both_formats = f"<md:NameIDFormat>{names.NAMEID_PERSISTENT}</md:NameIDFormat>"
    signs = spoilt(exemplary_sp(), (value, signing))
    return {
        "category-unknown": sp((hsaid, hsaid + "x")),
        "category-deprecated": sp(
            (public, "http://www.swamid.se/category/sfs-1993-1153")
        ),
        "category-missing": sp((hsaid, public + "x")),
        "category-sectors": sp((value, value + private)),
        "signature-service-unsigned": changed(
            signs, without(' AuthnRequestsSigned="true"')
        ),
        "signature-service": sp((value, signing)),
        "category-support-missing": idp(without(supported)),
        "entity-attribute-format": sp(
            (
                f'Name="{names.ENTITY_CATEGORY}" NameFormat="{names.ATTRNAME_URI}"',
                f'Name="{names.ENTITY_CATEGORY}"',
            )
        ),
        "entity-attributes-misplaced": sp(before("<mdui:UIInfo>", attributes)),
        "subject-id-missing": sp(without(wanted)),
        "subject-id-value": sp((">pairwise-id<", ">both<")),
        "assurance-missing": idp((level, "http://id.sambi.se/loa/loa3")),
        "assurance-swamid-missing": idp(("assurance/al1", "assurance/al2")),
        "assurance-unknown": idp((level, level + "x")),
        "category-without-level": idp((level, level.replace("loa3", "loa2"))),
        "scope-missing": idp(
            without(f"{scope}example.se</shibmd:Scope>"),
            without(f"{scope}2021002163</shibmd:Scope>"),
        ),
        "scope-regexp": idp(('regexp="false">example', 'regexp="true">example')),
        "scope-form": idp((f"{scope}example.se", f"{scope}@example.se")),
        "scope-number": idp((f"{scope}2021002163", f"{scope}2021002164")),
        "scope-misplaced": sp(before("<mdui:UIInfo>", f"{scope}a.se</shibmd:Scope>")),
        "name-id-missing": sp(without(both_formats)),
        "name-id-unknown": sp((names.NAMEID_PERSISTENT, "urn:eternal")),
        "name-id-incomplete": idp(without(both_formats)),
    }


def requested_cases() -> dict[str, Case]:
    """Ask for what should not be asked for, and register badly."""
    services = sp_part(
        "<md:AttributeConsumingService ", "</md:AttributeConsumingService>"
    )
    wish = sp_part('<md:RequestedAttribute Name="urn:oid:2.5.4.42"', "/>")
    required = wish.replace("/>", ' isRequired="true"/>')
    many = [required.replace("2.5.4.42", f"2.5.4.4{n}") for n in "456"]
    declared = '<saml:Attribute Name="urn:oid:2.5.4.4"/>'
    info = (
        '<mdrpi:RegistrationInfo xmlns:mdrpi="urn:oasis:names:tc:SAML:metadata:rpi"'
        ' registrationAuthority="http://www.swamid.se/"'
        ' registrationInstant="2020-01-01T00:00:00Z"/>'
    )
    registered = spoilt(exemplary_sp(), before("<mdattr:EntityAttributes>", info))
    return {
        "requested-missing": sp(without(services)),
        "requested-unknown": sp(requested(names.SAMBI + "healthCareProviderID")),
        "requested-format": sp(
            (wish, wish.replace(f'NameFormat="{names.ATTRNAME_URI}"', ""))
        ),
        "requested-repeated": sp((wish, wish + wish)),
        "requested-families": sp(requested(names.SAMBI_MAIL)),
        "requested-many-required": sp((wish, "".join(many))),
        "requested-commission": sp(requested(names.SAMBI + "commissionHsaId")),
        "requested-personal-number": sp(requested("urn:oid:1.2.752.29.4.13")),
        "idp-attributes": idp(before("</md:IDPSSODescriptor>", declared)),
        "registration-missing": Case(
            grouped(registered).encode(), grouped(exemplary_sp()).encode()
        ),
        "registration-authority-missing": changed(
            registered, without(' registrationAuthority="http://www.swamid.se/"')
        ),
        "registration-instant": changed(registered, ("2020-01-01T", "2030-01-01T")),
    }
