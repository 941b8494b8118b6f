"""Which forms do our own pages have, where does each stand, and what is typed there?

Every view that takes a form is here: in :data:`FORMS` if somebody types or chooses
something, in :data:`BUTTONS` if not. Addresses and values have braces for what is found
out in a running office (``tests/support/known_office.py``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.support.administration_pages import FIELDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form, as somebody fills it in."""

    to: str
    """The path that it is sent to."""
    page: str = ""
    """The path of the page on which it stands; not given, the same."""
    typed: Mapping[str, str]
    """What somebody types or chooses, which must not be lost."""
    wrong: Mapping[str, str | None] = field(default_factory=dict)
    """What makes it a form with mistakes; ``None`` is not sent at all."""
    never_wrong: str = ""
    """Why nothing that is typed can be a mistake."""


_PERSON: Final = {
    "given_name": "Örjan",
    "surname": "Åkesson",
    "hsa_id": "SE2321000016-B777",
    "email": "orjan@example.se",
}
_NOBODY: Final = {"email": "ingen adress"}
_LAST: Final = {"last_day": "2031-12-31"}
_NO_DAY: Final = {"last_day": "i morgon"}
_SERVICE: Final = {
    "name": "Tjänsten",
    "description": "Två\nrader",
    "kind": "kommun",
    "start_url": "https://tjansten.example.se/",
}
_PERMISSION: Final = {"name": "Läsa", "name_en": "Read", "last_day": "2031-12-31"}
_NOTICE: Final = {
    "text": "Stängt på söndag",
    "level": "outage",
    "begins": "2027-01-01T06:00",
}
_WHY: Final = "Ny tjänst, å <b>"
_CONTROL: Final = {"skal": "klock\x07slag"}
_O: Final = "/operator"
_ORGANISATION: Final = f"{_O}/organisationer/{{organisation}}"
_ADMINISTRATOR: Final = f"{_ORGANISATION}/administratorer/{{administrator}}"
_SERVICE_AT: Final = f"{_O}/e-tjanster/landsting"
_HOME: Final = "/o/{number}"

