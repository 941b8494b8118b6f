"""What a refresh takes, what it keeps without reading, and what it leaves waiting."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from metadata.entities import Role
from metadata.errors import (
    MetadataUnavailableError,
    SourceRefusedError,
    UnknownEntityError,
)
from metadata.filters import Filters
from metadata.loader import MetadataAdmin
from metadata.records import Change
from metadata.registry import Registry
from metadata.reports import NewSource, Outcome, RefreshResult
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import (
    entity,
    group,
    idp,
    idp_role,
    signed,
    sp,
    sp_role,
)

SIGNER = rsa_key("federation")
SOON = NOW + timedelta(days=7)
LATER = NOW + timedelta(days=8)
TEN = [f"urn:sp:{number}" for number in range(10)]


@pytest.fixture
def admin(store: EntityStore, clock: FrozenClock) -> MetadataAdmin:
    return MetadataAdmin(store, clock, own_entity_ids=["urn:us"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "federation.xml"


def publish(file: Path, *members: str, valid_until: object = SOON) -> None:
    file.write_bytes(signed(group(*members, valid_until=valid_until), SIGNER))  # type: ignore[arg-type]


def new_source(file: Path) -> NewSource:
    return NewSource(
        name="federation", location=str(file), certificate_pem=SIGNER.certificate_pem
    )


def change_of(result: RefreshResult) -> Change:
    assert result.report is not None
    assert result.report.change is not None
    return result.report.change


# --- what is kept ---------------------------------------------------------------------


def test_what_did_not_change_is_neither_read_nor_written(
    admin: MetadataAdmin, store: EntityStore, engine: Engine, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    publish(file, *(sp(one) for one in TEN[:9]), idp("urn:new"), valid_until=LATER)
    written: list[str] = []

    @event.listens_for(engine, "before_cursor_execute")
    def note(*arguments: object) -> None:
        written.append(str(arguments[2]))

    assert change_of(admin.refresh("federation")) == Change(
        added=1, changed=0, removed=1, unchanged=9
    )
    assert not [one for one in written if one.startswith("UPDATE metadata_entities")]
    assert admin.list()[0].valid_until == LATER
    found = store.find(TEN[0], Role.SP)
    assert found is not None
    assert found.valid_until == LATER


def test_a_later_end_of_the_document_is_noticed_by_everybody(
    admin: MetadataAdmin, store: EntityStore, file: Path
) -> None:
    publish(file, sp())
    admin.add(new_source(file))
    before = store.version()
    publish(file, sp(), valid_until=LATER)
    admin.refresh("federation")
    assert store.version() > before


def test_an_entity_that_ended_goes_although_its_xml_is_the_same(
    admin: MetadataAdmin, clock: FrozenClock, file: Path
) -> None:
    members = [sp(one) for one in TEN[:9]]
    members.append(sp(TEN[9], valid_until=NOW + timedelta(days=1)))
    publish(file, *members)
    admin.add(new_source(file))
    assert admin.show(TEN[9])
    clock.advance(timedelta(days=1))
    publish(file, *members, valid_until=LATER)
    assert change_of(admin.refresh("federation")).removed == 1
    with pytest.raises(UnknownEntityError):
        admin.show(TEN[9])


def test_a_role_that_ended_goes_although_the_xml_is_the_same(
    admin: MetadataAdmin, clock: FrozenClock, file: Path
) -> None:
    end = NOW + timedelta(days=1)
    short = idp_role(attributes=f'validUntil="{end:%Y-%m-%dT%H:%M:%SZ}"')
    both = entity("urn:both", short, sp_role())
    publish(file, both)
    admin.add(new_source(file))
    assert admin.show("urn:both")[0].record.roles == {Role.IDP, Role.SP}
    clock.advance(timedelta(days=1))
    publish(file, both, valid_until=LATER)
    assert change_of(admin.refresh("federation")).changed == 1
    assert admin.show("urn:both")[0].record.roles == {Role.SP}


def test_the_warnings_of_what_is_kept_stay(admin: MetadataAdmin, file: Path) -> None:
    broken = entity("urn:broken", idp_role(""))
    half = entity("urn:half", idp_role(""), sp_role())
    publish(file, half, broken, sp())
    warnings = admin.add(new_source(file)).warnings
    assert len(warnings) == 2
    publish(file, half, broken, sp(), valid_until=LATER)
    report = admin.refresh("federation").report
    assert report is not None
    assert sorted(report.warnings) == sorted(warnings)
    assert sorted(admin.list()[0].warnings) == sorted(warnings)


def test_who_we_are_is_asked_anew_of_an_unchanged_document(
    admin: MetadataAdmin, store: EntityStore, clock: FrozenClock, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    assert admin.refresh("federation").outcome is Outcome.SAME
    other = MetadataAdmin(store, clock, own_entity_ids=[TEN[0]])
    assert change_of(other.refresh("federation")).removed == 1
    assert other.refresh("federation").outcome is Outcome.SAME
    assert other.refresh("federation", force=True).outcome is Outcome.TAKEN


def test_who_registered_a_group_counts_each_time(
    admin: MetadataAdmin, file: Path
) -> None:
    def members(authority: str) -> str:
        return (
            '<md:Extensions><r:RegistrationInfo xmlns:r="urn:oasis:names:tc:SAML:'
            f'metadata:rpi" registrationAuthority="{authority}"/></md:Extensions>'
            + sp("urn:a")
        )

    new = replace(
        new_source(file),
        filters=Filters(deny_authorities=frozenset({"urn:bad"})),
        max_shrinkage_percent=100,
    )
    publish(file, group(members("urn:good")), sp("urn:b"))
    assert admin.add(new).entity_count == 2
    publish(file, group(members("urn:bad")), sp("urn:b"))
    result = admin.refresh("federation")
    assert change_of(result).removed == 1


# --- what waits -----------------------------------------------------------------------


def test_a_version_that_lost_too_much_waits(
    admin: MetadataAdmin, store: EntityStore, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    publish(file, *(sp(one) for one in TEN[:7]))
    before = store.version()
    result = admin.refresh("federation")
    assert (result.outcome, result.is_news) == (Outcome.PENDING, True)
    assert result.pending is not None
    assert result.pending.difference.removed == tuple(TEN[7:])
    assert result.pending.difference.removed_count == 3
    (state,) = admin.list()
    assert (state.pending, state.entity_count) == (result.pending, 10)
    assert store.version() == before
    assert admin.show(TEN[9])
    again = admin.refresh("federation")
    assert (again.outcome, again.is_news) == (Outcome.PENDING, False)
    assert again.pending == result.pending


def test_entities_that_come_do_not_make_up_for_those_that_go(
    admin: MetadataAdmin, file: Path
) -> None:
    """A publisher that takes its test federation for the real one is noticed."""
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    publish(file, *(sp(f"{one}/test") for one in TEN))
    result = admin.refresh("federation")
    assert result.outcome is Outcome.PENDING
    assert "10 of its 10 entities are gone" in (result.problem or "")
    assert admin.show(TEN[0])
    others = (f"{one}/new" for one in TEN[:2])
    publish(file, *map(sp, [*TEN[:8], *others]))
    assert admin.refresh("federation").outcome is Outcome.TAKEN


def test_a_version_that_lost_no_more_than_it_may_is_taken(
    admin: MetadataAdmin, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    publish(file, *(sp(one) for one in TEN[:8]))
    assert change_of(admin.refresh("federation")).removed == 2


def test_what_waits_is_taken_when_an_operator_says_so(
    admin: MetadataAdmin, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    publish(file, sp(TEN[0]))
    pending = admin.refresh("federation").pending
    assert pending is not None
    report = admin.approve("federation", pending.sha256)
    assert report.sha256 == pending.sha256
    assert report.change == Change(added=0, changed=0, removed=9, unchanged=1)
    (state,) = admin.list()
    assert (state.pending, state.problem, state.entity_count) == (None, None, 1)


def test_another_document_than_the_one_that_waits_is_not_approved(
    admin: MetadataAdmin, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    publish(file, sp(TEN[0]))
    admin.refresh("federation")
    publish(file, sp("urn:evil"))
    for given in (None, "0" * 64):
        with pytest.raises(SourceRefusedError, match="another one"):
            admin.approve("federation", given)
    assert admin.list()[0].entity_count == 10


def test_approval_does_not_make_a_bad_document_good(
    admin: MetadataAdmin, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    publish(file, sp(TEN[0]), valid_until=NOW + timedelta(days=2))
    pending = admin.refresh("federation").pending
    assert pending is not None
    file.write_text(group(sp(TEN[0]), valid_until=SOON))
    admin.refresh("federation")
    with pytest.raises(SourceRefusedError):
        admin.approve("federation")
    assert admin.list()[0].entity_count == 10


def test_what_waits_is_forgotten_when_the_version_in_use_is_back(
    admin: MetadataAdmin, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    good = file.read_bytes()
    admin.add(new_source(file))
    publish(file, sp(TEN[0]))
    admin.refresh("federation")
    file.write_bytes(good)
    assert admin.refresh("federation").outcome is Outcome.TAKEN
    (state,) = admin.list()
    assert (state.pending, state.problem) == (None, None)


# --- what is said ---------------------------------------------------------------------


def test_a_problem_is_told_once_and_since_when(
    admin: MetadataAdmin, clock: FrozenClock, file: Path
) -> None:
    publish(file, sp())
    admin.add(new_source(file))
    file.write_bytes(b"<html/>")
    assert admin.refresh("federation").is_news
    clock.advance(timedelta(hours=1))
    assert not admin.refresh("federation").is_news
    (state,) = admin.list()
    assert (state.problem_since, state.checked_at) == (NOW, NOW + timedelta(hours=1))
    file.write_bytes(b"")
    assert admin.refresh("federation").is_news
    assert admin.list()[0].problem_since == NOW + timedelta(hours=1)


def test_an_old_document_that_ended_is_a_problem_although_it_is_the_same(
    admin: MetadataAdmin, clock: FrozenClock, file: Path
) -> None:
    publish(file, sp())
    admin.add(new_source(file))
    clock.advance(timedelta(days=7) - timedelta(microseconds=1))
    assert admin.refresh("federation").outcome is Outcome.SAME
    clock.advance(timedelta(microseconds=1))
    result = admin.refresh("federation")
    assert result.outcome is Outcome.REFUSED
    assert result.problem is not None
    assert result.problem.startswith("metadata-expired")


def test_warnings_are_bounded(admin: MetadataAdmin, file: Path) -> None:
    broken = [entity(f"urn:{number}", idp_role("")) for number in range(250)]
    publish(file, *broken, sp())
    warnings = admin.add(new_source(file)).warnings
    assert len(warnings) == 201
    assert warnings[-1] == "and 50 more"


@pytest.mark.parametrize("part", [0.3, 0.9])
def test_a_truncated_document_is_refused(
    admin: MetadataAdmin, file: Path, part: float
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * part)])
    result = admin.refresh("federation")
    assert result.problem is not None
    assert result.problem.startswith("unreadable-xml")
    assert admin.list()[0].entity_count == 10


def test_a_broken_entity_in_the_middle_is_left_out_and_the_rest_is_loaded(
    admin: MetadataAdmin, store: EntityStore, clock: FrozenClock, file: Path
) -> None:
    evil = sp_role('<md:AssertionConsumerService Binding="b" Location="javascript:x"/>')
    publish(file, sp("urn:a"), entity("urn:evil", evil), sp("urn:z"))
    report = admin.add(new_source(file))
    assert report.entity_count == 2
    assert any("urn:evil left out" in warning for warning in report.warnings)
    assert Registry(store, clock).sp("urn:z").entity_id == "urn:z"


def test_a_database_that_stops_in_the_middle_of_a_swap_keeps_the_old_version(
    admin: MetadataAdmin, store: EntityStore, engine: Engine, file: Path
) -> None:
    publish(file, *(sp(one) for one in TEN))
    admin.add(new_source(file))
    before = store.version(), store.seen("federation").marks, admin.list()
    publish(file, *(idp(one) for one in TEN), sp("urn:new"), valid_until=LATER)

    def stop(*arguments: object) -> None:
        if str(arguments[2]).startswith("UPDATE metadata_entities"):
            engine.dispose()
            connection = arguments[0]
            connection.invalidate()  # type: ignore[attr-defined]
            raise MetadataUnavailableError("gone")

    event.listen(engine, "before_cursor_execute", stop)
    with pytest.raises(MetadataUnavailableError):
        admin.refresh("federation")
    event.remove(engine, "before_cursor_execute", stop)
    assert (store.version(), store.seen("federation").marks, admin.list()) == before
    assert change_of(admin.refresh("federation")).changed == 10


# --- filters --------------------------------------------------------------------------


def test_a_filter_leaves_out_what_it_denies(admin: MetadataAdmin, file: Path) -> None:
    publish(file, *(sp(one) for one in TEN))
    filters = Filters(deny_entity_ids=frozenset(TEN[:4]))
    report = admin.add(replace(new_source(file), filters=filters))
    assert report.entity_count == 6
    assert report.warnings == (
        f"{TEN[0]} and 3 others left out: the filters of this source",
    )
    assert admin.list()[0].source.filters == filters
