"""A signature that verifies but could have been forged, or covers too little."""

from urllib.parse import quote_plus

import pytest
import xmlsec
from lxml import etree

from idp_bridge.errors import BadSignatureError, WeakAlgorithmError
from idp_bridge.saml.bindings import decode_redirect
from metadata import names, safe_xml
from tests.support.keys import KeyPair, ec_key, rsa_key, weak_ec_key
from tests.support.saml.requests import (
    authn_request,
    signed_query,
    signed_raw,
    unsigned_query,
)
from tests.support.saml.responses import assertion, good, response
from tests.support.saml.signing import (
    DS,
    Change,
    hmac_key,
    signed_oddly,
    text_of,
    xml_key,
)
from tests.support.saml.world import (
    expected_with_keys,
    idp_key,
    take_request,
    take_response,
)


def test_the_usual_way_of_signing_passes() -> None:
    take_response(response(signed_oddly(assertion())))


@pytest.mark.parametrize("algorithm", ["RsaSha256", "RsaSha384", "RsaSha512"])
@pytest.mark.parametrize("digest", ["Sha256", "Sha384", "Sha512"])
def test_strong_algorithms_pass(algorithm: str, digest: str) -> None:
    odd = signed_oddly(assertion(), algorithm=algorithm, digest=digest)
    take_response(response(odd))


@pytest.mark.parametrize("algorithm", ["EcdsaSha256", "EcdsaSha384", "EcdsaSha512"])
def test_elliptic_keys_pass(algorithm: str) -> None:
    pair = ec_key("elliptic idp")
    odd = signed_oddly(assertion(), key=xml_key(pair), algorithm=algorithm)
    take_response(response(odd), expected_with_keys(pair.public))
    with pytest.raises(BadSignatureError):
        take_response(response(odd), expected_with_keys(ec_key("stranger").public))


def test_an_elliptic_signature_with_a_weak_digest_is_refused() -> None:
    pair = ec_key("elliptic idp")
    odd = signed_oddly(assertion(), key=xml_key(pair), algorithm="EcdsaSha1")
    with pytest.raises(WeakAlgorithmError):
        take_response(response(odd), expected_with_keys(pair.public))


@pytest.mark.parametrize(
    "changes",
    [
        {"algorithm": "RsaSha1"},
        {"algorithm": "RsaMd5"},
        {"algorithm": "RsaRipemd160"},
        {"algorithm": "RsaSha224"},
        {"digest": "Sha1"},
        {"digest": "Md5"},
        {"digest": "Ripemd160"},
        {"digest": "Sha224"},
    ],
    ids=lambda changes: next(iter(changes.values())),
)
def test_a_weak_algorithm_is_refused(changes: dict[str, str]) -> None:
    odd = signed_oddly(assertion(), **changes)  # type: ignore[arg-type]
    with pytest.raises(WeakAlgorithmError):
        take_response(response(odd))


@pytest.mark.parametrize("algorithm", ["dsa-sha1", "dsa-sha256", "ecdsa-sha1", ""])
def test_an_algorithm_is_refused_by_its_name(algorithm: str) -> None:
    odd = signed_oddly(assertion()).replace(
        names.SIGNATURE_RSA_SHA256, f"{names.NS_DS}{algorithm}"
    )
    with pytest.raises(WeakAlgorithmError):
        take_response(response(odd))


@pytest.mark.parametrize("algorithm", ["HmacSha1", "HmacSha256", "HmacSha512"])
def test_a_shared_secret_is_no_signature(algorithm: str) -> None:
    """The public key as the secret is what confused verifiers accept."""
    secret = hmac_key(idp_key().certificate_pem)
    odd = signed_oddly(assertion(), key=secret, algorithm=algorithm)
    with pytest.raises(WeakAlgorithmError):
        take_response(response(odd))


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [(rsa_key("weak", 1024), "RsaSha256"), (weak_ec_key(), "EcdsaSha256")],
)
def test_a_weak_key_is_not_believed_though_the_metadata_has_it(
    key: KeyPair, algorithm: str
) -> None:
    message = response(signed_oddly(assertion(), key=xml_key(key), algorithm=algorithm))
    with pytest.raises(BadSignatureError):
        take_response(message, expected_with_keys(key.public))


def test_a_weak_key_beside_a_strong_one_does_no_harm() -> None:
    weak = rsa_key("weak", 1024)
    both = expected_with_keys(weak.public, idp_key().public)
    take_response(good(), both)
    with pytest.raises(BadSignatureError):
        take_response(response(signed_oddly(assertion(), key=xml_key(weak))), both)


# --- what a signature covers ----------------------------------------------------------


def two_references(template: etree._Element) -> None:
    reference = xmlsec.template.add_reference(
        template, xmlsec.constants.TransformSha256, uri="#_assertion-1"
    )
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
    xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)


def an_object(template: etree._Element) -> None:
    etree.SubElement(template, DS + "Object").text = "anything"


def a_manifest(template: etree._Element) -> None:
    etree.SubElement(etree.SubElement(template, DS + "Object"), DS + "Manifest")


