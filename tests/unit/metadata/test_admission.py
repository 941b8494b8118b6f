from collections.abc import Iterable
from datetime import timedelta

import pytest

from metadata import safe_xml
from metadata.admission import Admission
from metadata.elements import Reading
from metadata.entities import Role
from metadata.reader import read_identity_provider
from metadata.records import EntityRecord
from metadata.rules import TrustedDocument
from metadata.sources import PinnedFile, Source
from tests.support.clock import NOW
from tests.support.metadata_documents import (
    IDP,
    SP,
    entity,
    group,
    idp,
    idp_role,
    sp,
    sp_role,
)

LATER = NOW + timedelta(days=1)
BOTH = frozenset({Role.IDP, Role.SP})


def admit(
    *entities: str, roles: frozenset[Role] = BOTH, own: Iterable[str] = ()
) -> tuple[list[EntityRecord], tuple[str, ...]]:
    source = Source(name="s", location="s.xml", trust=PinnedFile("0" * 64), roles=roles)
    reading = Reading()
    admission = Admission(
        source=source, own_entity_ids=frozenset(own), now=NOW, reading=reading
    )
    root = safe_xml.parse(group(*entities).encode())
    records = list(admission.records(TrustedDocument(root, None)))
    return records, reading.warnings


def test_an_entity_is_kept_alone_and_readable() -> None:
    records, warnings = admit(idp(), sp())
    assert [(record.entity_id, record.roles) for record in records] == [
        (IDP, frozenset({Role.IDP})),
        (SP, frozenset({Role.SP})),
    ]
    assert read_identity_provider(records[0].xml).entity_id == IDP
    assert SP.encode() not in records[0].xml
    assert warnings == ()


@pytest.mark.parametrize("written", [IDP, f" {IDP}\n"])
def test_our_own_entity_id_is_never_taken(written: str) -> None:
    records, warnings = admit(idp(written), sp(), own=[IDP])
    assert [record.entity_id for record in records] == [SP]
    assert "one of our own entityIDs" in warnings[0]


def test_a_source_brings_only_its_roles() -> None:
    both = entity("urn:both", idp_role(), sp_role())
    records, warnings = admit(idp(), both, sp(), roles=frozenset({Role.SP}))
    assert [(record.entity_id, record.roles) for record in records] == [
        ("urn:both", frozenset({Role.SP})),
        (SP, frozenset({Role.SP})),
    ]
    assert "no role that this source may bring" in warnings[0]


def test_a_broken_entity_is_left_out_and_the_others_stay() -> None:
    broken = entity("urn:broken", idp_role(""))
    records, warnings = admit(idp("urn:a"), broken, idp("urn:b"))
    assert [record.entity_id for record in records] == ["urn:a", "urn:b"]
    assert warnings == (
        "urn:broken left out: an identity provider without a usable signing key",
    )


def test_a_broken_role_does_not_take_the_other_with_it() -> None:
    records, warnings = admit(entity("urn:both", idp_role(""), sp_role()))
    assert records[0].roles == {Role.SP}
    assert "one of its roles left out" in warnings[0]


def test_of_two_entities_with_the_same_id_the_first_counts() -> None:
    records, warnings = admit(idp("urn:a"), sp("urn:a"))
    assert [record.roles for record in records] == [{Role.IDP}]
    assert "urn:a left out: a second time in the same source" in warnings[0]


def test_a_broken_first_entity_does_not_hide_a_good_one() -> None:
    records, _ = admit(entity("urn:a", idp_role("")), idp("urn:a"))
    assert [record.entity_id for record in records] == ["urn:a"]


def test_an_entity_that_has_ended_is_left_out() -> None:
    records, warnings = admit(idp(valid_until=NOW), sp(valid_until=LATER))
    assert [(record.entity_id, record.valid_until) for record in records] == [
        (SP, LATER)
    ]
    assert "expired" in warnings[0]


def test_a_role_that_has_ended_is_left_out() -> None:
    ended = idp_role(attributes=f'validUntil="{NOW:%Y-%m-%dT%H:%M:%SZ}"')
    records, _ = admit(entity("urn:both", ended, sp_role()))
    assert records[0].roles == {Role.SP}


def test_an_entity_without_an_id_is_left_out() -> None:
    records, warnings = admit(idp(""), sp())
    assert [record.entity_id for record in records] == [SP]
    assert "no entityID" in warnings[0]


def test_the_name_for_lists_is_the_swedish_one() -> None:
    organisation = (
        '<md:Organization><md:OrganizationDisplayName xml:lang="en">Agency'
        '</md:OrganizationDisplayName><md:OrganizationDisplayName xml:lang="SV">'
        "Verket</md:OrganizationDisplayName></md:Organization>"
    )
    records, _ = admit(entity(SP, sp_role(), organisation), idp())
    assert [record.display_name for record in records] == ["Verket", None]


def test_an_entity_without_a_canonical_form_is_left_out() -> None:
    broken = idp().replace(
        "<md:EntityDescriptor", '<md:EntityDescriptor xmlns:r="r"', 1
    )
    assert broken != idp()
    records, warnings = admit(broken, sp())
    assert [record.entity_id for record in records] == [SP]
    assert "no canonical form" in warnings[0]
