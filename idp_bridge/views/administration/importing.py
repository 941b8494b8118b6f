"""How does a file with users become users? Upload, read what it would do, confirm.

Nothing is saved before the confirmation, and then all of it or nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from flask import Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from authz import sheets
from authz.administration.errors import (
    AdministrationError,
    BadFieldsError,
    ImportRefusedError,
    NoReasonError,
)
from authz.administration.models import (
    ChangeKind,
    CheckedRow,
    ImportRow,
    ImportState,
    ServiceName,
)
from authz.errors import UnreadableSheetError
from idp_bridge.services import services
from idp_bridge.texts import CHANGE_TEXTS
from idp_bridge.views.administration import (
    checked_files,
    reasons,
    results,
    ticks,
    tries,
    user_sheet,
)
from idp_bridge.views.administration.checked_files import KeptFile
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    UNPROCESSABLE,
    actor,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.user_sheet import Column, ReadSheet
from idp_bridge.views.administration.users import choices_here
from idp_bridge.web.access import needs
from idp_bridge.web.drafts import typed_before
from idp_bridge.web.form_pages import only_button
from idp_bridge.web.rights import Right

MAX_REQUEST: Final = sheets.MAX_BYTES + 100_000
"""Bytes of a request with a file: the largest file, and the form around it."""
_CONFLICT: Final = 409
_FINE: Final = 200
_ELSEWHERE: Final = "elsewhere"


@bp.url_value_preprocessor
def _let_files_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let this one form be larger than others; the guard reads it before the view."""
    if endpoint == "administration.upload":
        request.max_content_length = MAX_REQUEST


@bp.get(f"{ORGANISATION}/import")
@needs(Right.DELEGATE)
def show_import(**_number: str) -> Response:
    """Show the form that takes a file."""
    return _show_form()


@bp.post(f"{ORGANISATION}/import")
@needs(Right.DELEGATE)
@only_button
def upload(**_number: str) -> AnyResponse:
    """Read a file and go to what it would do, or say why it cannot be read."""
    file = request.files.get("fil")
    if file is None or not file.filename:
        return _show_form(CHANGE_TEXTS.sheet["no-file"])
    takes = request.form.get("ta-bort") == "ja"
    try:
        sheet = sheets.read(file.read(sheets.MAX_BYTES + 1))
        columns = user_sheet.columns_of(choices_here())
        read = user_sheet.read(sheet, columns, takes=takes)
    except UnreadableSheetError as error:
        return _show_form(_problem(error))
    if not read.rows:
        return _show_form(CHANGE_TEXTS.sheet["no-rows"])
    file_read = KeptFile(sheet=read, takes=takes)
    if _asks_for_too_many(_check(file_read)):
        return _show_form(CHANGE_TEXTS.sheet["elsewhere"])
    name = checked_files.keep(file_read)
    return go_to(address_of("show_checked", name=name))


@bp.get(f"{ORGANISATION}/import/<name>")
@needs(Right.DELEGATE)
def show_checked(name: str, **_number: str) -> Response:
    """Show what a file would do, row by row."""
    return _show_checked(name, checked_files.find(name), typed=typed_before())


@bp.post(f"{ORGANISATION}/import/<name>")
@needs(Right.DELEGATE)
def save_checked(name: str, **_number: str) -> AnyResponse:
    """Do what the page showed; when it would do something else now, show that."""
    file = checked_files.take(name)
    try:
        checked = _check(file)
        _refuse_other(checked, request.form.get("visat", ""))
        result = administration().import_users(
            organisation().id,
            [each.row for each in checked],
            reason=reasons.read(request.form),
            actor=actor(),
            now=services().clock(),
        )
    except (BadFieldsError, NoReasonError) as error:
        checked_files.keep(file, name)
        problem = reasons.problem_of(error)
        return _show_checked(name, file, UNPROCESSABLE, problem=problem)
    except AdministrationError:
        checked_files.keep(file, name)
        return _show_checked(name, file, _CONFLICT)
    except Exception:
        checked_files.keep(file, name)
        raise
    told = results.remember(ChangeKind.IMPORT, result)
    return go_to(address_of("show_users", andring=told))


def _check(file: KeptFile) -> tuple[CheckedRow, ...]:
    """Say of each row what it would do, with the cells that say nothing."""
    here, now = organisation().id, services().clock()
    checked = administration().check_import(here, file.sheet.rows, now=now)
    kept = _with_ends_as_they_are(checked)
    if kept != [each.row for each in checked]:
        checked = administration().check_import(here, kept, now=now)
    return tuple(_with_problems(each, file.sheet) for each in checked)


