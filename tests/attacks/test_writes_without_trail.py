"""Nothing that a form changes is there without its entry in the audit trail.

Every form of every page is sent with good values: what changes a table adds an entry,
and when the entry cannot be written nothing is changed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.building import Building, Form, Snapshot, make_building

TYPED = {
    "given_name": "Örjan",
    "surname": "Åkesson",
    "hsa_id": "SE2321000016-B777",
    "email": "orjan@example.se",
    "name": "Nytt namn",
    "code": "ny-kod",
    "text": "Stängt i natt",
    "sok": "a",
    "at": "",
}
"""What somebody writes, by the name of the field."""
NOTED = ("audit_entries", "audit_chains")
UNNOTED = {"saved_filters", "login_traces"}
"""What only its owner sees, and what an error page writes down about itself."""


@pytest.fixture
def building(tmp_path: Path) -> Building:
    return make_building(tmp_path)


def sent(form: Form, database: Snapshot) -> tuple[set[str], int]:
    """Send a form; answers with the tables that changed, and how much was noted."""
    before = database.was()
    typed = {f.name: TYPED[f.name] for f in form.fields if f.name in TYPED}
    form.send(form.pairs(**typed))
    after = database.now()
    database.go_back()
    changed = {name for name, rows in after.items() if rows != before.get(name)}
    noted = len(after["audit_entries"]) - len(before["audit_entries"])
    return changed - UNNOTED - set(NOTED), noted


def writing_forms(building: Building) -> Iterator[Form]:
    return (form for form in building.forms() if form.method == "POST")


def test_what_a_form_changes_stands_in_the_trail_or_is_not_changed(
    building: Building,
) -> None:
    forms = list(writing_forms(building))
    database = Snapshot(building.office)
    changes = {}
    for form in forms:
        changed, noted = sent(form, database)
        if changed:
            assert noted > 0, (form.action, changed)
            changes[form.action] = changed
    assert len(changes) >= 25, sorted(changes)
    with closing(sqlite3.connect(database.path)) as there:
        there.execute(
            "CREATE TRIGGER no_entries BEFORE INSERT ON audit_entries"
            " BEGIN SELECT RAISE(ABORT, 'the trail is full'); END"
        )
        there.commit()
    without_trail = Snapshot(building.office)
    for form in forms:
        if form.action in changes:
            assert sent(form, without_trail) == (set(), 0), form.action
