"""Which names of a person does an e-tjänst get, in which format?"""

from pathlib import Path
from typing import Any

import pytest

from idp_bridge.errors import NameIdPolicyError
from idp_bridge.login.name_ids import choose_format
from idp_bridge.settings import DownstreamPolicy
from metadata import names
from metadata.entities import AttributeService, RequestedAttribute
from tests.support.permission_world import ALICE
from tests.support.saml.logins import Bridge, issued, make_bridge, other_provider
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.world import OTHER_SP, SP, service_provider

PERSISTENT, TRANSIENT = names.NAMEID_PERSISTENT, names.NAMEID_TRANSIENT
UNSPECIFIED = names.NAMEID_UNSPECIFIED
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
SCOPE = "bridge.example.se"


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path, saml={"subject_scope": SCOPE})


@pytest.mark.parametrize(
    ("wanted", "listed", "policy", "chosen"),
    [
        (TRANSIENT, (PERSISTENT,), "persistent", TRANSIENT),
        (PERSISTENT, (TRANSIENT,), "transient", PERSISTENT),
        (None, (TRANSIENT, PERSISTENT), "persistent", TRANSIENT),
        (UNSPECIFIED, (PERSISTENT, TRANSIENT), "transient", PERSISTENT),
        (None, (EMAIL, UNSPECIFIED, TRANSIENT), "persistent", TRANSIENT),
        (None, (EMAIL,), "transient", TRANSIENT),
        (None, (), "persistent", PERSISTENT),
        (UNSPECIFIED, (), "transient", TRANSIENT),
    ],
)
def test_the_request_decides_then_the_metadata_then_the_policy(
    wanted: str | None, listed: tuple[str, ...], policy: str, chosen: str
) -> None:
    agreed = DownstreamPolicy(entity_id=SP, name_id_format=policy)
    sp = service_provider(name_id_formats=listed)
    assert choose_format(wanted, sp, agreed) == chosen


def log_in(bridge: Bridge, number: int | str = 1, *more: str, sp: str = SP) -> Any:
    request = authn_request(*more, issuer=sp, acs_url=None, id=f"_{number}")
    return issued(bridge.finish(bridge.ask(posted(request))))


def name_id(answer: Any) -> tuple[str, str, str, str]:
    found = answer.find(".//{*}NameID")
    qualifiers = (found.get("NameQualifier"), found.get("SPNameQualifier"))
    return (found.get("Format"), found.text, *qualifiers)


def values(answer: Any, name: str) -> list[str]:
    return [
        value.text
        for attribute in answer.iter("{*}Attribute")
        if attribute.get("Name") == name
        for value in attribute
    ]


def test_a_persistent_name_stays_and_a_transient_one_does_not(bridge: Bridge) -> None:
    first, second = (name_id(log_in(bridge, number)) for number in (1, 2))
    assert first == second
    assert first[0] == PERSISTENT
    assert first[2:] == (bridge.parts.settings.saml.idp_entity_id, SP)
    bridge.parties.sps[SP] = service_provider(name_id_formats=(TRANSIENT,))
    third, fourth = (name_id(log_in(bridge, number)) for number in (3, 4))
    assert third[0] == fourth[0] == TRANSIENT
    assert len({first[1], third[1], fourth[1]}) == 3


@pytest.mark.parametrize(
    "policy",
    [
        f'<samlp:NameIDPolicy Format="{EMAIL}"/>',
        f'<samlp:NameIDPolicy SPNameQualifier="{OTHER_SP}"/>',
    ],
)
def test_a_name_that_we_do_not_issue_is_refused(bridge: Bridge, policy: str) -> None:
    with pytest.raises(NameIdPolicyError):
        log_in(bridge, 1, policy)
    own = f'<samlp:NameIDPolicy SPNameQualifier="{SP}" AllowCreate="false"/>'
    assert name_id(log_in(bridge, 2, own))[0] == PERSISTENT


def test_a_pairwise_id_is_the_name_of_the_persistent_identifier(bridge: Bridge) -> None:
    bridge.parties.sps[SP] = service_provider(wanted_subject_ids=("pairwise-id",))
    answer = log_in(bridge, 1)
    value = name_id(answer)[1].removeprefix("_")
    assert values(answer, names.ATTR_PAIRWISE_ID) == [f"{value}@{SCOPE}"]
    assert values(answer, names.ATTR_SUBJECT_ID) == []
    bridge.parties.sps[SP] = service_provider(
        wanted_subject_ids=("any",), name_id_formats=(TRANSIENT,)
    )
    beside = values(log_in(bridge, 2), names.ATTR_PAIRWISE_ID)
    assert beside == [f"{value}@{SCOPE}"]


def test_two_e_tjanster_cannot_compare_pairwise_ids_but_subject_ids(
    bridge: Bridge,
) -> None:
    seen: dict[str, list[str]] = {}
    for signal, name in (
        ("pairwise-id", names.ATTR_PAIRWISE_ID),
        ("subject-id", names.ATTR_SUBJECT_ID),
    ):
        wanted = {"wanted_subject_ids": (signal,)}
        bridge.parties.sps[SP] = service_provider(**wanted)
        bridge.parties.sps[OTHER_SP] = other_provider(**wanted)
        seen[name] = [
            value
            for number, sp in enumerate((SP, OTHER_SP, SP, OTHER_SP))
            for value in values(log_in(bridge, f"{signal}{number}", sp=sp), name)
        ]
    one, other, *again = seen[names.ATTR_PAIRWISE_ID]
    assert one != other
    assert again == [one, other]
    (same,) = set(seen[names.ATTR_SUBJECT_ID])
    assert same not in (one, other)
    assert ALICE.casefold() not in same.casefold()


def test_the_transaction_is_the_assertion_upstream(bridge: Bridge) -> None:
    wish = RequestedAttribute(name=names.ATTR_TRANSACTION)
    service = AttributeService(index=0, requested=(wish,))
    bridge.parties.sps[SP] = service_provider(attribute_services=(service,))
    asked = bridge.ask()
    told = values(issued(bridge.finish(asked)), names.ATTR_TRANSACTION)
    assert told == [f"_a{asked.request_id}"]


def test_an_e_tjanst_that_does_not_signal_gets_no_subject_identifier(
    bridge: Bridge,
) -> None:
    for number, signal in enumerate([(), ("none",)]):
        bridge.parties.sps[SP] = service_provider(wanted_subject_ids=signal)
        told = [
            each.get("Name") for each in log_in(bridge, number).iter("{*}Attribute")
        ]
        assert not {names.ATTR_PAIRWISE_ID, names.ATTR_SUBJECT_ID} & set(told)
