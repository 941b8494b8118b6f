"""What does a party say about algorithms, and where may people be sent?"""

import pytest

from metadata import names, safe_xml
from metadata.elements import Reading
from metadata.entities import ANYBODY, KeyTransport, Verifies
from metadata.reader import (
    identity_provider_of,
    read_identity_provider,
    read_service_provider,
)
from tests.support.keys import rsa_key
from tests.support.metadata_documents import (
    IDP,
    SP,
    SSO,
    endpoint,
    entity,
    idp_role,
    inera_like_idp,
    key_descriptor,
    sp_role,
)

SHA1, SHA256, SHA512 = names.DIGEST_SHA1, names.DIGEST_SHA256, names.DIGEST_SHA512
OAEP, OAEP_11 = names.KEY_TRANSPORT_OAEP, names.KEY_TRANSPORT_OAEP_11
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
ACS = endpoint("AssertionConsumerService", "https://sp.example.se/acs")


def said(signing: str, *digests: str) -> str:
    declared = "".join(f'<alg:DigestMethod Algorithm="{each}"/>' for each in digests)
    return (
        f'<md:Extensions xmlns:alg="{names.NS_ALGORITHMS}">{declared}'
        f'<alg:SigningMethod MinKeySize="256" Algorithm="{signing}"/></md:Extensions>'
    )


def verifies(*, of_entity: str = "", of_role: str = "") -> Verifies:
    role = sp_role(of_role + key_descriptor(rsa_key("sp")) + ACS)
    return read_service_provider(entity(SP, of_entity, role).encode()).verifies


def test_what_a_role_can_verify_goes_before_what_the_entity_can() -> None:
    one, other = said(f"{MORE}rsa-sha512", SHA512), said(f"{MORE}ecdsa-sha384")
    both = Verifies(signatures=(f"{MORE}rsa-sha512",), digests=(SHA512,))
    assert verifies(of_entity=one) == verifies(of_role=one) == both
    mixed = verifies(of_entity=one, of_role=other)
    assert mixed == Verifies(signatures=(f"{MORE}ecdsa-sha384",), digests=(SHA512,))
    assert verifies() == ANYBODY


def transports(*methods: str) -> tuple[KeyTransport, ...]:
    key = key_descriptor(rsa_key("sp"), "encryption").replace(
        "</md:KeyDescriptor>", "".join(methods) + "</md:KeyDescriptor>"
    )
    read = read_service_provider(entity(SP, sp_role(key + ACS)).encode())
    return read.encryption_keys[0].transports


def method(algorithm: str, *parts: str) -> str:
    inside = "".join(parts)
    opening = f'<md:EncryptionMethod Algorithm="{algorithm}"'
    return f'{opening} xmlns:x="{names.NS_XENC11}">{inside}</md:EncryptionMethod>'


def digest(algorithm: str) -> str:
    return f'<ds:DigestMethod Algorithm="{algorithm}"/>'


MGF_512 = f'<x:MGF Algorithm="{names.MASK_SHA512}"/>'


@pytest.mark.parametrize(
    ("declared", "read"),
    [
        ([], ()),
        ([method(names.ENCRYPTION_AES128_GCM)], ()),
        ([method(f"{names.NS_XENC}rsa-1_5")], ()),
        ([method(OAEP)], (KeyTransport(),)),
        ([method(OAEP, digest(SHA256))], (KeyTransport(digest=SHA256),)),
        (
            [method(OAEP, digest(SHA256), digest(SHA1))],
            (KeyTransport(digest=SHA256), KeyTransport()),
        ),
        ([method(OAEP, MGF_512)], (KeyTransport(),)),
        (
            [method(OAEP_11, digest(SHA512), MGF_512), method(OAEP)],
            (
                KeyTransport(algorithm=OAEP_11, digest=SHA512, mask=names.MASK_SHA512),
                KeyTransport(),
            ),
        ),
        ([method(OAEP_11)], (KeyTransport(algorithm=OAEP_11),)),
    ],
)
def test_variants_of_oaep_are_read_with_digest_and_mask(
    declared: list[str], read: tuple[KeyTransport, ...]
) -> None:
    assert transports(*declared) == read


def test_inera_says_nothing_of_algorithms_and_wants_an_hsa_id() -> None:
    read = read_identity_provider(inera_like_idp())
    assert read.verifies == ANYBODY
    assert read.requested_principal == (names.SAMBI_HSA_ID,)
    assert read.error_url is None


def error_url(address: str) -> tuple[str | None, tuple[str, ...]]:
    body = key_descriptor(rsa_key("idp"), "signing") + endpoint(
        "SingleSignOnService", SSO
    )
    role = idp_role(body, attributes=f'errorURL="{address}"')
    reading = Reading()
    root = safe_xml.parse(entity(IDP, role).encode())
    return identity_provider_of(root, reading).error_url, reading.warnings


def test_an_error_url_is_read_as_it_stands() -> None:
    address = "https://idp.example.se/error?code=ERRORURL_CODE"
    assert error_url(address) == (address, ())


@pytest.mark.parametrize(
    "address",
    ["http://idp.example.se/", "javascript:alert(1)", "https://a@b.se/", "https:///"],
)
def test_an_error_url_that_is_no_https_address_is_left_out(address: str) -> None:
    found, warnings = error_url(address)
    assert found is None
    assert warnings[0].startswith("errorURL left out")
