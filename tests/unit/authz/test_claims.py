"""Does every claim format say exactly what was granted?"""

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz import claims
from authz.claims import FORMATS, encode
from authz.decisions import decide
from authz.errors import UnknownClaimFormatError
from authz.models import Decision, Validity
from metadata import safe_xml
from tests.support.clock import NOW
from tests.support.permission_world import (
    REGION,
    make_facts,
    make_grant,
    make_permission,
)

NASTY = 'Åäö "citat" <b>&amp; & é'
DOCS = Path(__file__).parents[3] / "docs" / "claims.md"

codes = st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True)
names = st.text(
    st.characters(blacklist_categories=("Cc", "Cs")), min_size=1, max_size=40
)


def decision_about(permissions: dict[str, str]) -> Decision:
    grants = tuple(
        make_grant(make_permission(code, name=name))
        for code, name in permissions.items()
    )
    facts = make_facts(grants=grants)
    return decide(facts, organisation_numbers=(), moment=NOW)


def read_scoped(value: str) -> set[str]:
    number, service, permission = value.split(":")
    assert (number, service) == (REGION, "landsting")
    return {permission}


def read_code(value: str) -> set[str]:
    return {value}


def read_authorizationscope(value: str) -> set[str]:
    scopes = json.loads(value)
    for scope in scopes:
        assert scope["authorizationScopeCode"] == "landsting"
        assert scope["adminCommissions"] == [
            {"adminCommissionResponsibleOrganisation": "232100-0016"}
        ]
    properties = (scope["authorizationScopePropertyCode"] for scope in scopes)
    return {code.removeprefix("landsting;") for code in properties}


def read_org_rights(value: str) -> set[str]:
    rights = json.loads(value)
    assert rights["organization_identifier"] == REGION
    assert {entry["function"] for entry in rights["functions"]} == {"landsting"}
    return {entry["right"] for entry in rights["functions"]}


def read_entitlement(value: str) -> set[str]:
    beginning, _, permission = value.rpartition(":")
    assert beginning == f"urn:idp-bridge:{REGION}:landsting"
    return {permission}


def read_bpp(value: str) -> set[str]:
    root = safe_xml.parse(base64.b64decode(value, validate=True))
    assert root.tag == f"{{{claims.BPP_NAMESPACE}}}PrivilegeList"
    (group,) = root
    assert group.tag == "PrivilegeGroup"
    assert group.get("Scope") == f"urn:idp-bridge:organisationsnummer:{REGION}"
    privileges = (privilege.text or "" for privilege in group)
    return {text.removeprefix("urn:idp-bridge:landsting:") for text in privileges}


READERS: dict[str, Callable[[str], set[str]]] = {
    "authorizationscope": read_authorizationscope,
    "bpp": read_bpp,
    "code": read_code,
    "entitlement": read_entitlement,
    "org_rights": read_org_rights,
    "scoped": read_scoped,
}


@given(st.sampled_from(sorted(READERS)), st.dictionaries(codes, names, max_size=5))
def test_values_are_sorted_and_unique_and_read_back_as_granted(
    claim_format: str, permissions: dict[str, str]
) -> None:
    values = encode(claim_format, decision_about(permissions))
    assert list(values) == sorted(set(values))
    read = [READERS[claim_format](value) for value in values]
    assert set().union(*read) == set(permissions)


@given(st.dictionaries(codes, names, max_size=5))
def test_a_systemrole_is_split_at_its_first_semicolon(
    permissions: dict[str, str],
) -> None:
    values = encode("systemrole", decision_about(permissions))
    assert list(values) == sorted(set(values))
    assert {value.partition(";")[2] for value in values} == set(permissions.values())
    assert all(value.startswith("landsting;") for value in values)


def test_a_reader_exists_for_every_format() -> None:
    assert {*READERS, "systemrole"} == set(FORMATS)


def test_difficult_characters_arrive_as_they_are() -> None:
    decision = decision_about({"p": NASTY})
    assert encode("systemrole", decision) == (f"landsting;{NASTY}",)
    (value,) = encode("authorizationscope", decision)
    assert json.loads(value)[0]["authorizationScopePropertyName"] == NASTY
    assert "Åäö" in value
    assert "&amp; &" in value


def test_xml_metacharacters_are_escaped_once() -> None:
    claim = claims.Claim(
        organisation_number='1"<&',
        service="s",
        permission="<p>&amp;",
        permission_name="",
    )
    (value,) = claims.encode_bpp((claim,))
    root = safe_xml.parse(base64.b64decode(value))
    assert root[0].get("Scope") == 'urn:idp-bridge:organisationsnummer:1"<&'
    assert root[0][0].text == "urn:idp-bridge:s:<p>&amp;"


@pytest.mark.parametrize("claim_format", sorted(FORMATS))
def test_nothing_released_is_no_value(claim_format: str) -> None:
    ended = make_grant(validity=Validity(valid_until=NOW))
    facts = make_facts(grants=(ended,))
    decision = decide(facts, organisation_numbers=(), moment=NOW)
    assert encode(claim_format, decision) == ()


def test_a_refused_login_releases_nothing_although_grants_count() -> None:
    decision = decide(make_facts(), organisation_numbers=("2120000142",), moment=NOW)
    assert decision.answers[0].counts
    assert encode("scoped", decision) == ()


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(UnknownClaimFormatError):
        encode("jwt", decision_about({}))


@pytest.mark.parametrize("claim_format", sorted(FORMATS))
def test_the_documentation_describes_every_format_with_its_real_example(
    claim_format: str,
) -> None:
    text = DOCS.read_text(encoding="utf-8")
    section = text.split(f"## `{claim_format}`", 1)[1].split("\n## ", 1)[0]
    description = FORMATS[claim_format].description
    assert " ".join(description.split()) in " ".join(section.split())
    example = decision_about({"rapportera": "Rapportera hälsoundersökning"})
    for value in encode(claim_format, example):
        assert value in section
