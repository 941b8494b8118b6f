"""What breaks the rules about form, keys and addresses, and what does not?"""

from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import dsa

from metadata import names
from tests.support.keys import rsa_key
from tests.support.lint_changes import (
    ACS2,
    ACS_QUERY,
    KEY_VALUE,
    SIGNED_BY_KEY,
    SSO_POST,
    SSO_REDIRECT,
    VALIDITY,
    Case,
    Change,
    before,
    changed,
    idp,
    idp_part,
    signed_with,
    sp,
    sp_part,
    without,
    x509,
)
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


def reading_cases() -> dict[str, Case]:
    """Break what reading itself looks at."""
    good = exemplary_sp()
    return {
        "document-too-large": Case(good.encode(), b" " * (200 * 1024 * 1024 + 1)),
        "doctype": changed(good, before("<md:EntityDescriptor", "<!DOCTYPE a>")),
        "encoding": Case(
            good.encode(),
            b'<?xml version="1.0" encoding="ISO-8859-1"?>' + good.encode("latin-1"),
        ),
        "xml-broken": changed(good, without("</md:SPSSODescriptor>")),
        "processing-instruction": changed(good, _PI),
        "not-metadata": Case(good.encode(), b"<html/>"),
    }


_PI: Change = ("<md:Organization>", "<?php x?><md:Organization>")


def structure_cases() -> dict[str, Case]:
    """Break the schema."""
    acs = exemplary_sp()
    name_id = sp_part("<md:NameIDFormat>", "</md:NameIDFormat>")
    in_group = grouped(acs)
    return {
        "element-order": sp(without(name_id), (ACS2, ACS2 + name_id)),
        "element-unknown": sp(
            before("<md:Organization>", "<md:Company>a</md:Company>")
        ),
        "group-content": Case(
            in_group.encode(),
            spoilt(in_group, ("</md:Entities", "<md:Company/></md:Entities")).encode(),
        ),
        "element-missing": sp(
            without(sp_part("<md:OrganizationURL xml:lang", "</md:OrganizationURL>")),
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
    return sp_part('<md:OrganizationURL xml:lang="en"', "</md:OrganizationURL>")


def identity_cases() -> dict[str, Case]:
    """Break what says who an entity is."""
    one = 'entityID="https://sp.example.se/saml"'
    twice = exemplary_sp()
    other = spoilt(twice, (one, 'entityID="https://other.example.se"'))
    unlike = spoilt(other, ('ID="_signed"', 'ID="_other"'))
    role = idp_part("<md:IDPSSODescriptor", "</md:IDPSSODescriptor>")
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
        "attribute-authority-beside-idp": idp(before("<md:Organization>", ACS_QUERY)),
    }


def validity_cases() -> dict[str, Case]:
    """Break what says how long a document holds."""
    in_group = grouped(exemplary_sp())

    def group(old: str, new: str) -> Case:
        return Case(in_group.encode(), spoilt(in_group, (old, new)).encode())

    return {
        "valid-until-missing": sp(without(VALIDITY)),
        "valid-until-unreadable": group(
            "EntitiesDescriptor x", 'EntitiesDescriptor validUntil="soon" x'
        ),
        "entity-valid-until-unreadable": sp((VALIDITY, 'validUntil="soon"')),
        "valid-until-passed": group(
            "EntitiesDescriptor x",
            'EntitiesDescriptor validUntil="2026-01-01T00:00:00Z" x',
        ),
        "entity-valid-until-passed": sp(
            (VALIDITY, 'validUntil="2026-01-01T00:00:00Z"')
        ),
        "valid-until-far": sp((VALIDITY, 'validUntil="2028-01-01T00:00:00Z"')),
        "valid-until-near": sp((VALIDITY, 'validUntil="2026-11-23T13:00:00Z"')),
        "cache-duration-missing": sp(without('cacheDuration="PT1H"')),
        "cache-duration-unreadable": sp(("PT1H", "1 hour")),
        "cache-duration-long": sp(("PT1H", "P30D")),
        "cache-duration-short": sp(("PT1H", "PT1M")),
    }


def signature_cases() -> dict[str, Case]:
    """Break the signature, or what it stands for."""
    signature = sp_part("<ds:Signature>", "</ds:Signature>")
    enveloped = f'<ds:Transform Algorithm="{names.TRANSFORM_ENVELOPED}"/>'
    sha1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"
    return {
        "signature-missing": sp(without(signature)),
        "signature-shape": sp(without(enveloped)),
        "signature-algorithm": sp((names.SIGNATURE_RSA_SHA256, sha1)),
        "signature-invalid": sp(("Incident", "Accident")),
        "signature-unused": sp(before("<mdui:UIInfo>", signature)),
        "signature-key-inside": sp(signed_with(SIGNED_BY_KEY)),
        "no-entities": Case(grouped(exemplary_sp()).encode(), grouped().encode()),
        "root-id-missing": sp(without('ID="_signed"')),
    }


def key_cases() -> dict[str, Case]:
    """Break the keys and their certificates."""
    signing = '<md:KeyDescriptor use="signing">'
    encryption = '<md:KeyDescriptor use="encryption">'
    rsa_2048 = rsa_with(2048)
    sp_key = sp_part(signing, "</md:KeyDescriptor>")
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
        "key-too-short": sp(signed_with(text_of(rsa_key("weak", 1024)))),
        "key-short": sp(signed_with(certificate(rsa_2048))),
        "key-below-recommended": sp(signed_with(certificate(rsa_with(3072)))),
        "key-short-after-2030": sp(
            signed_with(certificate(rsa_2048, end=datetime(2031, 6, 1, tzinfo=UTC)))
        ),
        "key-kind": sp(signed_with(certificate(dsa.generate_private_key(2048)))),
        "key-no-use": sp((signing, "<md:KeyDescriptor>")),
        "key-repeated": sp(before(signing, sp_key)),
        "key-shared": Case(
            grouped(exemplary_sp(), another).encode(),
            grouped(exemplary_sp(), same).encode(),
        ),
        "key-encryption-ec": sp((encryption_certificate(), signing_certificate())),
        "certificate-missing": sp((x509(signing_certificate()), KEY_VALUE)),
        "certificate-unreadable": sp(signed_with("bm8gY2VydGlmaWNhdGU=")),
        "certificate-several": sp(
            (
                x509(signing_certificate()),
                x509(signing_certificate()) + x509(encryption_certificate()),
            )
        ),
        "certificate-expired": sp(_ending(datetime(2026, 6, 1, tzinfo=UTC))),
        "certificate-expires-soon": sp(_ending(datetime(2026, 12, 24, tzinfo=UTC))),
        "certificate-not-yet-valid": sp(
            signed_with(
                certificate(strong_ec(), begin=datetime(2027, 1, 1, tzinfo=UTC))
            )
        ),
        "certificate-weak-signature": sp(signed_with(sha1_certificate())),
        "certificate-not-self-signed": sp(
            signed_with(certificate(strong_ec(), issuer="somebody"))
        ),
    }


