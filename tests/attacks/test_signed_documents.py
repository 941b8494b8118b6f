"""A whole document that is signed, and all the ways to make it say something else."""

import pytest
from lxml import etree

from metadata import names, safe_xml
from metadata.elements import drop_comments
from metadata.errors import (
    BadSignatureError,
    MetadataError,
    MissingSignatureError,
    WeakAlgorithmError,
)
from metadata.signatures import sign_enveloped, verify_document
from tests.support.keys import KeyPair, ec_key, rsa_key
from tests.support.metadata_documents import group, idp, signed, sp

SIGNER = rsa_key("federation")
EVIL = "https://evil.example"


def verified(data: bytes, key: KeyPair = SIGNER) -> bytes:
    """Verify a document as a source is, and write what is left to read."""
    root = safe_xml.parse(data, limits=safe_xml.METADATA_LIMITS)
    drop_comments(root)
    verify_document(root, (key.public,))
    return etree.tostring(root, method="c14n", exclusive=True)


def document(*members: str, key: KeyPair = SIGNER) -> bytes:
    return signed(group(*members, xml_id="_doc"), key)


def edited(data: bytes, old: str, new: str) -> bytes:
    assert old.encode() in data
    return data.replace(old.encode(), new.encode(), 1)


@pytest.mark.parametrize("key", [SIGNER, rsa_key("long", 3072), ec_key("federation")])
def test_what_was_signed_is_left_and_nothing_else(key: KeyPair) -> None:
    left = verified(document(idp(), sp(), key=key), key)
    assert b"Signature" not in left
    assert b"IDPSSODescriptor" in left
    with pytest.raises(BadSignatureError):
        verified(document(idp(), sp(), key=key), rsa_key("stranger"))


def test_text_around_the_signature_is_part_of_the_document() -> None:
    data = document(idp())
    verified(data)
    for place in ("</ds:Signature>", "</md:EntityDescriptor>"):
        with pytest.raises(BadSignatureError):
            verified(edited(data, place, f"{place}x"))


def test_comments_change_neither_the_digest_nor_the_text() -> None:
    plain = document(idp(), sp())
    commented = edited(plain, "<md:KeyDescriptor", "<!-- x --><md:KeyDescriptor")
    commented = edited(
        commented, "</ds:X509Certificate>", "<!-- --></ds:X509Certificate>"
    )
    assert verified(commented) == verified(plain)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https://idp.example.se/sso", f"{EVIL}/sso"),
        ("<md:IDPSSODescriptor", "<md:IDPSSODescriptor x='1'"),
        ("</md:EntitiesDescriptor>", f"{sp(EVIL)}</md:EntitiesDescriptor>"),
        ("<md:EntitiesDescriptor ", "<md:EntitiesDescriptor Name='evil' "),
        ('ID="_doc"', 'ID="_other"'),
        ("#_doc", "#_other"),
        ("#_doc", ""),
    ],
)
def test_a_change_anywhere_is_refused(old: str, new: str) -> None:
    good = document(idp())
    verified(good)
    with pytest.raises(BadSignatureError):
        verified(edited(good, old, new))


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (names.DIGEST_SHA256, names.DIGEST_SHA1, WeakAlgorithmError),
        (
            names.SIGNATURE_RSA_SHA256,
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
            WeakAlgorithmError,
        ),
        (
            names.SIGNATURE_RSA_SHA256,
            "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
            WeakAlgorithmError,
        ),
        (names.SIGNATURE_RSA_SHA256, names.SIGNATURE_ECDSA_SHA256, BadSignatureError),
        (names.SIGNATURE_RSA_SHA256, names.SIGNATURE_RSA_SHA512, BadSignatureError),
        (
            names.TRANSFORM_ENVELOPED,
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            BadSignatureError,
        ),
        ("<ds:DigestValue>", "<ds:DigestValue>AAAA", BadSignatureError),
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", BadSignatureError),
        ("</ds:SignedInfo>", "</ds:SignedInfo><ds:Object/>", BadSignatureError),
        ("<ds:KeyInfo>", "<ds:Object/><ds:KeyInfo>", BadSignatureError),
    ],
)
def test_a_weak_or_strange_signature_is_refused(
    old: str, new: str, error: type[MetadataError]
) -> None:
    good = document(idp())
    verified(good)
    with pytest.raises(error):
        verified(edited(good, old, new))


def test_a_digest_of_our_own_is_not_what_the_signer_said() -> None:
    """Whoever changes the document and its digest has not changed the signature."""
    good = document(idp())
    other = signed(group(idp(EVIL), xml_id="_doc"), rsa_key("stranger"))
    digests = [
        safe_xml.parse(data).findtext(f".//{{{names.NS_DS}}}DigestValue") or ""
        for data in (good, other)
    ]
    evil = edited(good, 'entityID="https://idp.example.se/saml"', f'entityID="{EVIL}"')
    with pytest.raises(BadSignatureError, match="digest"):
        verified(evil)
    with pytest.raises(BadSignatureError, match="no key"):
        verified(edited(evil, *digests))


def test_a_signed_document_inside_another_is_not_the_whole() -> None:
    inner = document(idp()).decode()
    verified(inner.encode())
    outer = group(inner, sp(EVIL), xml_id="_outer").encode()
    with pytest.raises(MissingSignatureError):
        verified(outer)
    same_id = group(inner, sp(EVIL), xml_id="_doc").encode()
    with pytest.raises(MissingSignatureError):
        verified(same_id)


def test_a_signature_taken_from_inside_does_not_cover_its_new_parent() -> None:
    root = safe_xml.parse(document(idp()))
    evil = safe_xml.parse(group(sp(EVIL), xml_id="_doc").encode())
    evil.insert(0, root[0])
    evil.append(root)
    with pytest.raises(BadSignatureError, match="digest"):
        verified(etree.tostring(evil))


def test_two_signatures_are_one_too_many() -> None:
    root = safe_xml.parse(document(idp()))
    copied = safe_xml.parse(etree.tostring(root[0]))
    root.insert(1, copied)
    with pytest.raises(BadSignatureError, match="more than one"):
        verified(etree.tostring(root))


def test_the_key_inside_the_signature_is_never_asked() -> None:
    stranger = rsa_key("stranger")
    with pytest.raises(BadSignatureError):
        verified(document(idp(), key=stranger))
    verified(document(idp(), key=stranger), stranger)


def test_prefixes_that_count_in_values_are_part_of_what_was_signed() -> None:
    """An InclusiveNamespaces list that names a prefix of an element further out."""
    root = safe_xml.parse(group(idp(), xml_id="_doc").encode())
    sign_enveloped(root, SIGNER.signing, inclusive_prefixes=("saml", "md"))
    data = etree.tostring(root)
    verified(data)
    assert b"PrefixList" in data
    with pytest.raises(BadSignatureError):
        verified(edited(data, f'xmlns:saml="{names.NS_SAML}"', 'xmlns:saml="urn:x"'))
