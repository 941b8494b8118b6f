"""Which file did an administrator upload to be checked? Kept here, not in the browser.

Between the check and the confirmation the rows stay in the state store, for one hour
and for the administrator who brought them. What is confirmed is what was checked: the
page brings back only a fingerprint of what it showed.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from authz.administration.models import CheckedRow, ImportRow, NewUser
from idp_bridge.errors import PageNotFoundError
from idp_bridge.services import services
from idp_bridge.views.administration.frame import organisation
from idp_bridge.views.administration.user_sheet import ReadSheet
from idp_bridge.web.access import administrator

KEPT: Final = timedelta(hours=1)
_NAME: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that waits to be confirmed."""

    sheet: ReadSheet
    takes: bool
    """Whether empty cells take permissions."""


def keep(file: KeptFile, name: str = "") -> str:
    """Keep a file for an hour; answers with its name.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    name = name or secrets.token_hex(16)
    rows = [_values_of(row) for row in file.sheet.rows]
    problems = list(file.sheet.problems.items())
    facts = {"rows": rows, "problems": problems, "takes": file.takes}
    services().state.put(_key(name), json.dumps(facts).encode(), KEPT)
    return name


def find(name: str) -> KeptFile:
    """Find a file of this administrator.

    Raises:
        PageNotFoundError: There is none, or it is too old.
        StoreUnavailableError: The store does not answer.
    """
    return _read(services().state.get(_key(name)))


def take(name: str) -> KeptFile:
    """Take a file out, so that it is saved only once.

    Raises:
        PageNotFoundError: There is none, or somebody was faster.
        StoreUnavailableError: The store does not answer.
    """
    return _read(services().state.take(_key(name)))


def fingerprint(checked: tuple[CheckedRow, ...]) -> str:
    """Say in one word what a check found; another word if anything is another."""
    facts = [asdict(row) for row in checked]
    for fact in facts:
        fact["row"]["take"] = sorted(fact["row"]["take"])
    return sha256(json.dumps(facts, default=str).encode()).hexdigest()


def _key(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise PageNotFoundError("not the name of a file")
    return f"import:{organisation().id}:{administrator().person_id}:{name}"


def _values_of(row: ImportRow) -> dict[str, Any]:
    ends = [(n, end and end.isoformat()) for n, end in row.permissions.items()]
    return {
        "number": row.number,
        "user": asdict(row.user),
        "permissions": ends,
        "take": sorted(row.take),
    }


def _read(data: bytes | None) -> KeptFile:
    if data is None:
        raise PageNotFoundError("no such file")
    facts = json.loads(data)
    sheet = ReadSheet(
        rows=tuple(map(_row_of, facts["rows"])),
        problems={line: tuple(each) for line, each in facts["problems"]},
    )
    return KeptFile(sheet=sheet, takes=facts["takes"])


def _row_of(values: Mapping[str, Any]) -> ImportRow:
    return ImportRow(
        number=values["number"],
        user=NewUser(**values["user"]),
        permissions={
            number: end and datetime.fromisoformat(end)
            for number, end in values["permissions"]
        },
        take=frozenset(values["take"]),
    )
