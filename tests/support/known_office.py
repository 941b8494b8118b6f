"""How does a table of forms become addresses? In an office with one of each thing.

What stands in braces in ``tests/support/page_forms.py`` is found out here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from idp_bridge.sessions import PERSON
from tests.support.administration_pages import (
    BERIT,
    FIELDS,
    GUSTAV,
    HOST,
    Office,
    make_office,
)
from tests.support.change_pages import permission_numbers
from tests.support.operator_pages import OPERATORS, Site
from tests.support.page_forms import Form
from tests.support.permission_world import ALICE, REGION

_NOTICE = {"text": "Stängt", "level": "warning", "place": "everywhere"}
_SHEET = "Förnamn;Efternamn;HSA-id;E-post\n" + ";".join(FIELDS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOffice:
    """An office, and what the braces stand for in it."""

    office: Office
    known: Mapping[str, str]

    def at(self, path: str) -> str:
        """Fill in the braces of an address or a value."""
        return path.format(**self.known)

    def log_in(self, endpoint: str) -> None:
        """Let somebody log in anew who may use a view."""
        self.office.client.delete_cookie(PERSON, domain=HOST)
        if endpoint.startswith("operator."):
            self.office.log_in(OPERATORS["system"], "/operator/")
        else:
            self.office.log_in(BERIT)

    def lose_session(self) -> None:
        """End the session on the server, as its time does."""
        key = f"session:{sha256((self.office.session or '').encode()).hexdigest()}"
        assert self.office.parts.state.take(key) is not None

    def fill_in(
        self, form: Form, changed: Mapping[str, str | None] | None = None
    ) -> MultiDict[str, str]:
        """Open the page of a form and fill it in; nothing is sent yet."""
        page = self.office.get(self.at(form.page or form.to))
        assert page.status_code == 200, (form, page.status_code)
        filled = {
            self.at(name): value and self.at(value)
            for name, value in {**form.typed, **(changed or {})}.items()
        }
        mine = form_to(page, self.at(form.to))
        kept = [pair for pair in mine if pair[0] not in filled]
        sent = [(name, value) for name, value in filled.items() if value is not None]
        return MultiDict([*kept, *sent])


def know(folder: Path) -> KnownOffice:
    """Make an office in which there is one of each."""
    office = make_office(folder)
    office.log_in(OPERATORS["system"], "/operator/")
    organisation = str(office.organisation_id(REGION))
    here = f"/operator/organisationer/{organisation}"
    token = Site.token(office)
    office.post("/operator/notiser/ny", {**_NOTICE, "csrf_token": token})
    known = {
        "organisation": organisation,
        "administrator": _find(office, f"{here}/administratorer", r"(\d+)/byt-ut"),
        "agreement": _find(office, f"{here}/avtal", r"/operator/avtal/(\d+)/avsluta"),
        "notice": _find(office, "/operator/notiser", r"notiser/(\d+)/andra"),
        "operator": _find(office, "/operator/operatorer", r"operatorer/(\d+)/andra"),
    }
    office.log_in(BERIT)
    home, token = f"/o/{REGION}", office.token()
    members = office.members()
    file = {"csrf_token": token, "fil": (BytesIO(_SHEET.encode()), "fil.csv")}
    office.post(f"{home}/genomgang/borja", {"csrf_token": token})
    known |= {
        "number": REGION,
        "user": office.address(GUSTAV),
        "member": str(members[GUSTAV]),
        "colleague": str(members[ALICE]),
        "permission": str(permission_numbers(office, REGION)["landsting:granska"]),
        "file": office.post(f"{home}/import", file).headers["Location"],
    }
    return KnownOffice(office=office, known=known)


def form_to(page: TestResponse, path: str) -> list[tuple[str, str]]:
    """Read what the first sealed form of a page would send that leads to a path.

    A question that follows a form has the seal of that form; its page has no form that
    leads there, and the first sealed one is read.
    """
    here = page.request.path
    sealed = [one for one in _forms(page) if "draft" in one.fields]
    assert sealed, here
    fits = [each for each in sealed if _action(each, here) == path]
    chosen = (fits or sealed)[0]
    return [(str(name), str(value or "")) for name, value in chosen.form_values()]


def values_on(page: TestResponse) -> dict[str, set[str]]:
    """Read what stands in the fields of a page: typed, ticked or chosen."""
    found: dict[str, set[str]] = {}
    tree = html.fromstring(page.get_data(as_text=True))
    for field in tree.xpath("//main//*[self::input or self::select or self::textarea]"):
        if field.get("type") in {"checkbox", "radio"} and field.get("checked") is None:
            continue
        value = field.value if field.tag != "input" else field.get("value")
        found.setdefault(str(field.name), set()).add(str(value or ""))
    return found


def _forms(page: TestResponse) -> list[Any]:
    forms = html.fromstring(page.get_data(as_text=True)).forms
    return [one for one in forms if str(one.method).upper() == "POST"]


def _action(form: Any, here: str) -> str:
    return str(form.get("action") or here).partition("?")[0]


def _find(office: Office, path: str, pattern: str) -> str:
    found = re.search(pattern, office.get(path).get_data(as_text=True))
    assert found is not None, path
    return found[1]
