"""In what does an entity differ from the version in use? For whoever has to approve it.

Only what decides something or what people see: keys, addresses, roles, names, what is
asked for. When nothing of that differs, something else does.
"""

from collections.abc import Iterator, Mapping

from metadata.entities import (
    AnyParty,
    AttributeAuthority,
    Endpoint,
    IdentityProvider,
    ServiceProvider,
)
from metadata.reader import read_party
from metadata.records import EntityChange, EntityRecord, FactChange, FactKind

Fact = tuple[FactKind, str]


def change_of(
    before: EntityRecord, after: EntityRecord, *, allow_loopback_http: bool
) -> EntityChange:
    """Say what is new and what is gone in an entity.

    Args:
        before: As it is used.
        after: As it would be used.
        allow_loopback_http: Whether addresses may be plain ``http`` on this machine.
    """
    old, new = (
        dict.fromkeys(_facts_of(record, allow_loopback_http=allow_loopback_http))
        for record in (before, after)
    )
    changes = (
        FactChange(
            kind=kind, added=_only_in(new, old, kind), removed=_only_in(old, new, kind)
        )
        for kind in FactKind
    )
    return EntityChange(
        entity_id=after.entity_id,
        facts=tuple(one for one in changes if one.added or one.removed),
    )


def addresses_of(party: AnyParty) -> list[tuple[str, str, str]]:
    """List where a party is reached: what for, in which binding, where."""
    return [
        (what, end.binding.rpartition(":")[2], end.location)
        for what, ends in _endpoints_of(party)
        for end in ends
    ]


def _only_in(
    these: Mapping[Fact, None], others: Mapping[Fact, None], kind: FactKind
) -> tuple[str, ...]:
    return tuple(
        text for one, text in these if one is kind and (one, text) not in others
    )


def _facts_of(record: EntityRecord, *, allow_loopback_http: bool) -> Iterator[Fact]:
    for certificate in record.details.certificates:
        use = certificate.use or "signing, encryption"
        end = f"{certificate.not_after:%Y-%m-%d}"
        yield FactKind.CERTIFICATE, f"{use}: {certificate.sha256}, {end}"
    for language, name in record.details.names.items():
        yield FactKind.NAME, f"{language}: {name}"
    for scope in record.details.scopes:
        yield FactKind.SCOPE, scope
    for category in record.details.categories:
        yield FactKind.CATEGORY, category
    if record.valid_until is not None:
        yield FactKind.END, record.valid_until.isoformat()
    for role in sorted(record.roles):
        yield FactKind.ROLE, role
        yield from _facts_of_party(
            read_party(record.xml, role, allow_loopback_http=allow_loopback_http)
        )


def _facts_of_party(party: AnyParty) -> Iterator[Fact]:
    for words in addresses_of(party):
        yield FactKind.ADDRESS, " ".join(words)
    match party:
        case IdentityProvider():
            for level in party.assurance_certifications:
                yield FactKind.LEVEL, level
            if party.wants_signed_requests:
                yield FactKind.RULE, "WantAuthnRequestsSigned"
        case ServiceProvider():
            yield from _facts_of_service(party)
        case AttributeAuthority():
            pass  # its addresses and keys are everything


def _facts_of_service(party: ServiceProvider) -> Iterator[Fact]:
    for service in party.attribute_services:
        for wish in service.requested:
            needed = " isRequired" if wish.is_required else ""
            yield FactKind.ATTRIBUTE, f"{service.index}: {wish.name}{needed}"
    rules = {
        "AuthnRequestsSigned": party.signs_requests,
        "WantAssertionsSigned": party.wants_signed_assertions,
    }
    for rule, is_so in rules.items():
        if is_so:
            yield FactKind.RULE, rule


def _endpoints_of(party: AnyParty) -> list[tuple[str, tuple[Endpoint, ...]]]:
    match party:
        case IdentityProvider():
            return [("SSO", party.sso_endpoints), ("SLO", party.slo_endpoints)]
        case ServiceProvider():
            return [("ACS", party.acs_endpoints), ("SLO", party.slo_endpoints)]
        case AttributeAuthority():
            return [("AA", party.attribute_endpoints)]
