"""A request that wants its answer somewhere else."""

from dataclasses import replace
from pathlib import Path

import pytest

from idp_bridge.errors import UnknownAcsError
from metadata import names
from metadata.entities import Endpoint
from tests.support.saml.logins import make_bridge
from tests.support.saml.requests import authn_request, posted, signed_request
from tests.support.saml.world import SP, SP_ACS, service_provider, take_request

SECOND_ACS = "https://melker.example.se/acs2"


def chosen(**attributes: str | None) -> str:
    return take_request(posted(authn_request(**attributes))).request.acs_url  # type: ignore[arg-type]


def test_an_address_of_the_metadata_is_fine() -> None:
    assert chosen(acs_url=SP_ACS) == SP_ACS
    assert chosen(acs_url=SECOND_ACS, ProtocolBinding=names.BINDING_POST) == SECOND_ACS


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/acs",
        "https://melker.example.se.evil.example/acs",
        "https://melker.example.se@evil.example/acs",
        "https://evil.example/?https://melker.example.se/acs",
        f"{SP_ACS}/",
        f"{SP_ACS}?x",
        f"{SP_ACS}#x",
        f" {SP_ACS}",
        SP_ACS.upper(),
        SP_ACS.replace("https", "http"),
        SP_ACS.replace("/acs", "/../acs"),
        SP_ACS.replace("/acs", "//acs"),
        SP_ACS.replace("/acs", "/%61cs"),
        SP_ACS.replace("melker", "m\u0435lker"),
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "https://ersattning.example.se/acs",
        "",
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    with pytest.raises(UnknownAcsError):
        chosen(acs_url=address)


def test_a_signature_does_not_make_an_address_known() -> None:
    evil = signed_request(authn_request(acs_url="https://evil.example/acs"))
    take_request(posted(signed_request()))
    with pytest.raises(UnknownAcsError):
        take_request(posted(evil))


def test_an_index_of_the_metadata_is_fine() -> None:
    assert chosen(acs_url=None, AssertionConsumerServiceIndex="2") == SECOND_ACS


@pytest.mark.parametrize("index", ["4", "-1", "01", " 1", "1 ", "x", "", "9" * 9])
def test_any_other_index_is_refused(index: str) -> None:
    with pytest.raises(UnknownAcsError):
        chosen(acs_url=None, AssertionConsumerServiceIndex=index)


def test_an_address_without_an_index_has_no_number() -> None:
    bare = Endpoint(binding=names.BINDING_POST, location=SP_ACS)
    sp = service_provider(acs_endpoints=(bare,))
    take_request(posted(authn_request(acs_url=None)), sp=sp)
    for index in ("None", "0"):
        xml = authn_request(acs_url=None, AssertionConsumerServiceIndex=index)
        with pytest.raises(UnknownAcsError):
            take_request(posted(xml), sp=sp)


def test_an_index_and_an_address_exclude_each_other() -> None:
    """Core 3.4.1: the index is mutually exclusive with the others."""
    with pytest.raises(UnknownAcsError):
        chosen(acs_url=SP_ACS, AssertionConsumerServiceIndex="1")
    with pytest.raises(UnknownAcsError):
        chosen(
            acs_url=None,
            AssertionConsumerServiceIndex="1",
            ProtocolBinding=names.BINDING_POST,
        )


def test_the_default_address_is_used_when_none_is_named() -> None:
    assert chosen(acs_url=None) == SP_ACS
    first, second, _ = service_provider().acs_endpoints
    marked = service_provider(acs_endpoints=(first, replace(second, is_default=True)))
    accepted = take_request(posted(authn_request(acs_url=None)), sp=marked)
    assert accepted.request.acs_url == SECOND_ACS


@pytest.mark.parametrize(
    "binding",
    [
        names.BINDING_REDIRECT,
        "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact",
        names.BINDING_SOAP,
        "",
    ],
)
def test_the_answer_goes_by_post(binding: str) -> None:
    assert chosen(acs_url=None, ProtocolBinding=names.BINDING_POST) == SP_ACS
    with pytest.raises(UnknownAcsError):
        chosen(acs_url=None, ProtocolBinding=binding)


def test_an_address_for_another_binding_is_refused() -> None:
    with pytest.raises(UnknownAcsError):
        chosen(acs_url="https://melker.example.se/artifact")
    with pytest.raises(UnknownAcsError):
        chosen(acs_url=None, AssertionConsumerServiceIndex="3")


def test_an_sp_without_an_address_gets_no_answer() -> None:
    with pytest.raises(UnknownAcsError):
        take_request(
            posted(authn_request(acs_url=None)), sp=service_provider(acs_endpoints=())
        )


def test_an_address_that_leaves_the_metadata_gets_no_answer(tmp_path: Path) -> None:
    """Between the request and the answer somebody may have removed it."""
    bridge = make_bridge(tmp_path)
    asked = bridge.ask()
    known = bridge.parties.sps[SP]
    bridge.parties.sps[SP] = replace(known, acs_endpoints=known.acs_endpoints[1:])
    with pytest.raises(UnknownAcsError):
        bridge.finish(asked)
    bridge.parties.sps[SP] = known
    honest = bridge.ask(posted(authn_request(id="_2")))
    assert bridge.finish(honest).acs_url == SP_ACS