FORMS: Final[Mapping[str, tuple[Form, ...]]] = {
    "administration.add_user": (
        Form(to=f"{_HOME}/anvandare/ny", typed=FIELDS, wrong=_NOBODY),
    ),
    "administration.change_user": (
        Form(
            to="{user}/andra",
            typed={"surname": "Zakariasson", "email": "gz@example.se"},
            wrong=_NOBODY,
        ),
    ),
    "administration.save_permissions": (
        Form(
            to="{user}/behorigheter",
            typed={"after": "{permission}", "skal": _WHY},
            wrong={"till-{permission}": "i morgon"},
        ),
    ),
    "administration.save_copy": (
        Form(
            to="{user}/kopiera",
            typed={"kollega": "{colleague}"},
            wrong={"kollega": None},
        ),
        Form(
            to="{user}/kopiera",
            typed={"kollega": "{colleague}", "steg": "spara", "skal": _WHY},
            wrong=_CONTROL,
        ),
    ),
    "administration.save_many": (
        Form(
            to=f"{_HOME}/flera",
            page=f"{_HOME}/anvandare",
            typed={
                "markerad": "{member}",
                "atgard": "ge",
                "steg": "kontroll",
                "behorighet": "{permission}",
                "till": "2031-12-31",
                "skal": _WHY,
            },
            wrong={"behorighet": ""},
        ),
    ),
    "administration.save_holders": (
        Form(
            to=f"{_HOME}/behorighet/landsting/granska",
            typed={"markerad": "{member}", "till": "2031-12-31", "skal": _WHY},
            wrong={"till": "i morgon"},
        ),
    ),
    "administration.save_checked": (
        Form(to="{file}", typed={"skal": _WHY}, wrong=_CONTROL),
    ),
    "administration.keep_reviewed": (
        Form(
            to=f"{_HOME}/genomgang/behall",
            page=f"{_HOME}/genomgang",
            typed={"markerad": "{member}"},
            wrong={"markerad": None},
        ),
    ),
    "operator.add_organisation": (
        Form(
            to=f"{_O}/organisationer/ny",
            typed={"name": "Åre kommun", "kind": "kommun", "number": "212000-0142"},
            wrong={"number": "12"},
        ),
    ),
    "operator.change_organisation": (
        Form(to=f"{_ORGANISATION}/andra", typed={"name": "Åre"}, wrong={"name": ""}),
    ),
    "operator.add_number": (
        Form(
            to=f"{_ORGANISATION}/nummer",
            page=_ORGANISATION,
            typed={"number": "556677-8899"},
            wrong={"number": "12"},
        ),
    ),
    "operator.end_organisation": (
        Form(to=f"{_ORGANISATION}/avsluta", typed=_LAST, wrong=_NO_DAY),
    ),
    "operator.add_agreement": (
        Form(
            to=f"{_ORGANISATION}/avtal/nytt",
            typed={"service_code": "landsting", "reference": "7/2031"},
            wrong={"first_day": "snart"},
        ),
    ),
    "operator.change_agreement": (
        Form(
            to=f"{_O}/avtal/{{agreement}}/andra",
            typed={"reference": "7/2031"},
            wrong={"last_day": "snart"},
        ),
    ),
    "operator.end_agreement": (
        Form(to=f"{_O}/avtal/{{agreement}}/avsluta", typed=_LAST, wrong=_NO_DAY),
    ),
    "operator.add_administrator": (
        Form(to=f"{_ORGANISATION}/administratorer/ny", typed=_PERSON, wrong=_NOBODY),
    ),
    "operator.promote_user": (
        Form(
            to=f"{_ORGANISATION}/administratorer/gor-om",
            page=f"{_ORGANISATION}/administratorer/ny",
            typed={**_PERSON, "hsa_id": "SE2321000016-B003"},
            wrong={"hsa_id": "12"},
        ),
    ),
    "operator.change_administrator": (
        Form(to=f"{_ADMINISTRATOR}/andra", typed=_PERSON, wrong=_NOBODY),
    ),
    "operator.replace_administrator": (
        Form(to=f"{_ADMINISTRATOR}/byt-ut", typed=_PERSON, wrong=_NOBODY),
    ),
    "operator.add_service": (
        Form(
            to=f"{_O}/e-tjanster/ny",
            typed={"code": "tjansten", **_SERVICE},
            wrong={"start_url": "tjansten"},
        ),
    ),
    "operator.change_service": (
        Form(
            to=f"{_SERVICE_AT}/andra", typed=_SERVICE, wrong={"start_url": "tjansten"}
        ),
    ),
    "operator.end_service": (
        Form(to=f"{_SERVICE_AT}/avsluta", typed=_LAST, wrong=_NO_DAY),
    ),
    "operator.add_permission": (
        Form(
            to=f"{_SERVICE_AT}/ny-behorighet",
            typed={"code": "lasa", **_PERMISSION},
            wrong={"name": ""},
        ),
    ),
    "operator.change_permission": (
        Form(
            to=f"{_SERVICE_AT}/behorigheter/granska/andra",
            typed=_PERMISSION,
            wrong={"name": ""},
        ),
    ),
    "operator.end_permission": (
        Form(
            to=f"{_SERVICE_AT}/behorigheter/granska/avsluta", typed=_LAST, wrong=_NO_DAY
        ),
    ),
    "operator.add_notice": (
        Form(to=f"{_O}/notiser/ny", typed=_NOTICE, wrong={"text": ""}),
    ),
    "operator.change_notice": (
        Form(to=f"{_O}/notiser/{{notice}}/andra", typed=_NOTICE, wrong={"text": ""}),
    ),
    "operator.add_operator": (
        Form(
            to=f"{_O}/operatorer/ny",
            typed={**_PERSON, "role": "handler"},
            wrong=_NOBODY,
        ),
    ),
    "operator.change_operator": (
        Form(
            to=f"{_O}/operatorer/{{operator}}/andra",
            typed={**_PERSON, "role": "handler"},
            wrong=_NOBODY,
        ),
    ),
    "operator.look_up_person": (
        Form(
            to=f"{_O}/person",
            typed={"hsa_id": "SE2321000016-B001"},
            wrong={"hsa_id": "12"},
        ),
    ),
    "operator.explain": (
        Form(
            to=f"{_O}/forklara",
            typed={"hsa_id": "SE2321000016-B001", "service_code": "landsting"},
            wrong={"hsa_id": "12"},
        ),
    ),
    "operator.search": (
        Form(
            to=f"{_O}/sok",
            page=f"{_O}/",
            typed={"sok": "Region Å"},
            never_wrong="whatever is looked for is found or not",
        ),
    ),
    "operator.save_filter": (
        Form(
            to=f"{_O}/logg/filter",
            page=f"{_O}/logg?bara=system",
            typed={"namn": "Bara vårt"},
            wrong={"namn": ""},
        ),
    ),
    "operator.add_source": (
        Form(
            to=f"{_O}/metadata/ny-kalla",
            typed={"name": "sambi", "location": "/srv/sambi.xml", "days": "12"},
            wrong={"name": "Sambi!"},
        ),
    ),
}
"""Forms by their view."""

BUTTONS: Final[Mapping[str, str]] = {
    "administration.stay": "/admin/fortsatt",
    "administration.undo": f"{_HOME}/angra/1",
    "administration.restore_user": "{user}/aterstall",
    "administration.remove_user": "{user}/ta-bort",
    "administration.start_review": f"{_HOME}/genomgang/borja",
    "administration.keep_recent": f"{_HOME}/genomgang/behall-inloggade",
    "administration.finish_review": f"{_HOME}/genomgang/avsluta",
    "administration.upload": f"{_HOME}/import",
    "operator.make_main_number": f"{_ORGANISATION}/nummer/5565594230/huvudnummer",
    "operator.remove_number": f"{_ORGANISATION}/nummer/5565594230/ta-bort",
    "operator.reopen_organisation": f"{_ORGANISATION}/oppna",
    "operator.end_administrator": f"{_ADMINISTRATOR}/avsluta",
    "operator.add_entity_to_service": f"{_SERVICE_AT}/entiteter",
    "operator.remove_entity_from_service": f"{_SERVICE_AT}/entiteter/ta-bort",
    "operator.end_notice": f"{_O}/notiser/{{notice}}/avsluta",
    "operator.end_operator": f"{_O}/operatorer/{{operator}}/avsluta",
    "operator.remove_filter": f"{_O}/logg/filter/1/ta-bort",
    "operator.move": f"{_O}/metadata/kallor/sambi/flytta",
    "operator.approve": f"{_O}/metadata/kallor/sambi/godkann",
    "operator.fetch_now": f"{_O}/metadata/kallor/sambi/hamta",
    "operator.remove": f"{_O}/metadata/kallor/sambi/ta-bort",
}
"""Views that only a button leads to (a file cannot be kept), with their paths."""
