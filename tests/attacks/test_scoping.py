"""A request that says who may be asked, how far and for whom."""

from pathlib import Path

import pytest

from idp_bridge.errors import (
    ProxyCountError,
    UnavailableIdpError,
    UnreadableMessageError,
    UnsupportedIdpError,
)
from idp_bridge.saml.bindings import InboundMessage
from metadata import names
from tests.support.saml.logins import SITHS, Bridge, make_bridge, sent_xml
from tests.support.saml.requests import authn_request, posted, scoping
from tests.support.saml.world import (
    IDP,
    OTHER_IDP,
    SP,
    identity_provider,
    take_request,
)

ACCOUNT = {**SITHS, "entity_id": OTHER_IDP, "method": "konto", "title": "Konto"}


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def asking(*parts: str, **attributes: str) -> InboundMessage:
    return posted(authn_request(*parts, **attributes))


def test_a_request_may_forbid_asking_somebody_else(bridge: Bridge) -> None:
    for count, passed_on in (("1", "0"), ("5", "4")):
        asked = bridge.ask(asking(scoping(proxy_count=count), id=f"_{count}"))
        scope = sent_xml(asked.outbound).find("{*}Scoping")
        assert scope.get("ProxyCount") == passed_on
    with pytest.raises(ProxyCountError) as refusal:
        bridge.ask(asking(scoping(proxy_count="0"), id="_0"))
    assert refusal.value.second_status == names.STATUS_PROXY_COUNT_EXCEEDED


@pytest.mark.parametrize("count", ["-1", "x", "", "1.0", "\u0661", "9" * 6])
def test_a_count_is_a_number(count: str) -> None:
    with pytest.raises(UnreadableMessageError):
        take_request(asking(scoping(proxy_count=count)))


def test_a_list_narrows_the_identity_providers(bridge: Bridge) -> None:
    bridge.configure(upstream=[SITHS, ACCOUNT])
    bridge.parties.idps[OTHER_IDP] = identity_provider(entity_id=OTHER_IDP)
    both = bridge.begin(asking(scoping(idps=(OTHER_IDP, IDP)), id="_both"))
    assert len(both.methods) == 2
    one = bridge.begin(asking(scoping(idps=(OTHER_IDP, "urn:x")), id="_one"))
    assert [method.method for method in one.methods] == ["konto"]
    with pytest.raises(UnsupportedIdpError) as refusal:
        bridge.begin(asking(scoping(idps=("urn:x", IDP + "/")), id="_none"))
    assert refusal.value.second_status == names.STATUS_NO_SUPPORTED_IDP


def test_a_list_may_name_only_who_cannot_be_asked(bridge: Bridge) -> None:
    bridge.configure(upstream=[SITHS, ACCOUNT])
    bridge.begin(asking(id="_all"))
    with pytest.raises(UnavailableIdpError) as refusal:
        bridge.begin(asking(scoping(idps=(OTHER_IDP,)), id="_one"))
    assert refusal.value.second_status == names.STATUS_NO_AVAILABLE_IDP
    bridge.parties.idps.clear()
    with pytest.raises(UnavailableIdpError):
        bridge.begin(asking(id="_none"))


def test_the_requesters_are_told_only_to_whom_the_operator_says(
    bridge: Bridge,
) -> None:
    asked = bridge.ask(asking(scoping(requesters=("urn:before",)), id="_silent"))
    assert sent_xml(asked.outbound).find("{*}Scoping") is None
    bridge.configure(upstream=[{**SITHS, "send_requester_id": True}])
    told = bridge.ask(asking(scoping(requesters=("urn:before",)), id="_told"))
    found = sent_xml(told.outbound).findall("{*}Scoping/{*}RequesterID")
    assert [each.text for each in found] == ["urn:before", SP]


@pytest.mark.parametrize(
    ("index", "asked"), [("0", "5"), ("3", "1"), ("2", "5"), (None, "5")]
)
def test_a_set_of_attributes_chooses_the_one_upstream(
    bridge: Bridge, index: str | None, asked: str
) -> None:
    bridge.configure(
        upstream=[{**SITHS, "attribute_service_index": 5}],
        downstream=[{"entity_id": SP, "upstream_attribute_sets": {"3": 1}}],
    )
    wanted = {} if index is None else {"AttributeConsumingServiceIndex": index}
    sent = sent_xml(bridge.ask(asking(**wanted)).outbound)
    assert sent.get("AttributeConsumingServiceIndex") == asked
