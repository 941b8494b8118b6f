"""An operator sees, on a page and in a terminal, what each SP is told and why."""

import json
from pathlib import Path
from typing import cast

import pytest

from metadata import names
from metadata.entities import AttributeService, RequestedAttribute
from tests.support.commands import answer, run
from tests.support.installations import install
from tests.support.keys import rsa_key
from tests.support.metadata_documents import (
    ACS,
    endpoint,
    entity,
    key_descriptor,
    sp_role,
)
from tests.support.operator_pages import Site, make_site, text_of
from tests.support.permission_world import CATALOGUE, ERSATTNING, MELKER
from tests.support.register_pages import BASE, tree_of
from tests.support.saml.logins import KnownParties
from tests.support.saml.world import service_provider

PAGE = f"{BASE}/e-tjanster/landsting"
HOSTILE = "urn:<script>alert(1)</script>"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    site = make_site(tmp_path)
    site.log_in("reader")
    return site


def asking(site: Site, *services: AttributeService) -> None:
    known = cast(KnownParties, site.parts.registry)
    known.sps[MELKER] = service_provider(attribute_services=services)


def wishes(*wanted: str, index: int = 0, is_default: bool = False) -> AttributeService:
    requested = tuple(RequestedAttribute(name=one, is_required=True) for one in wanted)
    return AttributeService(index=index, is_default=is_default, requested=requested)


def tables(site: Site) -> dict[str, list[list[str]]]:
    """Read the tables of the page by what they are called."""
    return {
        str(table.findtext("./caption")): [
            [" ".join(str(cell.text_content()).split()) for cell in row]
            for row in table.findall("./tbody/tr")
        ]
        for table in tree_of(site.get(PAGE)).iter("table")
    }


def test_the_page_says_what_is_told_and_why(site: Site) -> None:
    asking(site, wishes(names.ATTR_SURNAME, names.ATTR_MAIL, HOSTILE))
    assert tables(site)["Uppgifter"] == [
        [
            "Efternamn (krävs)",
            names.ATTR_SURNAME,
            "E-tjänstens metadata ber om den.",
            "Ja",
        ],
        [
            "E-postadress (krävs)",
            names.ATTR_MAIL,
            "E-tjänstens metadata ber om den.",
            "Nej: e-tjänsten får inte ha den (may_have).",
        ],
        [
            "Okänd uppgift (krävs)",
            HOSTILE,
            "E-tjänstens metadata ber om den.",
            "Nej: bryggan känner inte till den.",
        ],
    ]
    assert "<script>alert" not in site.get(PAGE).text


def test_the_page_tells_sets_apart(site: Site) -> None:
    asking(
        site,
        wishes(names.ATTR_SURNAME, index=3),
        wishes(names.ATTR_HSA_ID, index=7, is_default=True),
    )
    found = {title: [row[0] for row in rows] for title, rows in tables(site).items()}
    assert found["Uppsättning 3"] == ["Efternamn (krävs)"]
    assert found["Uppsättning 7, den vanliga"] == ["HSA-id (krävs)"]


def test_the_page_says_that_an_entity_is_not_in_the_metadata(site: Site) -> None:
    assert "NameID av formatet persistent" in text_of(site.get(PAGE))
    cast(KnownParties, site.parts.registry).sps.clear()
    assert "finns inte i giltig metadata" in text_of(site.get(PAGE))


def installed(tmp_path: Path, required: str, *, more: str = "") -> Path:
    """Install a bridge that knows an e-tjänst with one required attribute."""
    config = install(tmp_path, more=more)
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text(CATALOGUE, encoding="utf-8")
    assert run(config, "catalogue", "load", str(catalogue)).exit_code == 0
    wish = (
        '<md:AttributeConsumingService index="1"><md:RequestedAttribute'
        f' Name="{required}" isRequired="true"/>'
        "</md:AttributeConsumingService>"
    )
    address = endpoint("AssertionConsumerService", ACS, more='index="0"')
    role = sp_role(key_descriptor(rsa_key("sp")) + address + wish)
    file = tmp_path / "sp.xml"
    file.write_text(entity(MELKER, role), encoding="utf-8")
    assert run(config, "metadata", "add", "melker", str(file)).exit_code == 0
    return config


def test_the_command_line_says_the_same(tmp_path: Path) -> None:
    more = f'[[downstream]]\nentity_id = "{MELKER}"\nrelease = ["{names.ATTR_MAIL}"]\n'
    config = installed(tmp_path, names.ATTR_SURNAME, more=more)
    (told,) = answer(config, "service", "told", "landsting")
    assert [(one["name"], one["why"]) for one in told["sets"][0]["wishes"]] == [
        (names.ATTR_SURNAME, "requested"),
        (names.ATTR_MAIL, "operator"),
    ]
    lines = run(config, "service", "told", "landsting").stdout.splitlines()
    assert lines[1].split("\t") == [
        MELKER,
        "-",
        "sn",
        names.ATTR_SURNAME,
        "required",
        "requested",
        "yes",
    ]
    (unknown, _) = answer(config, "service", "told", "statlig-ersattning")
    assert unknown == {"entity_id": ERSATTNING, "name_id_format": "", "sets": []}


def test_a_check_finds_an_e_tjanst_that_nobody_can_log_in_to(tmp_path: Path) -> None:
    config = installed(tmp_path, names.ATTR_MAIL)
    found = [one for one in answer_of_check(config) if "missing-attribute" in one]
    reason = f"cannot deliver {names.ATTR_MAIL} (not-allowed)"
    assert found == [f"{MELKER} (landsting): {reason} (missing-attribute)."]
    allowed = f'[[downstream]]\nentity_id = "{MELKER}"\nmay_have = ["mail"]\n'
    written = config.read_text(encoding="utf-8")
    config.write_text(f"{written}\n{allowed}", encoding="utf-8")
    assert "missing-attribute" not in " ".join(answer_of_check(config))


def answer_of_check(config: Path) -> list[str]:
    """Read the problems that ``idp-bridge check`` finds; there are others here."""
    said = run(config, "check", "--json").stdout
    problems: list[str] = json.loads(said)["problems"]
    return problems
