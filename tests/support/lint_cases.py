"""What breaks each rule of the linter, and what does not?

A case is a good document and the same with one thing changed. Most begin with the
exemplary service provider or identity provider, in which nothing is wrong.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import dsa

from metadata import names
from tests.support.keys import rsa_key
from tests.support.lint_documents import (
    certificate,
    encryption_certificate,
    exemplary_idp,
    exemplary_sp,
    grouped,
    rsa_with,
    sha1_certificate,
    signing_certificate,
    spoilt,
    strong_ec,
    text_of,
)

Change = tuple[str, str]


@dataclass(frozen=True)
class Case:
    """A document that fulfils a rule, and one that breaks it."""

    good: bytes
    bad: bytes


def sp(*changes: Change) -> Case:
    """Spoil the exemplary service provider."""
    return _case(exemplary_sp(), *changes)


def idp(*changes: Change) -> Case:
    """Spoil the exemplary identity provider."""
    return _case(exemplary_idp(), *changes)


def _case(good: str, *changes: Change) -> Case:
    return Case(good.encode(), spoilt(good, *changes).encode())


def without(text: str) -> Change:
    """Take a part out."""
    return text, ""


def before(text: str, added: str) -> Change:
    """Put something in front of a part."""
    return text, added + text


_ACS2 = (
    '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:'
    'HTTP-POST" Location="https://sp.example.se/acs2" index="1"/>'
)
_SSO_POST = (
    '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"'
    ' Location="https://idp.example.se/sso"/>'
)
_SSO_REDIRECT = _SSO_POST.replace("HTTP-POST", "HTTP-Redirect")
_LOGO = '<mdui:Logo height="60" width="80">'
_ORGANISATION_END = "</md:Organization>"
_SECURITY_TYPE = (
    '"other" remd:contactType="http://refeds.org/metadata/contactType/security"'
)
_ACS_QUERY = (
    '<md:AttributeAuthorityDescriptor protocolSupportEnumeration="'
    f'{names.NS_SAMLP}"><md:AttributeService Binding="{names.BINDING_SOAP}"'
    ' Location="https://idp.example.se/aa"/></md:AttributeAuthorityDescriptor>'
)
_KEY_VALUE = "<ds:KeyName>a key</ds:KeyName>"
_VALIDITY = 'validUntil="2026-12-01T12:00:00Z"'
_SIGNED_BY_KEY = text_of(rsa_key("federation", 3072))


def _signing(certificate_text: str) -> Change:
    return signing_certificate(), certificate_text


def _x509(text: str) -> str:
    return f"<ds:X509Certificate>{text}</ds:X509Certificate>"


def _between(text: str, start: str, end: str) -> str:
    """Cut out a part of a document, with its ends."""
    begin = text.index(start)
    return text[begin : text.index(end, begin) + len(end)]


def _sp_part(start: str, end: str) -> str:
    return _between(exemplary_sp(), start, end)


def _idp_part(start: str, end: str) -> str:
    return _between(exemplary_idp(), start, end)


def _lang(tag: str, language: str, source: str) -> str:
    return _between(source, f'<mdui:{tag} xml:lang="{language}">', f"</mdui:{tag}>")


def _requested(name: str) -> Change:
    return "urn:oid:2.5.4.42", name


def _contact(kind: str, source: str) -> str:
    return _between(source, f'<md:ContactPerson contactType="{kind}"', "ContactPerson>")


def reading_cases() -> dict[str, Case]:
    """Break what reading itself looks at."""
    good = exemplary_sp()
    return {
        "document-too-large": Case(good.encode(), b" " * (200 * 1024 * 1024 + 1)),
        "doctype": _case(good, before("<md:EntityDescriptor", "<!DOCTYPE a>")),
        "encoding": Case(
            good.encode(),
            b'<?xml version="1.0" encoding="ISO-8859-1"?>' + good.encode("latin-1"),
        ),
        "xml-broken": _case(good, without("</md:SPSSODescriptor>")),
        "processing-instruction": _case(good, _PI),
        "not-metadata": Case(good.encode(), b"<html/>"),
    }


_PI: Change = ("<md:Organization>", "<?php x?><md:Organization>")


def structure_cases() -> dict[str, Case]:
    """Break the schema."""
    acs = exemplary_sp()
    name_id = _sp_part("<md:NameIDFormat>", "</md:NameIDFormat>")
    in_group = grouped(acs)
    return {
        "element-order": sp(without(name_id), (_ACS2, _ACS2 + name_id)),
        "element-unknown": sp(
            before("<md:Organization>", "<md:Company>a</md:Company>")
        ),
        "group-content": Case(
            in_group.encode(),
            spoilt(in_group, ("</md:Entities", "<md:Company/></md:Entities")).encode(),
        ),
        "element-missing": sp(
            without(_sp_part("<md:OrganizationURL xml:lang", "</md:OrganizationURL>")),
            without(_second_url()),
        ),
        "element-repeated": sp(before("<md:Organization>", "<md:Organization/>")),
        "attribute-missing": sp((' index="1"', "")),
        "attribute-unknown": sp((' index="1"', ' index="1" indx="2"')),
        "attribute-value": sp((' index="1"', ' index="one"')),
        "text-unexpected": sp(before("<md:Organization>", "stray")),
        "extension-content": sp(before("<mdui:UIInfo>", "<md:Company>a</md:Company>")),
        "extensions-empty": sp(
            before("<md:GivenName>", "<md:Extensions></md:Extensions>")
        ),
        "language-missing": sp(
            ('<mdui:DisplayName xml:lang="sv">', "<mdui:DisplayName>")
        ),
        "blanks-around": sp(("mailto:drift@example.se", "\n mailto:drift@example.se ")),
        "value-empty": sp(("mailto:drift@example.se", "")),
        "value-long": sp(
            ("https://sp.example.se/acs2", "https://sp.example.se/" + 300 * "a")
        ),
    }


def _second_url() -> str:
    return _sp_part('<md:OrganizationURL xml:lang="en"', "</md:OrganizationURL>")


def identity_cases() -> dict[str, Case]:
    """Break what says who an entity is."""
    one = 'entityID="https://sp.example.se/saml"'
    twice = exemplary_sp()
    other = spoilt(twice, (one, 'entityID="https://other.example.se"'))
    unlike = spoilt(other, ('ID="_signed"', 'ID="_other"'))
    role = _idp_part("<md:IDPSSODescriptor", "</md:IDPSSODescriptor>")
    return {
        "entity-id-form": sp((one, 'entityID="skatteverket_sso"')),
        "entity-id-scheme": sp((one, 'entityID="ftp://sp.example.se"')),
        "entity-id-urn": sp((one, 'entityID="urn:example:sp"')),
        "entity-id-too-long": sp((one, f'entityID="https://{"a" * 1024}"')),
        "entity-id-long": sp((one, f'entityID="https://{"a" * 256}"')),
        "entity-id-repeated": Case(
            grouped(twice, other).encode(), grouped(twice, twice).encode()
        ),
        "id-repeated": Case(
            grouped(twice, unlike).encode(), grouped(twice, other).encode()
        ),
        "role-missing": idp(without(role)),
        "role-protocol": sp((names.NS_SAMLP + '"', 'urn:oasis:names:tc:SAML:1.1:p"')),
        "role-repeated": idp(before("<md:IDPSSODescriptor", role)),
        "attribute-authority-beside-idp": idp(before("<md:Organization>", _ACS_QUERY)),
    }


def validity_cases() -> dict[str, Case]:
    """Break what says how long a document holds."""
    in_group = grouped(exemplary_sp())

    def group(old: str, new: str) -> Case:
        return Case(in_group.encode(), spoilt(in_group, (old, new)).encode())

    return {
        "valid-until-missing": sp(without(_VALIDITY)),
        "valid-until-unreadable": group(
            "EntitiesDescriptor x", 'EntitiesDescriptor validUntil="soon" x'
        ),
        "entity-valid-until-unreadable": sp((_VALIDITY, 'validUntil="soon"')),
        "valid-until-passed": group(
            "EntitiesDescriptor x",
            'EntitiesDescriptor validUntil="2026-01-01T00:00:00Z" x',
        ),
        "entity-valid-until-passed": sp(
            (_VALIDITY, 'validUntil="2026-01-01T00:00:00Z"')
        ),
        "valid-until-far": sp((_VALIDITY, 'validUntil="2028-01-01T00:00:00Z"')),
        "valid-until-near": sp((_VALIDITY, 'validUntil="2026-11-23T13:00:00Z"')),
        "cache-duration-missing": sp(without('cacheDuration="PT1H"')),
        "cache-duration-unreadable": sp(("PT1H", "1 hour")),
        "cache-duration-long": sp(("PT1H", "P30D")),
        "cache-duration-short": sp(("PT1H", "PT1M")),
    }


def signature_cases() -> dict[str, Case]:
    """Break the signature, or what it stands for."""
    signature = _sp_part("<ds:Signature>", "</ds:Signature>")
    enveloped = f'<ds:Transform Algorithm="{names.TRANSFORM_ENVELOPED}"/>'
    sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    return {
        "signature-missing": sp(without(signature)),
        "signature-shape": sp(without(enveloped)),
        "signature-algorithm": sp((names.SIGNATURE_RSA_SHA256, sha1)),
        "signature-unused": sp(before("<mdui:UIInfo>", signature)),
        "signature-key-inside": sp(_signing(_SIGNED_BY_KEY)),
        "no-entities": Case(grouped(exemplary_sp()).encode(), grouped().encode()),
        "root-id-missing": sp(without('ID="_signed"')),
    }


def key_cases() -> dict[str, Case]:
    """Break the keys and their certificates."""
    signing = '<md:KeyDescriptor use="signing">'
    encryption = '<md:KeyDescriptor use="encryption">'
    rsa_2048 = rsa_with(2048)
    sp_key = _sp_part(signing, "</md:KeyDescriptor>")
    another = spoilt(
        exemplary_sp(),
        ("sp.example.se/saml", "other.example.se/saml"),
        (signing_certificate(), certificate(strong_ec("b"))),
        (encryption_certificate(), text_of(rsa_key("another"))),
    )
    same = spoilt(exemplary_sp(), ("sp.example.se/saml", "other.example.se/saml"))
    return {
        "key-signing-missing": idp((signing, encryption)),
        "key-encryption-missing": sp((encryption, signing)),
        "key-signing-missing-sp": sp((signing, encryption)),
        "key-encryption-missing-idp": idp((encryption, signing)),
        "signs-without-key": sp((signing, encryption)),
        "key-too-short": sp(_signing(text_of(rsa_key("weak", 1024)))),
        "key-short": sp(_signing(certificate(rsa_2048))),
        "key-below-recommended": sp(_signing(certificate(rsa_with(3072)))),
        "key-short-after-2030": sp(
            _signing(certificate(rsa_2048, end=datetime(2031, 6, 1, tzinfo=UTC)))
        ),
        "key-kind": sp(_signing(certificate(dsa.generate_private_key(2048)))),
        "key-no-use": sp((signing, "<md:KeyDescriptor>")),
        "key-repeated": sp(before(signing, sp_key)),
        "key-shared": Case(
            grouped(exemplary_sp(), another).encode(),
            grouped(exemplary_sp(), same).encode(),
        ),
        "key-encryption-ec": sp((encryption_certificate(), signing_certificate())),
        "certificate-missing": sp((_x509(signing_certificate()), _KEY_VALUE)),
        "certificate-unreadable": sp(_signing("bm8gY2VydGlmaWNhdGU=")),
        "certificate-several": sp(
            (
                _x509(signing_certificate()),
                _x509(signing_certificate()) + _x509(encryption_certificate()),
            )
        ),
        "certificate-expired": sp(_ending(datetime(2026, 6, 1, tzinfo=UTC))),
        "certificate-expires-soon": sp(_ending(datetime(2026, 12, 24, tzinfo=UTC))),
        "certificate-not-yet-valid": sp(
            _signing(certificate(strong_ec(), begin=datetime(2027, 1, 1, tzinfo=UTC)))
        ),
        "certificate-weak-signature": sp(_signing(sha1_certificate())),
        "certificate-not-self-signed": sp(
            _signing(certificate(strong_ec(), issuer="somebody"))
        ),
    }


def _ending(end: datetime) -> Change:
    return _signing(certificate(strong_ec(), end=end))


def algorithm_cases() -> dict[str, Case]:
    """Declare algorithms that should not be used."""
    gcm = f'<md:EncryptionMethod Algorithm="{names.ENCRYPTION_AES256_GCM}"/>'
    oaep = f'<md:EncryptionMethod Algorithm="{names.KEY_TRANSPORT_OAEP}"/>'
    rsa15 = names.NS_XENC + "rsa-1_5"
    signing = '<md:KeyDescriptor use="signing">'
    end = "</md:KeyDescriptor>"
    with_method = _sp_part(signing, end).replace(end, gcm + end)
    declared = (
        'DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>\n    <alg'
    )
    return {
        "encryption-method-broken": sp((names.KEY_TRANSPORT_OAEP, rsa15)),
        "encryption-method-unknown": sp((names.ENCRYPTION_AES256_GCM, "urn:aes")),
        "encryption-method-cbc": sp(
            (names.ENCRYPTION_AES256_GCM, names.ENCRYPTION_AES256_CBC)
        ),
        "encryption-method-missing": sp(without(gcm), without(oaep)),
        "encryption-method-misplaced": sp((_sp_part(signing, end), with_method)),
        "algorithm-refused": sp((declared, declared.replace("#sha256", "#sha1"))),
    }


def endpoint_cases() -> dict[str, Case]:
    """Break addresses, bindings and indexes."""
    acs2 = 'Location="https://sp.example.se/acs2"'
    slo = 'Location="https://sp.example.se/slo"'
    posted = "HTTP-POST"
    return {
        "endpoint-http": sp((acs2, acs2.replace("https:", "http:"))),
        "endpoint-address": sp((acs2, 'Location="javascript:alert(1)"')),
        "endpoint-private": sp((acs2, 'Location="https://10.0.0.1/acs2"')),
        "endpoint-response-location": sp(
            (acs2, acs2 + ' ResponseLocation="https://a.se/"')
        ),
        "endpoint-repeated": sp((acs2, acs2.replace("acs2", "acs"))),
        "binding-unknown": sp(
            (f'{names.BINDING_REDIRECT}" {slo}', f'urn:telepathy" {slo}')
        ),
        "acs-redirect": sp((_ACS2, _ACS2.replace(posted, "HTTP-Redirect"))),
        "acs-no-post": sp((posted, "PAOS")),
        "sso-no-redirect": idp(without(_SSO_REDIRECT)),
        "sso-no-post": idp(without(_SSO_POST)),
        "slo-no-redirect": idp(
            (
                'HTTP-Redirect" Location="https://idp.example.se/slo"',
                'HTTP-POST" Location="https://idp.example.se/slo"',
            )
        ),
        "aa-no-soap": _case(
            spoilt(exemplary_idp(), before("<md:Organization>", _ACS_QUERY)),
            (names.BINDING_SOAP, names.BINDING_POST),
        ),
        "index-repeated": sp((' index="1"', ' index="0"')),
        "default-several": sp((' index="1"', ' index="1" isDefault="true"')),
        "default-missing": sp(('index="0" isDefault="true"', 'index="0"')),
    }


def display_cases() -> dict[str, Case]:
    """Break what people see."""
    the_sp, the_idp = exemplary_sp(), exemplary_idp()
    info = _sp_part("<mdui:UIInfo>", "</mdui:UIInfo>")
    names_sv = _lang("DisplayName", "sv", the_sp)
    names_en = _lang("DisplayName", "en", the_sp)
    described = _lang("Description", "sv", the_sp), _lang("Description", "en", the_sp)
    about = _lang("InformationURL", "sv", the_sp), _lang("InformationURL", "en", the_sp)
    privacy = "PrivacyStatementURL"
    logo = _sp_part(_LOGO, "</mdui:Logo>")
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
            without(_lang(privacy, "sv", the_sp)), without(_lang(privacy, "en", the_sp))
        ),
        "ui-privacy-missing-idp": idp(
            without(_lang(privacy, "sv", the_idp)),
            without(_lang(privacy, "en", the_idp)),
        ),
        "ui-link-address": sp(("https://sp.example.se/om", "sp.example.se/om")),
        "error-url-missing": idp(without(error_url)),
        "error-url-address": idp((error_url, error_url.replace("https", "http"))),
    }


def language_cases() -> dict[str, Case]:
    """Break the languages."""
    swedish = 'xml:lang="sv"'
    english = 'xml:lang="en"'
    service_name = _sp_part('<md:ServiceName xml:lang="en"', "</md:ServiceName>")
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
    organisation = _sp_part("<md:Organization>", _ORGANISATION_END)
    number = "<mdorgext:OrganizationNumber>2021002163</mdorgext:OrganizationNumber>"
    extensions = _between(organisation, "<md:Extensions>", "</md:Extensions>")
    support = _contact("support", exemplary_idp())
    security = _sp_part(f"<md:ContactPerson contactType={_SECURITY_TYPE}", "Person>")
    drift = "mailto:drift@example.se"
    return {
        "organisation-missing": sp(without(organisation)),
        "organisation-url": sp(("https://www.example.se/en", "www.example.se")),
        "organisation-number-form": sp((number, number.replace("2163", "2164"))),
        "organisation-number-missing": sp(without(extensions)),
        "organisation-number-misplaced": sp(before("<mdui:UIInfo>", number)),
        "contact-technical-missing": sp(without(_contact("technical", the_sp))),
        "contact-administrative-missing": sp(
            without(_contact("administrative", the_sp))
        ),
        "contact-support-missing": sp(without(_contact("support", the_sp))),
        "contact-support-missing-idp": idp(without(support)),
        "contact-security-missing": sp(without(security)),
        "sirtfi-without-contact": idp(without(security)),
        "contact-security-name": sp(
            without("<md:GivenName>Incident team</md:GivenName>")
        ),
        "contact-security-type": sp(
            (_SECURITY_TYPE, _SECURITY_TYPE.replace("other", "support"))
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
    attributes = _sp_part("<mdattr:EntityAttributes>", "</mdattr:EntityAttributes>")
    wanted = _sp_part(
        '<saml:Attribute Name="urn:oasis:names:tc:SAML:profiles', "</saml:Attribute>"
    )
    supported = _idp_part(
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
        "signature-service-unsigned": _case(
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
    services = _sp_part(
        "<md:AttributeConsumingService ", "</md:AttributeConsumingService>"
    )
    wish = _sp_part('<md:RequestedAttribute Name="urn:oid:2.5.4.42"', "/>")
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
        "requested-unknown": sp(_requested(names.SAMBI + "healthCareProviderID")),
        "requested-format": sp(
            (wish, wish.replace(f'NameFormat="{names.ATTRNAME_URI}"', ""))
        ),
        "requested-repeated": sp((wish, wish + wish)),
        "requested-families": sp(_requested(names.SAMBI_MAIL)),
        "requested-many-required": sp((wish, "".join(many))),
        "requested-commission": sp(_requested(names.SAMBI + "commissionHsaId")),
        "requested-personal-number": sp(_requested("urn:oid:1.2.752.29.4.13")),
        "idp-attributes": idp(before("</md:IDPSSODescriptor>", declared)),
        "registration-missing": Case(
            grouped(registered).encode(), grouped(exemplary_sp()).encode()
        ),
        "registration-authority-missing": _case(
            registered, without(' registrationAuthority="http://www.swamid.se/"')
        ),
        "registration-instant": _case(registered, ("2020-01-01T", "2030-01-01T")),
    }


def all_cases() -> dict[str, Case]:
    """Give every case by the code of its rule."""
    parts = (
        reading_cases(),
        structure_cases(),
        identity_cases(),
        validity_cases(),
        signature_cases(),
        key_cases(),
        algorithm_cases(),
        endpoint_cases(),
        display_cases(),
        language_cases(),
        organisation_cases(),
        attribute_cases(),
        requested_cases(),
    )
    return {code: case for part in parts for code, case in part.items()}
