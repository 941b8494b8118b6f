"""Is a file with users checked row by row, and imported wholly or not at all?"""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from authz.administration.errors import (
    ImportRefusedError,
    NotFoundError,
    UndoRefusedError,
)
from authz.administration.models import ImportRow, ImportState
from tests.support.administration_world import (
    BERIT,
    FORSKOLA,
    GRANSKA,
    KIM,
    RAPPORTERA,
    STANGD,
    Administration,
    new_user,
)
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, BOB, CHARLIE

NEW = "SE2321000016-C001"
ASA = {"given_name": "Åsa", "surname": "Öberg", "email": "asa@example.se"}
LATER = NOW + timedelta(days=5)


def row(
    region: Administration,
    hsa_id: str,
    *permissions: str,
    take: Sequence[str] = (),
    **values: str,
) -> ImportRow:
    return ImportRow(
        number=2,
        user=new_user(hsa_id, **values),
        permissions={region.permissions[each]: None for each in permissions},
        take=frozenset(region.permissions[each] for each in take),
    )


def test_a_check_says_what_every_row_would_do(region: Administration) -> None:
    rows = [
        row(region, NEW, GRANSKA),
        row(region, ALICE.lower(), RAPPORTERA, **ASA),
        row(region, ALICE[:-1] + "9", **ASA),
        row(region, CHARLIE, FORSKOLA, surname="Bok"),
        row(region, "nej", email=""),
        row(region, BERIT),
        row(region, KIM),
        row(region, BOB, STANGD),
        row(region, "SE2321000016-C7"),
        row(region, "se2321000016-c7"),
    ]
    checked = region.service.check_import(region.region, rows, now=NOW)
    assert [(each.state, each.problems) for each in checked] == [
        (ImportState.NEW, ()),
        (ImportState.CHANGED, ()),
        (ImportState.NEW, ()),
        (ImportState.CHANGED, ()),
        (ImportState.WRONG, ("hsa_id:not-an-hsa-id", "email:missing")),
        (ImportState.WRONG, ("is-administrator",)),
        (ImportState.WRONG, ("elsewhere",)),
        (ImportState.WRONG, ("no-agreement-for-change",)),
        (ImportState.WRONG, ("duplicate-in-file",)),
        (ImportState.WRONG, ("duplicate-in-file",)),
    ]
    assert checked[1].fields == ("hsa_id",), "another spelling"
    assert checked[3].gives == (region.permissions[FORSKOLA],)
    assert checked[3].fields == ("given_name", "surname", "email")


def test_nothing_is_imported_while_a_row_is_wrong(region: Administration) -> None:
    events = region.events()
    rows = [row(region, NEW, GRANSKA), row(region, "nej")]
    with pytest.raises(ImportRefusedError) as caught:
        region.service.import_users(region.region, rows, actor=region.anna, now=NOW)
    assert caught.value.rows == 1
    assert region.events() == events


def test_an_import_is_undone_as_a_whole(region: Administration) -> None:
    alice, charlie = region.member(ALICE), region.member(CHARLIE)
    rows = [
        row(region, NEW, GRANSKA, FORSKOLA),
        row(region, ALICE, GRANSKA, take=[RAPPORTERA], **ASA),
        row(region, CHARLIE, surname="Bok"),
    ]
    result = region.service.import_users(
        region.region, rows, actor=region.anna, now=NOW
    )
    assert (result.users_added, result.users_changed) == (1, 1)
    assert (len(result.added), len(result.removed)) == (3, 1)
    new = region.member(NEW)
    assert set(region.held(new)) == {GRANSKA, FORSKOLA}
    assert set(region.held(alice)) == {GRANSKA}
    region.check_lines()
    assert result.change_id is not None
    region.service.undo(region.region, result.change_id, actor=region.berit, now=NOW)
    assert region.held(alice) == {RAPPORTERA: None}
    view = region.service.user(region.region, charlie, now=NOW)
    assert view.name == "Charlie Ask"
    assert region.service.user(region.region, new, now=NOW).removed is not None
    with pytest.raises(NotFoundError):
        region.change(new, [], [GRANSKA])
    region.check_lines()
    region.authz.verify_audit()


def test_a_second_import_of_the_same_file_changes_nothing(
    region: Administration,
) -> None:
    rows = [row(region, NEW, GRANSKA), row(region, ALICE, RAPPORTERA, **ASA)]
    region.service.import_users(region.region, rows, actor=region.anna, now=NOW)
    checked = region.service.check_import(region.region, rows, now=NOW)
    assert {each.state for each in checked} == {ImportState.UNCHANGED}
    again = region.service.import_users(region.region, rows, actor=region.anna, now=NOW)
    assert again.is_empty


@pytest.mark.parametrize(
    "meanwhile", ["another permission", "another name", "a day", "the user is gone"]
)
def test_undoing_an_import_is_refused_when_something_was_built_on_it(
    region: Administration, meanwhile: str
) -> None:
    result = region.service.import_users(
        region.region, [row(region, NEW, GRANSKA)], actor=region.anna, now=NOW
    )
    new = region.member(NEW)
    if meanwhile == "another permission":
        region.change(new, [], [FORSKOLA])
    elif meanwhile == "another name":
        renamed = region.service.import_users(
            region.region,
            [row(region, NEW, surname="Ek")],
            actor=region.anna,
            now=NOW,
        )
        result, undone = renamed, result
        assert undone.change_id != renamed.change_id
        view = region.service.user(region.region, new, now=NOW)
        region.service.change_user(
            region.region,
            new,
            new_user(NEW, surname="Al"),
            version=view.version,
            actor=region.berit,
            now=NOW,
        )
    elif meanwhile == "a day":
        region.later(days=1)
    else:
        region.service.remove_user(region.region, new, actor=region.anna, now=NOW)
    assert result.change_id is not None
    with pytest.raises(UndoRefusedError):
        region.service.undo(
            region.region, result.change_id, actor=region.anna, now=region.now
        )
