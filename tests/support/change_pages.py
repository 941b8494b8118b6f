"""How does a test tick boxes and press buttons on the administrators' pages?"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from lxml import html
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.support.administration_pages import Office

Pairs = list[tuple[str, str]]


def pairs_of(page: TestResponse, place: int = -1) -> Pairs:
    """Read what a form of a page would send as it is, repeated names too."""
    tree = html.fromstring(page.get_data(as_text=True))
    found = []
    for field in tree.forms[place].inputs:
        if field.name and not isinstance(field, html.SelectElement):
            found += _value_of(field)
        elif field.name:
            found.append((field.name, str(field.value or "")))
    return found


def _value_of(field: Any) -> Pairs:
    if field.tag == "button" or field.get("disabled") is not None:
        return []
    if field.get("type") in {"checkbox", "radio"} and field.get("checked") is None:
        return []
    return [(field.name, field.get("value") or "")]


def without(pairs: Pairs, *removed: tuple[str, str]) -> Pairs:
    """Untick boxes."""
    assert set(removed) <= set(pairs)
    return [pair for pair in pairs if pair not in removed]


def setting(pairs: Pairs, **values: str) -> Pairs:
    """Write into fields; a name with a hyphen is written with an underscore."""
    named = {name.replace("_", "-"): value for name, value in values.items()}
    kept = [pair for pair in pairs if pair[0] not in named]
    return [*kept, *named.items()]


def send(office: Office, path: str, pairs: Iterable[tuple[str, str]]) -> TestResponse:
    """Send a form."""
    return office.post(path, MultiDict(list(pairs)))


def follow(office: Office, answer: TestResponse) -> TestResponse:
    """Go where an answer leads."""
    assert answer.status_code == 303, answer.text[-3000:]
    return office.get(answer.headers["Location"])


def permission_numbers(office: Office, number: str) -> dict[str, int]:
    """Say which number each permission of an organisation has, by its two codes."""
    choices = office.parts.administration.choices(
        office.organisation_id(number), now=office.clock()
    )
    return {
        f"{choice.service.code}:{each.code}": each.id
        for choice in choices
        for each in choice.permissions
    }


def held(office: Office, membership: int, number: str) -> set[str]:
    """Say which permissions a user has, by their codes."""
    user = office.user(membership, number)
    return {
        f"{one.service.code}:{grant.permission.code}"
        for one in user.services
        for grant in one.grants
    }


def came(office: Office, hsa_id: str, days_ago: int) -> None:
    """Let somebody have logged in some days ago."""
    authz, now = office.parts.authz, office.clock()
    service = authz.service_of_code("landsting")
    facts = authz.decide(hsa_id, service, organisation_numbers=(), now=now).facts
    authz.note_login(facts.last_login, now=now - timedelta(days=days_ago))
