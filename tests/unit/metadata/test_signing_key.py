"""Which private keys do we sign with?"""

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from metadata.signatures import SigningKey, sign_detached, verify_detached
from tests.support.keys import KeyPair, ec_key, rsa_key


def damaged(pair: KeyPair) -> bytes:
    """Write a key with the right primes and wrong exponents."""
    key = load_pem_private_key(pair.private_pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    right = key.private_numbers()
    wrong = rsa.RSAPrivateNumbers(
        p=right.p,
        q=right.q,
        d=right.d - 2,
        dmp1=right.dmp1 - 2,
        dmq1=right.dmq1 - 2,
        iqmp=right.iqmp,
        public_numbers=right.public_numbers,
    )
    return wrong.private_key(unsafe_skip_rsa_key_validation=True).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )


@pytest.mark.parametrize("pair", [rsa_key("pair"), ec_key("pair")])
def test_a_key_signs_what_its_certificate_verifies(pair: KeyPair) -> None:
    key = SigningKey.from_pem(pair.private_pem, pair.certificate_pem)
    algorithm, signature = sign_detached(b"data", key)
    verify_detached(
        b"data", algorithm=algorithm, signature=signature, keys=(pair.public,)
    )


def test_a_key_of_another_certificate_is_refused() -> None:
    with pytest.raises(ValueError, match="belong"):
        SigningKey.from_pem(rsa_key("a").private_pem, rsa_key("b").certificate_pem)


def test_a_damaged_key_of_the_right_certificate_is_refused() -> None:
    pair = rsa_key("a")
    with pytest.raises(ValueError, match="does not sign"):
        SigningKey.from_pem(damaged(pair), pair.certificate_pem)