def _ending(end: datetime) -> Change:
    return signed_with(certificate(strong_ec(), end=end))


def algorithm_cases() -> dict[str, Case]:
    """Declare algorithms that should not be used."""
    gcm = f'<md:EncryptionMethod Algorithm="{names.ENCRYPTION_AES256_GCM}"/>'
    oaep = f'<md:EncryptionMethod Algorithm="{names.KEY_TRANSPORT_OAEP}"/>'
    rsa15 = names.NS_XENC + "rsa-1_5"
    signing = '<md:KeyDescriptor use="signing">'
    end = "</md:KeyDescriptor>"
    with_method = sp_part(signing, end).replace(end, gcm + end)
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
        "encryption-method-misplaced": sp((sp_part(signing, end), with_method)),
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
        "acs-redirect": sp((ACS2, ACS2.replace(posted, "HTTP-Redirect"))),
        "acs-no-post": sp((posted, "PAOS")),
        "sso-no-redirect": idp(without(SSO_REDIRECT)),
        "sso-no-post": idp(without(SSO_POST)),
        "slo-no-redirect": idp(
            (
                'HTTP-Redirect" Location="https://idp.example.se/slo"',
                'HTTP-POST" Location="https://idp.example.se/slo"',
            )
        ),
        "aa-no-soap": changed(
            spoilt(exemplary_idp(), before("<md:Organization>", ACS_QUERY)),
            (names.BINDING_SOAP, names.BINDING_POST),
        ),
        "index-repeated": sp((' index="1"', ' index="0"')),
        "default-several": sp((' index="1"', ' index="1" isDefault="true"')),
        "default-missing": sp(('index="0" isDefault="true"', 'index="0"')),
    }
