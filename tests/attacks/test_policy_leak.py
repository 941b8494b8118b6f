"""What is agreed with one e-tjänst shows up in the answer to another."""

from pathlib import Path
from typing import Any

import pytest

from metadata import names
from metadata.entities import EncryptionKey
from tests.support.keys import rsa_key
from tests.support.saml.logins import (
    Bridge,
    issued,
    make_bridge,
    other_provider,
)
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.world import OTHER_SP, SP, service_provider

OPPOSITES = [
    {
        "entity_id": SP,
        "sign_assertion": True,
        "encrypt": "never",
        "name_id_format": "transient",
        "authenticating_authority": False,
        "hsa_id_attributes": [names.ATTR_HSA_ID],
        "may_have": ["employeeHsaId", "givenName", "sn", "o", "behorighet"],
        "release": [names.ATTR_MAIL],
        "default_level": names.LOA_SAMBI_3,
        "permission_attribute": "urn:one",
    },
    {
        "entity_id": OTHER_SP,
        "sign_assertion": False,
        "encrypt": "never",
        "name_id_format": "persistent",
        "authenticating_authority": True,
        "attribute_names": "sambi",
        "may_have": ["employeeHsaId", "organizationIdentifier", "pairwise-id"],
        "release": [],
        "default_level": names.LOA_UNCERTIFIED_3,
        "permission_attribute": "urn:other",
    },
]


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    made = make_bridge(
        tmp_path, downstream=OPPOSITES, saml={"subject_scope": "bridge.example.se"}
    )
    signal = {"wanted_subject_ids": ("pairwise-id",)}
    made.parties.sps[SP] = service_provider(**signal)
    made.parties.sps[OTHER_SP] = other_provider(**signal)
    return made


def shape_of(answer: Any) -> dict[str, object]:
    """Describe an answer by everything that a policy decides."""
    assertion = answer.find("{*}Assertion")
    return {
        "signed": assertion.find("{*}Signature") is not None,
        "format": assertion.find(".//{*}NameID").get("Format"),
        "qualifier": assertion.find(".//{*}NameID").get("SPNameQualifier"),
        "audience": [each.text for each in assertion.iter("{*}Audience")],
        "authorities": len(list(assertion.iter("{*}AuthenticatingAuthority"))),
        "level": assertion.find(".//{*}AuthnContextClassRef").text,
        "attributes": sorted(
            each.get("Name") for each in assertion.iter("{*}Attribute")
        ),
    }


SHAPES = {
    SP: {
        "signed": True,
        "format": names.NAMEID_TRANSIENT,
        "qualifier": SP,
        "audience": [SP],
        "authorities": 0,
        "level": names.LOA_SAMBI_3,
        "attributes": sorted(
            [
                names.ATTR_HSA_ID,
                names.ATTR_GIVEN_NAME,
                names.ATTR_SURNAME,
                names.ATTR_ORGANISATION_NAME,
                names.ATTR_MAIL,
                "urn:one",
            ]
        ),
    },
    OTHER_SP: {
        "signed": False,
        "format": names.NAMEID_PERSISTENT,
        "qualifier": OTHER_SP,
        "audience": [OTHER_SP],
        "authorities": 1,
        "level": names.LOA_UNCERTIFIED_3,
        "attributes": sorted(
            [
                names.SAMBI_HSA_ID,
                names.SAMBI_ORGANISATION_NUMBER,
                names.ATTR_PAIRWISE_ID,
            ]
        ),
    },
}


def test_opposite_policies_do_not_meet(bridge: Bridge) -> None:
    """Both ask, both are asked about, and they are answered crosswise."""
    for turn in range(3):
        asked = {
            name: bridge.ask(
                posted(authn_request(issuer=name, acs_url=None, id=f"_{turn}"))
            )
            for name in (SP, OTHER_SP)
        }
        for name in (OTHER_SP, SP) if turn % 2 else (SP, OTHER_SP):
            answer = bridge.finish(asked[name])
            known = bridge.parties.sps[name]
            assert answer.acs_url == known.acs_endpoints[0].location
            assert shape_of(issued(answer)) == SHAPES[name]


def test_each_e_tjanst_gets_its_own_cipher_and_key(bridge: Bridge) -> None:
    bridge.configure()
    gcm, cbc = names.ENCRYPTION_AES256_GCM, names.ENCRYPTION_AES128_CBC
    one = EncryptionKey(rsa_key("sp").public, (gcm,))
    other = EncryptionKey(rsa_key("other sp").public, (cbc,))
    bridge.parties.sps[SP] = service_provider(encryption_keys=(one,))
    bridge.parties.sps[OTHER_SP] = other_provider(encryption_keys=(other,))
    for turn in range(2):
        for name, cipher in ((SP, gcm), (OTHER_SP, cbc)):
            request = authn_request(issuer=name, acs_url=None, id=f"_{turn}")
            answer = issued(bridge.finish(bridge.ask(posted(request))))
            method = answer.find(".//{*}EncryptedData/{*}EncryptionMethod")
            assert method.get("Algorithm") == cipher
            assert answer.find("{*}Assertion") is None


def test_one_person_has_another_name_at_every_e_tjanst(bridge: Bridge) -> None:
    """And the same one there every time."""
    bridge.configure()
    seen: dict[str, set[str]] = {SP: set(), OTHER_SP: set()}
    for turn in range(2):
        for name, values in seen.items():
            request = authn_request(issuer=name, acs_url=None, id=f"_{turn}")
            answer = issued(bridge.finish(bridge.ask(posted(request))))
            values.add(str(answer.find(".//{*}NameID").text))
    assert [len(values) for values in seen.values()] == [1, 1]
    assert seen[SP].isdisjoint(seen[OTHER_SP])


def test_a_policy_cannot_be_changed_by_a_login(bridge: Bridge) -> None:
    policy = bridge.parts.settings.policy_for(SP)
    bridge.finish(bridge.ask())
    assert bridge.parts.settings.policy_for(SP) == policy
    with pytest.raises(ValueError, match="frozen"):
        policy.sign_assertion = False