def parameters_on_the_enveloped_transform(template: etree._Element) -> None:
    transform = next(template.iter(DS + "Transform"))
    etree.SubElement(transform, "{urn:x}parameter")


def a_truncated_output(template: etree._Element) -> None:
    method = next(template.iter(DS + "SignatureMethod"))
    etree.SubElement(method, DS + "HMACOutputLength").text = "8"


def two_prefix_lists(template: etree._Element) -> None:
    transform = list(template.iter(DS + "Transform"))[1]
    for _ in range(2):
        name = f"{{{names.C14N_EXCLUSIVE}}}InclusiveNamespaces"
        etree.SubElement(transform, name, PrefixList="xsd")


def inera_prefixes(template: etree._Element) -> None:
    transform = list(template.iter(DS + "Transform"))[1]
    name = f"{{{names.C14N_EXCLUSIVE}}}InclusiveNamespaces"
    etree.SubElement(transform, name, PrefixList="xsd")


def test_inclusive_prefixes_as_inera_has_them_pass() -> None:
    take_response(response(signed_oddly(assertion(), change=inera_prefixes)))


@pytest.mark.parametrize("change", [two_references, an_object, a_manifest])
def test_a_signature_that_says_more_is_refused(change: Change) -> None:
    with pytest.raises(BadSignatureError):
        take_response(response(signed_oddly(assertion(), change=change)))


@pytest.mark.parametrize(
    "change",
    [parameters_on_the_enveloped_transform, a_truncated_output, two_prefix_lists],
)
def test_parameters_of_algorithms_are_refused(change: Change) -> None:
    """Put in afterwards: libxmlsec itself does not sign so."""
    root = safe_xml.parse(signed_oddly(assertion()).encode())
    change(root)
    with pytest.raises(BadSignatureError):
        take_response(response(text_of(root)))


@pytest.mark.parametrize(
    "transforms",
    [
        (),
        ("ExclC14N",),
        ("Enveloped", "Enveloped"),
        ("Enveloped", "ExclC14N", "ExclC14N"),
        ("Enveloped", "InclC14N"),
        ("Enveloped", "InclC14NWithComments"),
        ("Enveloped", "ExclC14NWithComments"),
    ],
    ids=", ".join,
)
def test_other_transforms_are_refused(transforms: tuple[str, ...]) -> None:
    with pytest.raises(BadSignatureError):
        take_response(response(signed_oddly(assertion(), transforms=transforms)))


@pytest.mark.parametrize(
    "transform",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "",
    ],
)
def test_a_transform_that_runs_something_is_refused_unrun(transform: str) -> None:
    algorithm = f'<ds:Transform Algorithm="{names.TRANSFORM_ENVELOPED}"/>'
    assert algorithm in good()
    with pytest.raises(BadSignatureError):
        take_response(
            good().replace(algorithm, f'<ds:Transform Algorithm="{transform}"/>')
        )


def test_only_the_enveloped_transform_is_enough() -> None:
    """SAML core 5.4.4 allows it; canonicalisation is then the inclusive one."""
    take_response(signed_oddly(response(assertion()), transforms=("Enveloped",)))


@pytest.mark.parametrize("uri", ["", "#xpointer(/)", "#xpointer(id('_assertion-1'))"])
def test_a_reference_names_its_element_by_id(uri: str) -> None:
    take_response(response(signed_oddly(assertion(), uri="#_assertion-1")))
    with pytest.raises(BadSignatureError):
        take_response(response(signed_oddly(assertion(), uri=uri)))


def test_a_reference_to_the_outside_is_never_followed() -> None:
    for uri in ("http://127.0.0.1:9/x", "file:///etc/hostname"):
        with pytest.raises(BadSignatureError):
            take_response(good().replace('URI="#_assertion-1"', f'URI="{uri}"'))


def test_inclusive_canonicalisation_of_the_signature_itself_is_refused() -> None:
    with pytest.raises(BadSignatureError):
        take_response(response(signed_oddly(assertion(), c14n="InclC14N")))


# --- requests -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "algorithm",
    [
        f"{names.NS_DS}rsa-sha1",
        f"{names.NS_DS}dsa-sha1",
        f"{names.NS_DS}hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "none",
        "",
    ],
)
def test_a_weak_algorithm_of_a_query_string_is_refused(algorithm: str) -> None:
    query = unsigned_query(authn_request())
    weak = signed_raw(query + b"&SigAlg=" + quote_plus(algorithm).encode())
    take_request(decode_redirect(signed_query()))
    with pytest.raises(WeakAlgorithmError):
        take_request(decode_redirect(weak))


@pytest.mark.parametrize(
    "algorithm", [names.SIGNATURE_ECDSA_SHA256, names.SIGNATURE_RSA_SHA512]
)
def test_a_query_string_was_signed_by_the_algorithm_it_names(algorithm: str) -> None:
    query = unsigned_query(authn_request())
    wrong = signed_raw(query + b"&SigAlg=" + quote_plus(algorithm).encode())
    with pytest.raises(BadSignatureError):
        take_request(decode_redirect(wrong))
