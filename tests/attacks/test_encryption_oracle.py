"""Somebody changes what is encrypted and watches how we answer."""

from collections.abc import Callable

import pytest

from idp_bridge.errors import BadSignatureError, DecryptionError
from metadata import names
from tests.support.keys import rsa_key
from tests.support.saml.encrypting import (
    damaged,
    encrypted,
    encrypted_to_several,
    relabelled,
    without,
)
from tests.support.saml.responses import ASSERTION_ID, assertion, response
from tests.support.saml.signing import signed
from tests.support.saml.world import take_response

TRUE = signed(assertion())


@pytest.mark.parametrize("cipher", ["Aes128Gcm", "Aes192Gcm", "Aes256Gcm"])
def test_authenticated_encryption_passes(cipher: str) -> None:
    assert take_response(response(encrypted(TRUE, cipher=cipher))).id == ASSERTION_ID


FAILURES: dict[str, Callable[[], str]] = {
    "the tag": lambda: damaged(encrypted(TRUE), part="EncryptedData"),
    "the content": lambda: damaged(encrypted(TRUE), part="EncryptedData", byte=40),
    "the nonce": lambda: damaged(encrypted(TRUE), part="EncryptedData", byte=0),
    "the key": lambda: damaged(encrypted(TRUE), part="EncryptedKey"),
    "the start of the key": lambda: damaged(
        encrypted(TRUE), part="EncryptedKey", byte=1
    ),
    "another recipient": lambda: encrypted(TRUE, to=rsa_key("stranger")),
    "another cipher": lambda: relabelled(
        encrypted(TRUE, cipher="Aes256Gcm"), cipher=names.ENCRYPTION_AES128_GCM
    ),
}


def test_every_failure_looks_alike() -> None:
    """Nobody learns whether the key, the padding or the content was wrong."""
    take_response(response(encrypted(TRUE)))
    seen = set()
    for failure in FAILURES.values():
        for message in (response(failure()), signed(response(failure()))):
            with pytest.raises(DecryptionError) as refusal:
                take_response(message)
            seen.add((type(refusal.value), str(refusal.value), refusal.value.code))
    assert len(seen) == 1


@pytest.mark.parametrize("cipher", ["Aes128Cbc", "Aes192Cbc", "Aes256Cbc"])
def test_unauthenticated_encryption_needs_a_signature_around_it(cipher: str) -> None:
    """Then nobody but the sender could have changed it."""
    content = encrypted(TRUE, cipher=cipher)
    take_response(signed(response(content)))
    with pytest.raises(DecryptionError):
        take_response(response(content))


def test_the_signature_is_verified_before_anything_is_decrypted() -> None:
    """A padding oracle would otherwise answer whoever has no key."""
    content = encrypted(TRUE, cipher="Aes256Cbc")
    outside = signed(response(content), by=rsa_key("stranger"))
    changed = damaged(content, part="EncryptedData", byte=-17)
    tampered = signed(response(content)).replace(inside(content), inside(changed))
    for message in (outside, tampered):
        with pytest.raises(BadSignatureError):
            take_response(message)


def inside(content: str) -> str:
    """Cut the encrypted content out of its elements."""
    start = content.rindex("CipherValue>", 0, content.rindex("</xenc:CipherValue"))
    return content[start : content.rindex("</xenc:CipherValue")]


def test_authenticated_content_is_not_read_as_unauthenticated() -> None:
    claimed = relabelled(encrypted(TRUE), cipher=names.ENCRYPTION_AES256_CBC)
    for message in (response(claimed), signed(response(claimed))):
        with pytest.raises(DecryptionError):
            take_response(message)


def test_only_oaep_transports_a_key() -> None:
    """PKCS #1 version 1.5 tells too much about wrong padding."""
    take_response(signed(response(encrypted(TRUE, transport="RsaOaep"))))
    old = encrypted(TRUE, transport="RsaPkcs1")
    for message in (response(old), signed(response(old))):
        with pytest.raises(DecryptionError):
            take_response(message)


@pytest.mark.parametrize("digest", [None, names.DIGEST_SHA1, names.DIGEST_SHA256])
def test_a_digest_that_we_declare_may_be_used_inside(digest: str | None) -> None:
    take_response(response(encrypted(TRUE, digest=digest)))


@pytest.mark.parametrize(
    "digest", [names.DIGEST_SHA384, names.DIGEST_SHA512, f"{names.NS_XENC}ripemd160"]
)
def test_a_digest_that_we_do_not_declare_is_refused(digest: str) -> None:
    with pytest.raises(DecryptionError):
        take_response(signed(response(encrypted(TRUE, digest=digest))))


@pytest.mark.parametrize("cipher", [f"{names.NS_XENC}tripledes-cbc", ""])
def test_other_ciphers_are_refused(cipher: str) -> None:
    claimed = relabelled(encrypted(TRUE), cipher=cipher)
    with pytest.raises(DecryptionError):
        take_response(signed(response(claimed)))


def test_one_of_several_recipients_may_be_us() -> None:
    strangers = [rsa_key("stranger"), rsa_key("other sp"), rsa_key("other idp")]
    take_response(response(encrypted_to_several(TRUE, *strangers)))
    with pytest.raises(DecryptionError):
        take_response(response(encrypted_to_several(TRUE, *strangers, rsa_key("sp"))))


@pytest.mark.parametrize("part", ["EncryptedKey", "EncryptedData", "CipherValue"])
def test_parts_that_are_missing_are_a_failure_like_any_other(part: str) -> None:
    with pytest.raises(DecryptionError):
        take_response(response(without(encrypted(TRUE), part)))


def test_a_reference_to_content_elsewhere_is_not_followed() -> None:
    content = encrypted(TRUE)
    value = content[content.rindex("<xenc:CipherValue>") :]
    value = value[: value.index("</xenc:CipherData>")]
    reference = '<xenc:CipherReference URI="file:///etc/hostname"/>'
    assert value in content
    with pytest.raises(DecryptionError):
        take_response(response(content.replace(value, reference)))


def test_decrypting_is_not_believing() -> None:
    """Anybody can encrypt to us."""
    take_response(response(encrypted(TRUE)))
    with pytest.raises(BadSignatureError):
        take_response(response(encrypted(assertion())))
    with pytest.raises(BadSignatureError):
        take_response(response(encrypted(signed(assertion(), by=rsa_key("stranger")))))
