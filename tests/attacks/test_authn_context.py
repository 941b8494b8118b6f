"""A login of a lower level than was asked for, or of one that nobody vouches for."""

from pathlib import Path

import pytest

from idp_bridge.errors import AuthnContextError
from metadata import names
from tests.support.saml.logins import (
    SITHS,
    Bridge,
    answer_to,
    issued,
    make_bridge,
)
from tests.support.saml.requests import authn_request, posted, requested_levels
from tests.support.saml.responses import (
    assertion,
    authn,
    good,
    person,
    response,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    IDP,
    OTHER_SP,
    SP,
    expected,
    identity_provider,
    take_response,
)

LOA2, LOA3 = names.LOA_SAMBI_2, names.LOA_SAMBI_3


DECLARED = f"<saml2:AuthnContextDeclRef>{LOA3}</saml2:AuthnContextDeclRef>"


def at(level: str) -> str:
    return response(signed(assertion(statement=authn(level=level))))


def test_a_level_that_was_asked_for_passes() -> None:
    assert take_response(at(LOA3)).authn_context == LOA3
    either = expected(levels=(LOA3, LOA2))
    assert take_response(at(LOA2), either).authn_context == LOA2


@pytest.mark.parametrize(
    "level",
    [
        LOA2,
        "http://id.sambi.se/loa/loa4",
        LOA3 + "/",
        LOA3.upper(),
        names.LOA_UNCERTIFIED_3,
        "urn:oasis:names:tc:SAML:2.0:ac:classes:TLSClient",
        "",
    ],
)
def test_another_level_is_refused(level: str) -> None:
    with pytest.raises(AuthnContextError):
        take_response(at(level))


@pytest.mark.parametrize(
    "context",
    [
        "",
        "<saml2:AuthnContext/>",
        f"<saml2:AuthnContext>{DECLARED}</saml2:AuthnContext>",
    ],
)
def test_a_level_is_named(context: str) -> None:
    start, rest = authn().split("<saml2:AuthnContext>")
    _, end = rest.split("</saml2:AuthnContext>")
    take_response(good())
    with pytest.raises(AuthnContextError):
        take_response(response(signed(assertion(statement=start + context + end))))


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def logged_in(
    bridge: Bridge, wanted: str, level: str, number: int = 0, issuer: str = SP
) -> str:
    """Log in at a level and read what the e-tjänst is told."""
    request = authn_request(
        requested_levels(wanted), id=f"_{number}", issuer=issuer, acs_url=None
    )
    asked = bridge.ask(posted(request))
    answer = answer_to(
        asked, statement=authn(level=level), attributes=person(level=level)
    )
    told = issued(bridge.finish(asked, answer)).find(".//{*}AuthnContextClassRef")
    return str(told.text)


@pytest.mark.parametrize("wanted", [LOA3, names.LOA_UNCERTIFIED_3])
def test_the_e_tjanst_is_told_what_it_asked_for(bridge: Bridge, wanted: str) -> None:
    assert logged_in(bridge, wanted, LOA3) == wanted


@pytest.mark.parametrize("wanted", [LOA3, names.LOA_UNCERTIFIED_3])
def test_a_level_is_never_raised(bridge: Bridge, wanted: str) -> None:
    assert logged_in(bridge, LOA2, LOA2, 1) == LOA2
    with pytest.raises(AuthnContextError):
        logged_in(bridge, wanted, LOA2, 2)


def test_an_identity_provider_asserts_only_what_the_operator_allows(
    bridge: Bridge,
) -> None:
    asked = bridge.ask()
    bridge.configure(upstream=[{**SITHS, "levels": (LOA2,)}])
    with pytest.raises(AuthnContextError):
        bridge.finish(asked)
    bridge.configure()
    bridge.finish(asked)


def test_an_identity_provider_asserts_only_what_it_is_certified_for(
    bridge: Bridge,
) -> None:
    """And what it loses while somebody logs in counts at once."""
    certified = identity_provider(assurance_certifications=(LOA2, LOA3))
    bridge.parties.idps[IDP] = certified
    assert logged_in(bridge, LOA3, LOA3, 1) == LOA3
    asked = bridge.ask(posted(authn_request(requested_levels(LOA3, LOA2), id="_2")))
    lowered = identity_provider(assurance_certifications=(LOA2,))
    bridge.parties.idps[IDP] = lowered
    with pytest.raises(AuthnContextError):
        bridge.finish(asked)
    with pytest.raises(AuthnContextError):
        bridge.begin(posted(authn_request(requested_levels(LOA3), id="_3")))
    assert logged_in(bridge, LOA2, LOA2, 4) == LOA2


DIGG3 = names.LOA_DIGG_3


def test_a_level_of_digg_is_not_ours_to_say(bridge: Bridge) -> None:
    """Unless the operator says that our identity provider is approved for it."""
    bridge.configure(levels={DIGG3: LOA3})
    with pytest.raises(AuthnContextError):
        logged_in(bridge, DIGG3, LOA3, 1)
    bridge.configure(
        levels={DIGG3: LOA3}, published={"idp_assurance_certifications": [DIGG3]}
    )
    assert logged_in(bridge, DIGG3, LOA3, 2) == DIGG3


def test_the_map_of_one_e_tjanst_says_nothing_about_another(bridge: Bridge) -> None:
    own = "urn:level:of-this-e-tjanst"
    bridge.configure(downstream=[{"entity_id": SP, "levels": {own: [LOA3]}}])
    assert logged_in(bridge, own, LOA3, 1) == own
    with pytest.raises(AuthnContextError):
        logged_in(bridge, LOA3, LOA3, 2)
    assert logged_in(bridge, LOA3, LOA3, 3, issuer=OTHER_SP) == LOA3
    with pytest.raises(AuthnContextError):
        logged_in(bridge, own, LOA3, 4, issuer=OTHER_SP)
