"""Who must approve a version reads in what its entities differ."""

from pathlib import Path

import pytest

from metadata.loader import MetadataAdmin
from metadata.records import EntityChange, FactKind
from metadata.reports import NewSource, Outcome
from metadata.store import EntityStore
from tests.support.clock import FrozenClock
from tests.support.keys import KeyPair, rsa_key
from tests.support.metadata_documents import (
    IDP,
    SP,
    SSO,
    endpoint,
    entity,
    group,
    idp_role,
    key_descriptor,
    sp,
    sp_role,
)

OLD, NEW = rsa_key("old"), rsa_key("new")
ELSEWHERE = "https://elsewhere.example.se/sso"


@pytest.fixture
def admin(store: EntityStore, clock: FrozenClock) -> MetadataAdmin:
    return MetadataAdmin(store, clock, own_entity_ids=())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "inera.xml"


def idp_with(*keys: KeyPair, address: str = SSO, attributes: str = "") -> str:
    body = "".join(key_descriptor(key, "signing") for key in keys)
    body += endpoint("SingleSignOnService", address)
    return entity(IDP, idp_role(body, attributes=attributes))


def sp_with(wish: str, *, more: str = "") -> str:
    body = key_descriptor(OLD)
    body += endpoint("AssertionConsumerService", "https://sp.example.se/acs")
    body += (
        '<md:AttributeConsumingService index="0">'
        "<md:ServiceName xml:lang='sv'>A</md:ServiceName>"
        f'<md:RequestedAttribute Name="{wish}"/></md:AttributeConsumingService>'
    )
    return entity(SP, sp_role(body, attributes=more))


def changes(
    admin: MetadataAdmin, file: Path, before: str, after: str
) -> tuple[EntityChange, ...]:
    """Let a pinned file change, and read what is kept for the operator."""
    file.write_text(before)
    admin.add(NewSource(name="inera", location=str(file)))
    file.write_text(after)
    result = admin.refresh("inera")
    assert result.outcome is Outcome.PENDING
    pending = admin.state("inera").pending
    assert pending is not None
    assert pending == result.pending
    return pending.changes


def facts(change: EntityChange) -> dict[FactKind, tuple[list[str], list[str]]]:
    return {one.kind: (list(one.removed), list(one.added)) for one in change.facts}


def test_another_key_beside_the_old_one_is_told_with_its_fingerprint(
    admin: MetadataAdmin, file: Path
) -> None:
    (change,) = changes(admin, file, idp_with(OLD), idp_with(NEW, OLD))
    assert change.entity_id == IDP
    [(kind, (removed, [added]))] = facts(change).items()
    assert (kind, removed) == (FactKind.CERTIFICATE, [])
    assert added.startswith("signing: ")


def test_what_is_gone_and_what_is_new_stand_side_by_side(
    admin: MetadataAdmin, file: Path
) -> None:
    after = idp_with(NEW, address=ELSEWHERE, attributes='WantAuthnRequestsSigned="1"')
    (change,) = changes(admin, file, idp_with(OLD), after)
    found = facts(change)
    assert list(found) == [FactKind.CERTIFICATE, FactKind.ADDRESS, FactKind.RULE]
    assert found[FactKind.ADDRESS] == (
        [f"SSO HTTP-POST {SSO}"],
        [f"SSO HTTP-POST {ELSEWHERE}"],
    )
    assert found[FactKind.RULE] == ([], ["WantAuthnRequestsSigned"])


def test_what_a_service_asks_for_is_compared(admin: MetadataAdmin, file: Path) -> None:
    after = sp_with("urn:b", more='AuthnRequestsSigned="true"')
    (change,) = changes(admin, file, sp_with("urn:a"), after)
    assert facts(change) == {
        FactKind.ATTRIBUTE: (["0: urn:a"], ["0: urn:b"]),
        FactKind.RULE: ([], ["AuthnRequestsSigned"]),
    }


def test_a_role_that_comes_or_goes_is_told(admin: MetadataAdmin, file: Path) -> None:
    before = entity(IDP, idp_role())
    (change,) = changes(admin, file, before, entity(IDP, idp_role(), sp_role()))
    assert facts(change)[FactKind.ROLE] == ([], ["sp"])


def test_a_change_that_decides_nothing_is_a_change_without_facts(
    admin: MetadataAdmin, file: Path
) -> None:
    before = idp_with(OLD)
    after = before.replace("</md:Entity", "\n</md:Entity")
    (change,) = changes(admin, file, before, after)
    assert change.facts == ()


def test_only_the_first_changed_entities_are_compared(
    admin: MetadataAdmin, file: Path
) -> None:
    names = [f"https://sp{number:02}.example.se" for number in range(30)]
    before = group(*map(sp, names))
    after = before.replace("</md:EntityDescriptor>", "\n</md:EntityDescriptor>")
    found = changes(admin, file, before, after)
    assert [one.entity_id for one in found] == names[:20]


def test_what_is_new_or_gone_as_a_whole_is_not_compared(
    admin: MetadataAdmin, file: Path
) -> None:
    assert changes(admin, file, idp_with(OLD), sp()) == ()
