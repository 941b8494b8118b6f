"""A message is signed properly, but by somebody else."""

import pytest

from idp_bridge.errors import BadSignatureError
from tests.support.keys import KeyPair, ec_key, rsa_key
from tests.support.saml.requests import (
    posted,
    redirected,
    signed_request,
)
from tests.support.saml.responses import assertion, good, response
from tests.support.saml.signing import (
    certificate_into_key_info,
    signed,
    without_signature,
)
from tests.support.saml.world import (
    OTHER_IDP,
    expected,
    expected_with_keys,
    identity_provider,
    idp_key,
    service_provider,
    sp_key,
    take_request,
    take_response,
)

STRANGERS = {
    "a stranger": rsa_key("stranger"),
    "an e-tjanst": sp_key(),
    "another identity provider": rsa_key("other idp"),
    "ourselves": rsa_key("our signing"),
    "somebody with another kind of key": ec_key("stranger"),
}


@pytest.mark.parametrize("who", STRANGERS)
def test_a_key_in_the_message_proves_nothing(who: str) -> None:
    take_response(response(signed(assertion(), by=idp_key())))
    with pytest.raises(BadSignatureError):
        take_response(response(signed(assertion(), by=STRANGERS[who])))
    with pytest.raises(BadSignatureError):
        take_response(signed(response(assertion()), by=STRANGERS[who]))


def test_the_key_in_the_message_is_not_even_looked_at() -> None:
    """KeyInfo is not signed: a foreign certificate there changes nothing."""
    relabelled = certificate_into_key_info(good(), rsa_key("stranger"))
    assert relabelled != good()
    assert take_response(relabelled) == take_response(good())


def test_a_foreign_signature_with_the_right_certificate_is_refused() -> None:
    foreign = response(signed(assertion(), by=rsa_key("stranger")))
    with pytest.raises(BadSignatureError):
        take_response(certificate_into_key_info(foreign, idp_key()))


def test_a_key_of_another_identity_provider_counts_only_there() -> None:
    other = rsa_key("other idp")
    theirs = response(signed(assertion(issuer=OTHER_IDP), by=other), issuer=OTHER_IDP)
    them = identity_provider(entity_id=OTHER_IDP, signing_keys=(other.public,))
    take_response(theirs, expected(idp=them))
    with pytest.raises(BadSignatureError):
        take_response(response(signed(assertion(), by=other)))


def test_every_key_in_the_metadata_counts_during_a_rollover() -> None:
    next_key = rsa_key("next idp")
    both = expected_with_keys(idp_key().public, next_key.public)
    for key in (idp_key(), next_key):
        take_response(response(signed(assertion(), by=key)), both)
    with pytest.raises(BadSignatureError):
        take_response(good(), expected_with_keys(next_key.public))


def test_an_identity_provider_without_keys_is_never_believed() -> None:
    with pytest.raises(BadSignatureError):
        take_response(good(), expected_with_keys())


def test_a_key_on_an_elliptic_curve_is_as_good() -> None:
    key = ec_key("idp")
    message = response(signed(assertion(), by=key))
    take_response(message, expected_with_keys(key.public))
    with pytest.raises(BadSignatureError):
        take_response(message, expected_with_keys(ec_key("another").public))


def test_the_signature_of_one_layer_does_not_help_the_other() -> None:
    """A true Response around an assertion that a stranger signed."""
    foreign = signed(assertion(), by=rsa_key("stranger"))
    take_response(signed(response(without_signature(foreign))))
    with pytest.raises(BadSignatureError):
        take_response(signed(response(foreign)))
    with pytest.raises(BadSignatureError):
        take_response(signed(good(), by=rsa_key("stranger")))


# --- requests -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [rsa_key("stranger"), idp_key(), rsa_key("other sp"), ec_key("stranger")],
    ids=["a stranger", "the identity provider", "another SP", "another kind of key"],
)
def test_a_request_counts_only_with_a_key_of_its_sender(key: KeyPair) -> None:
    take_request(posted(signed_request(by=sp_key())))
    take_request(redirected(by=sp_key()))
    with pytest.raises(BadSignatureError):
        take_request(posted(signed_request(by=key)))
    with pytest.raises(BadSignatureError):
        take_request(redirected(by=key))


def test_a_request_may_be_signed_on_an_elliptic_curve() -> None:
    key = ec_key("sp")
    sp = service_provider(signing_keys=(key.public,))
    take_request(posted(signed_request(by=key)), sp=sp)
    take_request(redirected(by=key), sp=sp)
