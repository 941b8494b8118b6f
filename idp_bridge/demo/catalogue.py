"""Who is registered in the demonstration's permission store? A catalogue file."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from idp_bridge.demo import people
from idp_bridge.demo.e_services import (
    ANSVAR,
    ERSATTNING,
    LANDSTING,
    SERVICES,
    EService,
)
from idp_bridge.demo.people import Person
from idp_bridge.demo.places import Places

_KINDS: Final = {
    people.BJORKVIK: "kommun",
    people.EKDALEN: "kommun",
    people.GRANBY: "kommun",
    people.NORRSJO: "region",
}
_CLOSED: Final = {people.GRANBY: "2025-06-30"}
_AGREEMENTS: Final = (
    (people.BJORKVIK, ERSATTNING),
    (people.EKDALEN, ERSATTNING),
    (people.GRANBY, ERSATTNING),
    (people.NORRSJO, LANDSTING),
    (people.NORRSJO, ERSATTNING),
    (people.BJORKVIK, ANSVAR),
)
_USERS: Final = (
    (
        people.ANNA,
        (
            "statlig-ersattning:forskola",
            "statlig-ersattning:grundskola",
            "ansvar-ensamkommande:se",
            "ansvar-ensamkommande:andra",
        ),
    ),
    (people.BO, ("statlig-ersattning:gymnasieskola",)),
    (
        people.CECILIA,
        ("landsting:rapportera", "landsting:statistik", "statlig-ersattning:forskola"),
    ),
    (people.DAVID, ("landsting:statistik",)),
    (people.EVA, ()),
    (people.HUGO, ("statlig-ersattning:forskola",)),
    (people.INGRID, ("statlig-ersattning:forskola",)),
    (people.JOHAN, ("statlig-ersattning:forskola",)),
    (people.KARIN, ("statlig-ersattning:grundskola",)),
)
_GRUNDSKOLA: Final = ("statlig-ersattning:grundskola",)
_COLLEAGUES: Final = (
    ("Åke", "Ängström", _GRUNDSKOLA),
    ("Ärla", "Åberg", ("statlig-ersattning:forskola", *_GRUNDSKOLA)),
    ("Örjan", "Öström", ()),
    ("Zara", "Östlund", _GRUNDSKOLA),
    ("Adam", "Zetterlund", ("statlig-ersattning:gymnasieskola",)),
    ("Signe", "O'Hara", ()),
    ("José", "Andersson Ny", ("statlig-ersattning:forskoleklass",)),
    ("Märta", "von Essen", ("statlig-ersattning:barn-utan-vardnadshavare",)),
)
"""Users of Björkvik whom nobody can be in the portal."""
_ELSEWHERE: Final = {people.JOHAN: people.BJORKVIK}
"""People who are registered in another organisation than the one on their card."""
_LEFT: Final = {people.INGRID: "2025-03-31"}
_BEGIN: Final = "2024-01-01"


def write(places: Places) -> str:
    """Write the catalogue; the addresses of the e-tjänster follow the ports."""
    return "\n".join(_lines(places)) + "\n"


def write_ending(day: date) -> str:
    """Write a catalogue by which the first colleague's permissions end after a day."""
    _, _, permissions = _COLLEAGUES[0]
    ending = ", ".join(
        f"{{permission = {json.dumps(one)}, valid_until = {day}}}"
        for one in permissions
    )
    return "\n".join([*_colleague(1), f"permissions = [{ending}]"])


def _lines(places: Places) -> Iterator[str]:
    for place, service in enumerate(SERVICES):
        yield from _service(service, places.service(place))
    for number, kind in _KINDS.items():
        yield "[[organisations]]"
        yield _text("number", number)
        yield _text("name", people.ORGANISATIONS[number])
        yield _text("kind", kind)
        if number in _CLOSED:
            yield f"valid_from = {_BEGIN}"
            yield f"valid_until = {_CLOSED[number]}"
    for number, service in _AGREEMENTS:
        yield "[[agreements]]"
        yield _text("organisation", number)
        yield _text("service", service.code)
        yield f"valid_from = {_BEGIN}"
    yield from _people()


def _people() -> Iterator[str]:
    for person, numbers in people.ADMINISTRATORS.items():
        for number in numbers:
            yield from _person("administrators", person, number)
    for person, permissions in _USERS:
        yield from _person("users", person)
        yield _texts("permissions", permissions)
    yield from _colleagues()
    for person, role in people.OPERATORS.items():
        yield from _operator(person, role)


def _service(service: EService, start_url: str) -> Iterator[str]:
    yield "[[services]]"
    yield _text("code", service.code)
    yield _text("name", service.name)
    yield _text("name_en", service.name_en)
    yield _text("description", service.description)
    yield _text("kind", service.kind.value)
    yield _text("start_url", f"{start_url}/")
    yield _texts("entity_ids", [service.entity_id])
    for code, name in service.permissions.items():
        yield "[[services.permissions]]"
        yield _text("code", code)
        yield _text("name", name)


def _colleagues() -> Iterator[str]:
    """Write users who only make the list long enough to be searched."""
    for place, (_, _, permissions) in enumerate(_COLLEAGUES, start=1):
        yield from _colleague(place)
        yield _texts("permissions", permissions)


def _colleague(place: int) -> Iterator[str]:
    given_name, surname, _ = _COLLEAGUES[place - 1]
    yield "[[users]]"
    yield _text("organisation", people.BJORKVIK)
    yield _text("hsa_id", f"SE{people.BJORKVIK.replace('-', '')}-C{place:03}")
    yield _text("given_name", given_name)
    yield _text("surname", surname)
    yield _text("email", f"kollega{place}@bjorkvik.example")


def _person(table: str, person: Person, number: str | None = None) -> Iterator[str]:
    yield f"[[{table}]]"
    yield _text("organisation", number or _ELSEWHERE.get(person, person.number))
    yield _text("hsa_id", person.hsa_id)
    yield _text("given_name", person.given_name)
    yield _text("surname", person.surname)
    yield _text("email", person.mail)
    if person in _LEFT:
        yield f"valid_from = {_BEGIN}"
        yield f"valid_until = {_LEFT[person]}"


def _operator(person: Person, role: str) -> Iterator[str]:
    yield "[[operators]]"
    yield _text("hsa_id", person.hsa_id)
    yield _text("given_name", person.given_name)
    yield _text("surname", person.surname)
    yield _text("email", person.mail)
    yield _text("role", role)


def _text(key: str, value: str) -> str:
    """Write a line; a JSON string is a TOML string too."""
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"


def _texts(key: str, values: Sequence[str]) -> str:
    return f"{key} = {json.dumps(list(values), ensure_ascii=False)}"
