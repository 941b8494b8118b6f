"""Which file did an administrator upload to be checked? Kept here, not in the browser.

Between the check and the confirmation the rows stay in the state store, for one hour
and for the administrator who brought them. What is confirmed is what was checked: the
page brings back only a fingerprint of what it showed.

A value of the store is small, so a file is kept in parts. The first entry says how many
there are; it is written last and taken first, so a file is there as a whole or not at
all.
"""

import json
import re
import secrets
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from authz.administration.models import CheckedRow, ImportRow, NewUser
from idp_bridge.errors import PageNotFoundError
from idp_bridge.services import services
from idp_bridge.state.limits import MAX_VALUE_BYTES
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
    data, state = zlib.compress(json.dumps(facts).encode()), services().state
    starts = range(0, len(data), MAX_VALUE_BYTES)
    for number, start in enumerate(starts):
        state.put(_part(name, number), data[start : start + MAX_VALUE_BYTES], KEPT)
    state.put(_key(name), str(len(starts)).encode(), KEPT)
    return name


def find(name: str) -> KeptFile:
    """Find a file of this administrator.

    Raises:
        PageNotFoundError: There is none, or it is too old.
        StoreUnavailableError: The store does not answer.
    """
    return _read(name, services().state.get)


def take(name: str) -> KeptFile:
    """Take a file out, so that it is saved only once.

    Raises:
        PageNotFoundError: There is none, or somebody was faster.
        StoreUnavailableError: The store does not answer.
    """
    return _read(name, services().state.take)


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


def _part(name: str, number: int) -> str:
    return f"{_key(name)}:{number}"


def _values_of(row: ImportRow) -> dict[str, Any]:
    ends = [(n, end and end.isoformat()) for n, end in row.permissions.items()]
    return {
        "number": row.number,
        "user": asdict(row.user),
        "permissions": ends,
        "take": sorted(row.take),
    }


def _read(name: str, fetch: Callable[[str], bytes | None]) -> KeptFile:
    count = fetch(_key(name))
    parts = [fetch(_part(name, number)) for number in range(int(count or b"0"))]
    there = [part for part in parts if part is not None]
    if not there or len(there) != len(parts):
        raise PageNotFoundError("no such file")
    facts = json.loads(zlib.decompress(b"".join(there)))
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
