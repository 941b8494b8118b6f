import pytest

from metadata import names
from metadata.algorithms import (
    DIGESTS,
    SIGNATURES,
    check_digest,
    check_key,
    check_signature_algorithm,
    public_key,
)
from metadata.entities import PublicKey
from metadata.errors import WeakAlgorithmError
from tests.support.keys import KeyPair, ec_key, rsa_key, weak_ec_key


@pytest.mark.parametrize("key", [rsa_key(), rsa_key(bits=3072), ec_key()])
def test_a_strong_key_is_believed(key: KeyPair) -> None:
    check_key(key.public)
    assert public_key(key.public).key_size >= 256


@pytest.mark.parametrize(
    "certificate",
    [
        rsa_key(bits=1024).certificate_der,
        weak_ec_key().certificate_der,
        rsa_key().certificate_der[:-1],
        b"",
        b"not a certificate",
    ],
    ids=["RSA 1024", "P-192", "cut off", "empty", "text"],
)
def test_a_weak_key_is_not_believed(certificate: bytes) -> None:
    with pytest.raises(WeakAlgorithmError):
        check_key(PublicKey(certificate))


def test_the_lists_of_algorithms_are_short() -> None:
    """A longer list is a decision, not an accident."""
    assert len(SIGNATURES) == 6
    assert len(DIGESTS) == 3
    for algorithm in SIGNATURES:
        check_signature_algorithm(algorithm)
    for digest in DIGESTS:
        check_digest(digest)


@pytest.mark.parametrize(
    "algorithm",
    [f"{names.NS_DS}rsa-sha1", f"{names.NS_DS}hmac-sha1", names.DIGEST_SHA1, ""],
)
def test_everything_else_is_refused(algorithm: str) -> None:
    with pytest.raises(WeakAlgorithmError):
        check_signature_algorithm(algorithm)
    with pytest.raises(WeakAlgorithmError):
        check_digest(algorithm)


def test_every_digest_is_the_one_that_its_name_says() -> None:
    sizes = {name[-3:]: make(b"").digest_size * 8 for name, make in DIGESTS.items()}
    assert sizes == {"256": 256, "384": 384, "512": 512}
