from dataclasses import replace

import pytest

from idp_bridge.errors import UnavailableIdpError
from idp_bridge.saml import gate, upstream_request
from idp_bridge.saml.bindings import decode_redirect
from idp_bridge.saml.upstream_request import UpstreamQuestion, new_id
from metadata import names, signatures
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.saml.logins import sent_xml
from tests.support.saml.world import ACS, OUR_SP, REQUEST_ID, identity_provider

KEY = rsa_key("our signing")
QUESTION = UpstreamQuestion(
    request_id=REQUEST_ID,
    idp=identity_provider(),
    binding=names.BINDING_REDIRECT,
    our_entity_id=OUR_SP,
    acs_url=ACS,
    issued=NOW,
    levels=(names.LOA_SAMBI_3, names.LOA_SAMBI_2),
    force_authn=True,
    is_passive=False,
    proxy_count=2,
    attribute_index=1,
)


def test_a_question_says_what_inera_understands() -> None:
    xml = sent_xml(upstream_request.make(QUESTION, KEY.signing))
    assert dict(xml.attrib) == {
        "ID": REQUEST_ID,
        "Version": "2.0",
        "IssueInstant": "2026-11-23T12:00:00.000Z",
        "Destination": "https://idp.example.se/saml/sso/HTTP-Redirect",
        "ForceAuthn": "true",
        "AssertionConsumerServiceURL": ACS,
        "ProtocolBinding": names.BINDING_POST,
        "AttributeConsumingServiceIndex": "1",
    }
    assert xml.findtext("{*}Issuer") == OUR_SP
    context = xml.find("{*}RequestedAuthnContext")
    assert context.get("Comparison") == "exact"
    assert [each.text for each in context] == [names.LOA_SAMBI_3, names.LOA_SAMBI_2]
    assert xml.find("{*}Scoping").get("ProxyCount") == "2"


def test_for_whom_we_ask_is_told_only_when_it_is_wanted() -> None:
    silent = sent_xml(upstream_request.make(QUESTION, KEY.signing))
    assert silent.findall("{*}Scoping/{*}RequesterID") == []
    asked_for = ("https://before.example.se", "https://etjanst.example.se")
    question = replace(QUESTION, proxy_count=None, requester_ids=asked_for)
    told = sent_xml(upstream_request.make(question, KEY.signing))
    found = told.findall("{*}Scoping/{*}RequesterID")
    assert tuple(each.text for each in found) == asked_for
    assert "ProxyCount" not in told.find("{*}Scoping").attrib


def test_a_redirect_is_signed_as_a_query() -> None:
    outbound = upstream_request.make(QUESTION, KEY.signing)
    assert outbound.fields == ()
    message = decode_redirect(outbound.url.partition("?")[2].encode())
    gate.check_detached_signature(message, [KEY.public])
    assert not gate.is_signed(sent_xml(outbound))


def test_a_post_is_signed_as_xml() -> None:
    wanted = replace(QUESTION, binding=names.BINDING_POST)
    outbound = upstream_request.make(wanted, KEY.signing)
    assert outbound.url == "https://idp.example.se/saml/sso/HTTP-POST"
    assert [name for name, _ in outbound.fields] == ["SAMLRequest"]
    assert signatures.verify_enveloped(sent_xml(outbound), [KEY.public])


def test_another_binding_is_used_when_the_wanted_one_is_missing() -> None:
    redirect, post = identity_provider().sso_endpoints
    only_post = replace(QUESTION, idp=identity_provider(sso_endpoints=(post,)))
    assert upstream_request.make(only_post, KEY.signing).url == post.location
    only_redirect = replace(
        QUESTION,
        idp=identity_provider(sso_endpoints=(redirect,)),
        binding=names.BINDING_POST,
    )
    assert upstream_request.make(only_redirect, KEY.signing).fields == ()


def test_an_identity_provider_without_an_address_is_unavailable() -> None:
    nowhere = replace(QUESTION, idp=identity_provider(sso_endpoints=()))
    with pytest.raises(UnavailableIdpError):
        upstream_request.make(nowhere, KEY.signing)


def test_what_nobody_asked_for_is_left_out() -> None:
    quiet = replace(
        QUESTION, levels=(), proxy_count=None, attribute_index=None, is_passive=True
    )
    xml = sent_xml(upstream_request.make(quiet, KEY.signing))
    assert xml.get("IsPassive") == "true"
    assert [child.tag.split("}")[1] for child in xml] == ["Issuer"]
    assert "AttributeConsumingServiceIndex" not in xml.attrib


def test_ids_are_random_names() -> None:
    ids = {new_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(each.startswith("_") and len(each) == 41 for each in ids)
