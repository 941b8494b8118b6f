"""Does the audit trail notice every change, gap and cut, and never fork?"""

import json
import multiprocessing
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, make_url, text

from authz import audit
from authz.audit import AuditEntry, ChainHead, Event
from authz.audit_store import AuditStore
from authz.database import writing
from authz.errors import BrokenAuditChainError
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.databases import postgresql_engine, sqlite_engine


def event(number: int = 1, chain: str = "system") -> Event:
    return Event(
        chain=chain,
        at=NOW,
        actor="test",
        action="grant:give",
        subject=f"person:{number}",
        detail=audit.canonical({"å": number}),
    )


def chain_of(length: int, chain: str = "system") -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    head = ChainHead(chain=chain)
    for number in range(length):
        entries.append(audit.append(head, event(number, chain)))
        head = audit.head_of(entries[-1])
    return entries


def problems(entries: list[AuditEntry], *heads: ChainHead) -> list[str]:
    return list(audit.problems_of(entries, heads))


ENTRIES = chain_of(4)
HEAD = audit.head_of(ENTRIES[-1])


def test_a_whole_chain_has_no_problems() -> None:
    assert problems(ENTRIES, HEAD) == []
    assert problems([]) == []
    assert problems([], ChainHead(chain="system")) == []


@pytest.mark.parametrize("position", range(4))
@pytest.mark.parametrize(
    "change",
    [
        {"actor": "x"},
        {"detail": "{}"},
        {"subject": "person:7"},
        {"action": "x:y"},
        {"at": NOW.replace(year=2025)},
    ],
)
def test_a_changed_entry_is_found(position: int, change: dict[str, object]) -> None:
    changed = list(ENTRIES)
    forged = replace(changed[position].event, **change)  # type: ignore[arg-type]
    changed[position] = replace(changed[position], event=forged)
    assert problems(changed, HEAD) == [f"system no {position + 1}: was changed"]


def test_a_changed_entry_with_a_fitting_hash_breaks_the_next() -> None:
    forged = audit.append(audit.head_of(ENTRIES[0]), event(9))
    changed = [ENTRIES[0], forged, *ENTRIES[2:]]
    assert problems(changed, HEAD) == [
        "system no 3: does not follow the entry before it"
    ]


@pytest.mark.parametrize("position", range(3))
def test_a_gap_is_found(position: int) -> None:
    gap = [entry for entry in ENTRIES if entry.number != position + 1]
    assert problems(gap, HEAD) == [
        f"system no {position + 2}: follows no {position}, something is missing"
    ]


@pytest.mark.parametrize("kept", range(4))
def test_a_cut_end_is_found(kept: int) -> None:
    cut = ["system: does not end where its head says"]
    assert problems(ENTRIES[:kept], HEAD) == cut


def test_a_chain_without_a_head_is_found() -> None:
    assert problems(ENTRIES) == ["system: does not end where its head says"]


@given(st.data())
def test_no_reordering_or_loss_goes_unnoticed(data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(ENTRIES))
    kept = shuffled[: data.draw(st.integers(0, len(ENTRIES)))]
    assert bool(problems(list(kept), HEAD)) == (kept != ENTRIES)


def test_actions_follow_their_grammar_in_alphabetical_order() -> None:
    actions = [action.value for action in audit.Action]
    assert actions == sorted(actions)
    for action in actions:
        thing, _, verb = action.partition(":")
        assert thing.replace("-", "").isalpha()
        assert verb.replace("-", "").isalpha()


def append(engine: Engine, *events: Event) -> None:
    with writing(engine) as connection:
        AuditStore(connection).append(events)


def without_triggers(engine: Engine, statement: str) -> None:
    """Do what only the owner of the database can do."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for name in ("update", "delete", "replace"):
                connection.execute(text(f"DROP TRIGGER audit_entries_no_{name}"))
        else:
            connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER ALL"))
        connection.execute(text(statement))


def test_chains_are_apart_and_verify(authz: AuthzService, engine: Engine) -> None:
    append(engine, event(1, "organisation:1"), event(2, "organisation:2"), event(3))
    append(engine, event(4, "organisation:1"))
    reached = {head.chain: head.number for head in authz.verify_audit()}
    assert reached == {"organisation:1": 2, "organisation:2": 1, "system": 1}


def test_an_export_has_every_entry_with_its_hash(
    authz: AuthzService, engine: Engine
) -> None:
    append(engine, event(1), event(2))
    first, second = map(json.loads, authz.export_audit())
    assert second["previous_hash"] == first["hash"]
    assert first["at"] == "2026-11-23T12:00:00.000000+00:00"
    assert json.loads(first["detail"]) == {"å": 1}


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("UPDATE audit_entries SET actor = 'x' WHERE number = 2", "no 2: was changed"),
        ("DELETE FROM audit_entries WHERE number = 2", "no 3: follows no 1"),
        ("DELETE FROM audit_entries WHERE number = 3", "does not end where"),
        ("DELETE FROM audit_chains", "does not end where"),
        ("UPDATE audit_chains SET number = 2", "does not end where"),
    ],
)
def test_tampering_with_the_database_is_found(
    authz: AuthzService, engine: Engine, statement: str, problem: str
) -> None:
    append(engine, *map(event, range(3)))
    authz.verify_audit()
    without_triggers(engine, statement)
    with pytest.raises(BrokenAuditChainError, match=problem):
        authz.verify_audit()


def test_the_trail_remembers_when_it_was_found_whole(
    authz: AuthzService, engine: Engine
) -> None:
    append(engine, event(1, "organisation:1"), event(2))
    authz.note_audit_check(["organisation:1", "system"], now=NOW)
    later = NOW + timedelta(days=1)
    authz.note_audit_check(["organisation:1"], now=later)
    with engine.connect() as connection:
        store = AuditStore(connection)
        chains = ("organisation:1", "system", "organisation:2")
        assert [store.checked_at(each) for each in chains] == [later, NOW, None]


def test_a_write_that_fails_leaves_no_entry(
    authz: AuthzService, engine: Engine
) -> None:
    def fail() -> None:
        with writing(engine) as connection:
            AuditStore(connection).append([event()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(authz.export_audit()) == []


def test_threads_never_fork_a_chain(authz: AuthzService, engine: Engine) -> None:
    start = threading.Barrier(4)

    def write(number: int) -> None:
        start.wait()
        for _ in range(5):
            append(engine, event(number, "organisation:1"), event(number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert [head.number for head in authz.verify_audit()] == [20, 20]


def append_in_process(url: str, number: int) -> None:
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = sqlite_engine(Path(str(address.database)))
    else:
        engine = postgresql_engine(url)
    for _ in range(5):
        append(engine, event(number, "organisation:1"), event(number))
    engine.dispose()


def test_processes_never_fork_a_chain(authz: AuthzService, engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(3, mp_context=spawn) as pool:
        list(pool.map(append_in_process, [url] * 3, range(3)))
    assert [head.number for head in authz.verify_audit()] == [15, 15]
