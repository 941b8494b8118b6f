"""Every page of the register once on PostgreSQL; its other tests use SQLite."""

from collections.abc import Iterator

import pytest

from authz.administration.models import UserQuery
from tests.support.operator_pages import Site, make_site, text_of
from tests.support.permission_world import ALICE, REGION
from tests.support.postgres import PostgresServer
from tests.support.register_pages import BASE, follow, organisation_id, rows_of

pytestmark = pytest.mark.peers

PAGES = (
    "/",
    "/organisationer?sok=stockholm&sortera=-users",
    "/organisationer.csv",
    "/organisationer/ny",
    "/organisationer/{region}",
    "/organisationer/{region}/avtal",
    "/organisationer/{region}/administratorer",
    "/organisationer/{region}/anvandare?sortera=-surname",
    "/organisationer/{region}/anvandare/{user}",
    "/organisationer/{region}/handelser",
    "/organisationer/{region}/avsluta",
    "/avtal",
    "/avtal?slutar=snart",
    "/e-tjanster",
    "/e-tjanster/landsting",
    "/e-tjanster/landsting/andra",
    "/e-tjanster/landsting/avsluta",
    "/e-tjanster/landsting/behorigheter/rapportera/avsluta",
    "/person",
    "/forklara",
    "/notiser",
    "/utskick",
    "/genomgangar",
    "/logg?handelse=organisation&fran=2026-01-01",
    "/logg.csv",
    "/operatorer",
    "/metadata",
    "/metadata/entiteter",
)


@pytest.fixture(scope="module")
def site(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    with postgres_server.fresh_database() as url:
        folder = tmp_path_factory.mktemp("site")
        site = make_site(folder, more=f'database_url = "{url}"\n')
        site.log_in("system")
        yield site
        site.close()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_shown(site: Site, address: str) -> None:
    region = organisation_id(site, REGION)
    query = UserQuery(search=ALICE)
    users = site.parts.administration.users(region, query, now=site.clock())
    here = address.format(region=region, user=users.lines[0].membership_id)
    answer = site.get(f"{BASE}{here}")
    assert answer.status_code == 200, answer.text[-2000:]


def test_a_person_is_looked_up_and_explained(site: Site) -> None:
    asked = {"hsa_id": ALICE, "service": "landsting", "service_code": "landsting"}
    assert "Öberg" in site.send(f"{BASE}/person", asked).text
    assert site.send(f"{BASE}/forklara", asked).status_code == 200


def test_an_organisation_is_registered_and_found(site: Site) -> None:
    form = {"name": "Ängelholms kommun", "kind": "kommun", "number": "212000-1553"}
    page = follow(site, site.send(f"{BASE}/organisationer/ny", form))
    assert "Ängelholms kommun" in text_of(page)
    found = rows_of(site.get(f"{BASE}/organisationer?sok=%C3%84NGEL"))
    assert [row[0] for row in found] == ["Ängelholms kommun"]
