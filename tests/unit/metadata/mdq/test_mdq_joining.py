"""An entity whose roles come from several sources is passed on as we believe it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from lxml import etree

from metadata import names, safe_xml
from metadata.entities import AnyParty, Display, Role
from metadata.reader import read_party
from metadata.records import EntityRecord
from metadata.republishing import Edition, Part, republish
from metadata.signatures import verify_enveloped
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.metadata_documents import (
    IDP,
    aa_role,
    entity,
    idp_role,
    sp_role,
)

SIGNER = rsa_key("signer")
END = NOW + timedelta(hours=1)
OTHER = "urn:example:other"


def attribute(name: str, *values: str) -> str:
    """Write an attribute of an entity."""
    written = "".join(
        f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values
    )
    return f'<saml:Attribute Name="{name}">{written}</saml:Attribute>'


def extensions(*attributes: str, scope: str = "", more: str = "") -> str:
    """Write what an entity says as a whole."""
    scoped = f"<shibmd:Scope>{scope}</shibmd:Scope>" if scope else ""
    told = "".join(attributes)
    told = f"<mdattr:EntityAttributes>{told}</mdattr:EntityAttributes>" if told else ""
    return f"<md:Extensions>{scoped}{told}{more}</md:Extensions>"


def registered_by(authority: str) -> str:
    return (
        f'<mdrpi:RegistrationInfo xmlns:mdrpi="{names.NS_MDRPI}"'
        f' registrationAuthority="{authority}"/>'
    )


def part(role: Role, *parts: str) -> Part:
    """Write what a source says of which only one role counts."""
    xml = entity(IDP, *parts).encode()
    record = EntityRecord(
        entity_id=IDP,
        roles=frozenset({role}),
        xml=xml,
        sha256=str(hash(xml)),
        valid_until=None,
        display_name=None,
    )
    return Part(record, frozenset({role}))


def passed_on(*parts: Part) -> bytes:
    edition = Edition(parts=parts, valid_until=END, cache_duration=timedelta(hours=1))
    root = safe_xml.parse(republish(edition, SIGNER.signing))
    return verify_enveloped(root, [SIGNER.public])


def believed(xml: bytes, role: Role) -> AnyParty:
    """Read a role as the bridge does, but for its end and what people see."""
    party = read_party(xml, role)
    return replace(party, valid_until=None, display=Display())


A_SAYS = extensions(
    attribute(names.ENTITY_CATEGORY, "urn:category:of-a", "urn:category:of-both"),
    attribute(names.ASSURANCE_CERTIFICATION, "urn:level:of-a"),
    attribute(names.SUBJECT_ID_SIGNAL, "subject-id"),
    attribute(OTHER, "of both", "of a"),
    scope="a.example.se",
)
B_SAYS = extensions(
    attribute(names.ENTITY_CATEGORY, "urn:category:of-b", "urn:category:of-both"),
    attribute(names.ASSURANCE_CERTIFICATION, "urn:level:of-b"),
    attribute(names.SUBJECT_ID_SIGNAL, "pairwise-id"),
    attribute(OTHER, "of b", "of both"),
    scope="b.example.se",
)
EVERYTHING = (idp_role(), sp_role(), aa_role())


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        (Role.IDP, Role.SP, Role.AA),
        (Role.SP, Role.AA, Role.IDP),
        (Role.AA, Role.IDP, Role.SP),
        (Role.SP, Role.IDP, Role.AA),
    ],
)
@pytest.mark.parametrize("says", [(A_SAYS, B_SAYS, ""), ("", A_SAYS, B_SAYS)])
def test_of_each_role_others_believe_what_we_believe(
    first: Role, second: Role, third: Role, says: tuple[str, str, str]
) -> None:
    parts = [
        part(role, told, *EVERYTHING)
        for role, told in zip((first, second, third), says, strict=True)
    ]
    joined = passed_on(*parts)
    for one in parts:
        (role,) = one.roles
        assert believed(joined, role) == believed(one.record.xml, role)


def test_of_the_whole_only_that_is_said_which_all_sources_say() -> None:
    joined = passed_on(
        part(Role.IDP, A_SAYS, idp_role()), part(Role.SP, B_SAYS, sp_role())
    ).decode()
    assert "of both" in joined
    assert "of a<" not in joined
    assert "of b<" not in joined
    assert "urn:level:of-b" not in joined
    assert "urn:category:of-a" not in joined


@pytest.mark.parametrize(("other", "stays"), [("urn:a", True), ("urn:b", False)])
def test_who_registered_an_entity_is_said_only_if_all_sources_say_the_same(
    other: str, *, stays: bool
) -> None:
    joined = passed_on(
        part(Role.IDP, extensions(more=registered_by("urn:a")), idp_role()),
        part(Role.SP, extensions(more=registered_by(other)), sp_role()),
    )
    assert (b"RegistrationInfo" in joined) == stays


def test_roles_stand_where_the_schema_wants_them_and_no_id_stands_twice() -> None:
    organisation = (
        "<md:Organization>"
        "<md:OrganizationName xml:lang='sv'>A</md:OrganizationName>"
        "</md:Organization>"
    )
    joined = passed_on(
        part(Role.IDP, idp_role(attributes='ID="_same"'), organisation),
        part(Role.SP, sp_role(attributes='ID="_same"'), organisation),
    )
    root = safe_xml.parse(joined)
    tags = [etree.QName(child).localname for child in root]
    assert tags == ["IDPSSODescriptor", "SPSSODescriptor", "Organization"]
    assert joined.count(b'"_same"') == 1


def test_what_one_source_says_is_passed_on_unchanged() -> None:
    alone = passed_on(part(Role.IDP, A_SAYS, idp_role())).decode()
    for said in ("urn:category:of-a", "urn:level:of-a", "of a<", "a.example.se"):
        assert said in alone
