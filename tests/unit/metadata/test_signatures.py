import pytest
from lxml import etree

from metadata import safe_xml, signatures
from metadata.errors import (
    BadSignatureError,
    MissingSignatureError,
    WeakAlgorithmError,
)
from metadata.signatures import SigningKey
from tests.support.keys import KeyPair, ec_key, rsa_key

DOCUMENT = '<e xmlns="urn:x" ID="_1">before<child></child>after</e>'
KEYS = [rsa_key(), rsa_key(bits=3072), ec_key()]


def signed(xml: str = DOCUMENT, by: KeyPair | None = None) -> str:
    root = safe_xml.parse(xml.encode())
    signatures.sign_enveloped(root, (by or rsa_key()).signing)
    return etree.tostring(root, encoding="unicode")


def verify(xml: str, *keys: KeyPair) -> bytes:
    root = safe_xml.parse(xml.encode())
    publics = [key.public for key in keys or (rsa_key(),)]
    return signatures.verify_enveloped(root, publics)


@pytest.mark.parametrize("key", KEYS)
def test_what_was_signed_is_handed_on_without_its_signature(key: KeyPair) -> None:
    assert verify(signed(by=key), key) == DOCUMENT.encode()


def test_text_around_the_signature_is_part_of_what_was_signed() -> None:
    moved = signed().replace("</ds:Signature>", "</ds:Signature>more")
    with pytest.raises(BadSignatureError):
        verify(moved)
    behind = signed('<e ID="_1"><Issuer/> text</e>')
    assert verify(behind) == b'<e ID="_1"><Issuer></Issuer> text</e>'


def test_the_tail_of_a_signature_is_kept_where_it_was() -> None:
    """White space after it was signed, though it belongs to no element."""
    issuer = '<i xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/>'
    issuer = issuer.replace("<i ", "<Issuer ")
    xml = f'<e ID="_1">{issuer}\n  <x/></e>'
    root = safe_xml.parse(signed(xml).encode())
    text = etree.tostring(root, encoding="unicode")
    assert "</ds:Signature>\n" in text or "\n  <ds:Signature" in text
    assert b"\n  <x>" in verify(text)


def test_a_document_without_a_signature_says_so() -> None:
    assert not signatures.has_signature(safe_xml.parse(DOCUMENT.encode()))
    assert signatures.has_signature(safe_xml.parse(signed().encode()))
    with pytest.raises(MissingSignatureError):
        verify(DOCUMENT)


def test_one_of_several_keys_is_enough_and_none_is_not() -> None:
    xml = signed(by=ec_key())
    assert verify(xml, rsa_key(), rsa_key(bits=1024), ec_key())
    with pytest.raises(BadSignatureError):
        verify(xml, rsa_key(), ec_key("another"))
    with pytest.raises(BadSignatureError):
        signatures.verify_enveloped(safe_xml.parse(xml.encode()), [])


def test_an_element_inside_another_is_verified_alone() -> None:
    inner = signed(by=ec_key())
    root = safe_xml.parse(f'<w xmlns:q="urn:q" q:a="1">{inner}</w>'.encode())
    verified = signatures.verify_enveloped(root[0], [ec_key().public])
    assert verified == DOCUMENT.encode()
    with pytest.raises(MissingSignatureError):
        signatures.verify_enveloped(root, [ec_key().public])


@pytest.mark.parametrize("value", ["_1", "_2", " _1 "])
def test_an_xml_id_inside_confuses_nobody(value: str) -> None:
    """It is an ID to the library, whatever we think of it."""
    honest = DOCUMENT.replace("<child>", '<child xml:id="_other">')
    assert verify(signed(honest)) == honest.encode()
    changed = signed().replace("<child/>", f'<child xml:id="{value}"/>')
    assert changed != signed()
    with pytest.raises(BadSignatureError):
        verify(changed)


def test_two_signatures_on_one_element_are_refused() -> None:
    start, end = signed().index("<ds:Signature "), signed().index("</ds:Signature>")
    one = signed()[start : end + len("</ds:Signature>")]
    with pytest.raises(BadSignatureError):
        verify(signed().replace(one, one + one))


def test_an_element_without_an_id_is_never_what_was_signed() -> None:
    with pytest.raises(BadSignatureError):
        verify(signed().replace(' ID="_1"', "").replace("#_1", "#"))


def test_signing_leaves_the_element_readable() -> None:
    root = safe_xml.parse(DOCUMENT.encode())
    signatures.verify_enveloped(safe_xml.parse(signed().encode()), [rsa_key().public])
    assert etree.tostring(root, method="c14n") == DOCUMENT.encode()


# --- detached -------------------------------------------------------------------------


@pytest.mark.parametrize("key", KEYS)
def test_a_detached_signature_is_verified(key: KeyPair) -> None:
    algorithm, value = signatures.sign_detached(b"data", key.signing)
    signatures.verify_detached(
        b"data",
        algorithm=algorithm,
        signature=value,
        keys=[ec_key("x").public, key.public],
    )
    for data, signature in ((b"Data", value), (b"data", value[:-1]), (b"data", b"")):
        with pytest.raises(BadSignatureError):
            signatures.verify_detached(
                data, algorithm=algorithm, signature=signature, keys=[key.public]
            )


def test_a_detached_signature_of_a_weak_key_is_refused() -> None:
    strong = rsa_key()
    algorithm, value = signatures.sign_detached(b"data", strong.signing)
    weak = [rsa_key(bits=1024).public]
    with pytest.raises(BadSignatureError):
        signatures.verify_detached(
            b"data", algorithm=algorithm, signature=value, keys=weak
        )


# --- keys -----------------------------------------------------------------------------


def test_a_key_and_its_certificate_belong_together() -> None:
    one, other = rsa_key(), rsa_key("other")
    key = SigningKey.from_pem(one.private_pem, one.certificate_pem)
    assert key.certificate == one.certificate_der
    with pytest.raises(ValueError, match="does not belong"):
        SigningKey.from_pem(one.private_pem, other.certificate_pem)


def test_we_do_not_sign_with_a_weak_key() -> None:
    weak = rsa_key(bits=1024)
    with pytest.raises(WeakAlgorithmError):
        SigningKey.from_pem(weak.private_pem, weak.certificate_pem)


def test_a_private_key_is_not_shown() -> None:
    assert "private" not in repr(rsa_key().signing)