def _asks_for_too_many(checked: Sequence[CheckedRow]) -> bool:
    """Count HSA-ids that cannot be used; many at once tell of other organisations."""
    here = organisation().id
    if tries.seconds_to_wait(here):
        return True
    refused = sum(_ELSEWHERE in each.problems for each in checked)
    for _ in range(min(refused, tries.MOST)):
        tries.note(here)
    return refused > tries.MOST


def _with_ends_as_they_are(checked: Sequence[CheckedRow]) -> list[ImportRow]:
    """Keep an end whose last day is the one in the file: a file knows only days."""
    here, now = organisation().id, services().clock()
    numbers = [n for each in checked if each.changes_ends and (n := each.membership_id)]
    held = administration().holdings(here, numbers, now=now)
    rows = []
    for each in checked:
        mine = held.get(each.membership_id or 0, {})
        same = {
            number: mine[number]
            for number in each.changes_ends
            if number in mine
            and ticks.last_day(mine[number])
            == ticks.last_day(each.row.permissions.get(number))
        }
        rows.append(replace(each.row, permissions={**each.row.permissions, **same}))
    return rows


def _with_problems(checked: CheckedRow, sheet: ReadSheet) -> CheckedRow:
    cells = sheet.problems.get(checked.row.number, ())
    if not cells:
        return checked
    problems = (*checked.problems, *cells)
    return replace(checked, state=ImportState.WRONG, problems=problems)


def _refuse_other(checked: tuple[CheckedRow, ...], shown: str) -> None:
    """Refuse what is not what the page showed, or has errors.

    Raises:
        AdministrationError: It is not.
    """
    if shown != checked_files.fingerprint(checked):
        raise AdministrationError("not as shown")
    wrong = sum(each.state is ImportState.WRONG for each in checked)
    if wrong:
        raise ImportRefusedError(wrong)


def _show_form(problem: str | None = None) -> Response:
    problems = {"fil": problem} if problem else {}
    return show("import", UNPROCESSABLE if problem else _FINE, problems=problems)


def _show_checked(
    name: str,
    file: KeptFile,
    status: int = _FINE,
    *,
    problem: str = "",
    typed: MultiDict[str, str] | None = None,
) -> Response:
    checked = _check(file)
    columns = user_sheet.columns_of(choices_here())
    names = {
        column.permission.id: f"{column.permission.name} i {column.service.name}"
        for column in columns
    }
    counts = Counter(each.state for each in checked)
    return show(
        "import_checked",
        status,
        name=name,
        rows=sorted(checked, key=lambda each: _ORDER.index(each.state)),
        counts={state.value: counts[state] for state in ImportState},
        names=names,
        problem_words=_words,
        shown=checked_files.fingerprint(checked),
        takes=file.takes,
        has_changed=status == _CONFLICT,
        reason=reasons.read(request.form if typed is None else typed),
        is_typed=typed is not None,
        problem_of_reason=problem,
        must_tell_why=_services_that_ask(checked, columns),
    )


def _services_that_ask(
    checked: Sequence[CheckedRow], columns: Sequence[Column]
) -> list[ServiceName]:
    """List the e-tjänster that want to know why, and which the file changes."""
    changed = {
        number
        for each in checked
        for number in (*each.gives, *each.takes, *each.changes_ends)
    }
    asking = {
        column.service.id: column.service
        for column in columns
        if column.service.needs_reason and column.permission.id in changed
    }
    return list(asking.values())


_ORDER: Final = (
    ImportState.WRONG,
    ImportState.NEW,
    ImportState.CHANGED,
    ImportState.UNCHANGED,
)


def _words(problem: str) -> str:
    """Say what is wrong with a row: ``rule``, ``field:rule`` or ``cell:heading``."""
    first, _, rule = problem.partition(":")
    if first == "cell":
        return str(CHANGE_TEXTS.rows["cell"].format(field=rule))
    field = CHANGE_TEXTS.fields.get(first, first)
    words = CHANGE_TEXTS.rows.get(rule or first, CHANGE_TEXTS.rows["other"])
    return str(words.format(field=field))


def _problem(error: UnreadableSheetError) -> str:
    words = CHANGE_TEXTS.sheet.get(error.problem, CHANGE_TEXTS.sheet["not-csv"])
    if error.line is not None:
        return str(CHANGE_TEXTS.sheet["on-line"].format(line=error.line, words=words))
    if error.about:
        about = " ".join(error.about.split())[:100]
        return str(CHANGE_TEXTS.sheet["about"].format(about=about, words=words))
    return str(words)
