"""Somebody else logs in than the e-tjänst named in its request."""

from pathlib import Path
from typing import Any

import pytest

from idp_bridge.errors import UnreadableMessageError, WrongPrincipalError
from idp_bridge.saml.messages import MatchValue
from metadata import names
from tests.support.permission_world import ALICE, BOB
from tests.support.saml.logins import Bridge, answer_to, make_bridge, sent_xml
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.responses import HSA_ID, person
from tests.support.saml.world import IDP, SP, identity_provider, take_request

PSC = f"{{{names.NS_PRINCIPAL_SELECTION}}}"
CARD = "urn:credential:employeeHsaId"


def selection(*values: tuple[str, str], **attributes: str) -> str:
    """Write whom an e-tjänst wants."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    matches = "".join(
        f'<psc:MatchValue Name="{name}"{more}>{value}</psc:MatchValue>'
        for name, value in values
    )
    return (
        "<samlp:Extensions><psc:PrincipalSelection"
        f' xmlns:psc="{names.NS_PRINCIPAL_SELECTION}">{matches}'
        "</psc:PrincipalSelection></samlp:Extensions>"
    )


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def log_in(bridge: Bridge, number: int, *values: tuple[str, str]) -> None:
    request = authn_request(selection(*values), id=f"_{number}")
    asked = bridge.ask(posted(request))
    bridge.finish(asked, answer_to(asked, attributes=person()))


@pytest.mark.parametrize(
    "value",
    [
        (names.ATTR_HSA_ID, HSA_ID),
        (names.SAMBI_HSA_ID, HSA_ID.lower()),
        (names.ATTR_ORGANISATION_NUMBER, "2321000016"),
        (names.SAMBI_ORGANISATION_NUMBER, "232100-0016"),
        ("urn:nobody:tells:this", "anything"),
    ],
)
def test_whom_the_e_tjanst_named_may_log_in(
    bridge: Bridge, value: tuple[str, str]
) -> None:
    log_in(bridge, 1, value)


@pytest.mark.parametrize(
    "values",
    [
        [(names.ATTR_HSA_ID, BOB)],
        [(names.SAMBI_HSA_ID, HSA_ID + "1")],
        [(names.SAMBI_HSA_ID, HSA_ID.replace("B", "\u0412"))],
        [(names.ATTR_ORGANISATION_NUMBER, "2120000142")],
        [(names.ATTR_ORGANISATION_NUMBER, "none at all")],
        [(names.ATTR_ORGANISATION_NUMBER, "2321000016"), (names.ATTR_HSA_ID, BOB)],
    ],
)
def test_somebody_else_is_refused(
    bridge: Bridge, values: list[tuple[str, str]]
) -> None:
    log_in(bridge, 1, (names.ATTR_HSA_ID, HSA_ID))
    with pytest.raises(WrongPrincipalError) as refusal:
        log_in(bridge, 2, *values)
    assert refusal.value.status == names.STATUS_RESPONDER
    assert refusal.value.second_status == names.STATUS_UNKNOWN_PRINCIPAL


def test_the_operator_may_take_a_name_as_a_hint(bridge: Bridge) -> None:
    bridge.configure(downstream=[{"entity_id": SP, "principal_selection": "hint"}])
    log_in(bridge, 1, (names.ATTR_HSA_ID, BOB))


# --- what is passed on ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("wishes", "given", "told"),
    [
        ((names.SAMBI_HSA_ID,), (names.ATTR_HSA_ID, ALICE), ALICE),
        ((names.SAMBI_HSA_ID,), (names.SAMBI_HSA_ID, ALICE), ALICE),
        ((CARD,), (CARD, ALICE), ALICE),
        (
            (names.SAMBI_ORGANISATION_NUMBER,),
            (names.ATTR_ORGANISATION_NUMBER, "2321000016"),
            "232100-0016",
        ),
        ((), (names.ATTR_HSA_ID, ALICE), None),
        ((CARD,), (names.ATTR_HSA_ID, ALICE), None),
        ((names.SAMBI_HSA_ID,), ("urn:oid:1.2.752.29.4.13", "197309069289"), None),
    ],
)
def test_only_what_the_identity_provider_wants_to_know_is_told(
    bridge: Bridge,
    wishes: tuple[str, ...],
    given: tuple[str, str],
    told: str | None,
) -> None:
    bridge.parties.idps[IDP] = identity_provider(requested_principal=wishes)
    for binding in ("redirect", "post"):
        bridge.configure()
        asked = bridge.ask(posted(authn_request(selection(given), id=f"_{binding}")))
        found: Any = sent_xml(asked.outbound).find(
            f"{{*}}Extensions/{PSC}PrincipalSelection"
        )
        if told is None:
            assert found is None
        else:
            assert [(each.get("Name"), each.text) for each in found] == [
                (wishes[0], told)
            ]


# --- reading --------------------------------------------------------------------------


def read(*parts: str) -> tuple[MatchValue, ...]:
    return take_request(posted(authn_request(*parts))).request.principal


def test_what_says_nothing_is_left_out() -> None:
    assert read() == ()
    assert read(selection((names.ATTR_HSA_ID, " "), ("", ALICE))) == ()
    by_name = names.ATTRNAME_URI.replace("uri", "basic")
    assert read(selection((names.ATTR_HSA_ID, ALICE), NameFormat=by_name)) == ()
    trimmed = read(selection((names.ATTR_HSA_ID, f"\n {ALICE} ")))
    assert trimmed == (MatchValue(name=names.ATTR_HSA_ID, value=ALICE),)


def test_nobody_sees_a_value_in_a_trace() -> None:
    assert ALICE not in repr(read(selection((names.ATTR_HSA_ID, ALICE))))


@pytest.mark.parametrize(
    "extensions",
    [
        selection(*[("urn:x", "y")] * 9),
        selection(("urn:x", "y" * 257)),
        selection(("u" * 257, "y")),
        selection(("urn:x", "a\u202eb")),
        selection(("urn:x", "<b>y</b>")),
        selection(("urn:x", "y")).replace(
            "</samlp:Extensions>",
            f'<psc:PrincipalSelection xmlns:psc="{names.NS_PRINCIPAL_SELECTION}"/>'
            "</samlp:Extensions>",
        ),
    ],
    ids=["many", "long value", "long name", "hidden", "structure", "two"],
)
def test_a_selection_is_bounded(extensions: str) -> None:
    assert len(read(selection(*[("urn:x", "y")] * 8))) == 8
    with pytest.raises(UnreadableMessageError):
        read(extensions)
