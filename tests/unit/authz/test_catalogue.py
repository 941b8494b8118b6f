"""Is a catalogue loaded wholly or not at all, and is every mistake told?"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from authz import catalogue_file
from authz.database import Base
from authz.errors import CatalogueError
from authz.models import Outcome
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.permission_world import (
    ALICE,
    ANNA,
    CATALOGUE,
    CHARLIE,
    KOMMUN,
    REGION,
)

PERSON = 'given_name = "N"\nsurname = "N"\nemail = "n@example.se"'
SERVICE = '[[services]]\ncode = "ny"\nname = "Ny"\n'


def user(hsa_id: str, organisation: str = REGION, more: str = "") -> str:
    return (
        f'[[users]]\norganisation = "{organisation}"\n'
        f'hsa_id = "{hsa_id}"\n{PERSON}\n{more}\n'
    )


def load(store: AuthzService, text: str, *, dry_run: bool = False) -> tuple[str, ...]:
    report = store.load_catalogue(text, dry_run=dry_run, actor="test", now=NOW)
    return report.sentences


def problems(store: AuthzService, text: str) -> tuple[str, ...]:
    with pytest.raises(CatalogueError) as caught:
        load(store, text)
    return caught.value.problems


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name in WRITTEN
        }


WRITTEN = {
    "organisations",
    "organisation_numbers",
    "services",
    "service_entity_ids",
    "permissions",
    "agreements",
    "people",
    "memberships",
    "grants",
    "operators",
    "audit_entries",
}


def test_a_catalogue_is_loaded_and_says_so(authz: AuthzService, engine: Engine) -> None:
    sentences = load(authz, CATALOGUE)
    assert "added organisation 2321000016 (Region Stockholm)" in sentences
    assert f"added grant landsting:rapportera of {ALICE}" in sentences
    assert counts(engine) == {
        "organisations": 2,
        "organisation_numbers": 3,
        "services": 2,
        "service_entity_ids": 3,
        "permissions": 3,
        "agreements": 2,
        "people": 4,
        "memberships": 5,
        "grants": 2,
        "operators": 1,
        "audit_entries": 22,
    }
    assert authz.verify_audit()


def test_loading_again_changes_nothing(world: AuthzService, engine: Engine) -> None:
    before = counts(engine)
    report = world.load_catalogue(CATALOGUE, dry_run=False, actor="test", now=NOW)
    assert (report.added, report.changed) == (0, 0)
    assert report.unchanged > 0
    assert report.sentences == ("unchanged",)
    assert counts(engine) == before


def test_a_dry_run_says_the_same_and_writes_nothing(
    authz: AuthzService, engine: Engine
) -> None:
    said = load(authz, CATALOGUE, dry_run=True)
    assert set(counts(engine).values()) == {0}
    assert load(authz, CATALOGUE) == said


def test_an_unknown_permission_changes_nothing(
    world: AuthzService, engine: Engine
) -> None:
    before = counts(engine)
    text = SERVICE + user("SE2321000016-NEW", more='permissions = ["landsting:styra"]')
    assert problems(world, text) == (
        'line 4, [[users]] no 1: unknown permission "landsting:styra"',
    )
    assert counts(engine) == before


def test_all_mistakes_are_told_at_once_with_their_lines(authz: AuthzService) -> None:
    text = """# a comment
[[services]]
code = "Landsting"
name = ""
colour = "red"
  [[services.permissions]]
  code = "a:b"
  name = "A"

[[services]]
code = "melker"
name = "Melker"
claim_format = "jwt"
valid_from = 2026-01-01
valid_until = 2025-01-01
description = \"\"\"
[[users]]
not a table\"\"\"

[[organisations]]
number = "2321000017"
name = "Region"
kind = "county"

[[agreements]]
organisation = "2120000142"
service = "nothing"

[[users]]
organisation = "2120000142"
hsa_id = "SE2321000016-Å"
given_name = 7
surname = "S"
email = "nobody"
permissions = ["melker:x", "melker"]
"""
    plain = "a-z, 0-9 and hyphen, at most 64 characters"
    formats = "authorizationscope, bpp, code, entitlement, org_rights, scoped"
    first, second = "line 2, [[services]] no 1", "line 10, [[services]] no 2"
    organisation = "line 20, [[organisations]] no 1"
    agreement, person = "line 25, [[agreements]] no 1", "line 29, [[users]] no 1"
    assert problems(authz, text) == (
        f"{first}: code is not a code: {plain}",
        f"{first}: name must not be empty",
        f"{first}: unknown key colour",
        f"line 6, [[services.permissions]] no 1: code is not a code: {plain}",
        f"{second}: claim_format is none of {formats}, systemrole",
        f"{second}: valid_until is not after valid_from",
        f"{organisation}: number is not an organisation number: wrong check digit",
        f"{organisation}: kind is none of kommun, region, agency",
        f"{agreement}: valid_from is missing",
        f"{agreement}: unknown organisation 2120000142",
        f'{agreement}: unknown service "nothing"',
        f"{person}: permissions 'melker': permission is not a code: {plain}",
        f"{person}: hsa_id is not an HSA-id: only ASCII letters and digits",
        f"{person}: given_name must be a text in quotes",
        f"{person}: email is not an e-mail address",
        f"{person}: unknown organisation 2120000142",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[users]", "not TOML: "),
        ("[[people]]", "unknown table [[people]]"),
        ("[users]", "users must be written as [[users]]"),
        ("users = [7]", "[[users]] no 1: must be a table"),
        (user(ANNA), f"line 1, [[users]] no 1: {ANNA} is already registered as admin"),
        (
            user(ALICE).replace("users", "administrators"),
            f"line 1, [[administrators]] no 1: {ALICE} is already registered as user",
        ),
        (
            user("SE1-X".replace("1", "2321000016")).replace("users", "administrators")
            + user("se2321000016-x"),
            (
                "line 8, [[users]] no 1: se2321000016-x is also listed as administrator"
                " (line 1, [[administrators]] no 1)"
            ),
        ),
        (user(ALICE, KOMMUN), f"line 1, [[users]] no 1: {ALICE} belongs to another"),
        (
            user(CHARLIE) + user(CHARLIE.lower()),
            f"line 8, [[users]] no 2: {CHARLIE.lower()} is there twice",
        ),
        (SERVICE + SERVICE, "line 4, [[services]] no 2: service ny is there twice"),
        (
            SERVICE + 'entity_ids = ["https://melker.example.se/sp"]',
            "line 1, [[services]] no 1: https://melker.example.se/sp belongs",
        ),
        (
            (
                '[[organisations]]\nnumber = "2321000016"\nnumbers = ["2120000142"]\n'
                'name = "N"\nkind = "region"'
            ),
            "line 1, [[organisations]] no 1: 2321000016, 2120000142 belong to",
        ),
        (
            user(CHARLIE).replace("users", "administrators")
            + 'permissions = ["landsting:rapportera"]',
            "line 1, [[administrators]] no 1: unknown key permissions",
        ),
        (user("TSTNMT2321000156-1019"), "line 1, [[users]] no 1: hsa_id is not an HSA"),
        (SERVICE + 'name_en = "a\\u0007b"', "line 1, [[services]] no 1: name_en must"),
        (
            SERVICE + 'start_url = "javascript:alert(1)"',
            "line 1, [[services]] no 1: s",
        ),
        (
            SERVICE + "valid_from = 07:00:00",
            "line 1, [[services]] no 1: valid_fr",
        ),
        (
            SERVICE + 'name_en = "' + "x" * 201 + '"',
            "line 1, [[services]] no 1: name_",
        ),
    ],
)
def test_every_contradiction_is_refused(
    world: AuthzService, engine: Engine, text: str, problem: str
) -> None:
    before = counts(engine)
    told = problems(world, text)
    assert any(one.startswith(problem) for one in told), told
    assert counts(engine) == before


def test_test_directories_are_accepted_when_allowed(world: AuthzService) -> None:
    report = world.load_catalogue(
        user("TSTNMT2321000156-1019"),
        dry_run=False,
        actor="test",
        now=NOW,
        allow_test_ids=True,
    )
    assert report.added == 2


def test_what_a_catalogue_does_not_list_stays(world: AuthzService) -> None:
    text = user(ALICE).replace('"N"', '"Ny"', 1)
    assert load(world, text) == (f"changed person {ALICE} (user)",)
    decision = world.explain(ALICE, "landsting", now=NOW)
    assert decision.outcome is Outcome.ALLOWED
    assert decision.facts.person is not None
    assert decision.facts.person.given_name == "Ny"


def test_a_grant_is_given_by_the_one_who_loads(world: AuthzService) -> None:
    (answer,) = world.explain(ALICE, "landsting", now=NOW).answers
    assert answer.grant.given_by == "test"
    assert answer.grant.given_at == NOW


def test_a_date_is_a_whole_day_in_sweden(world: AuthzService) -> None:
    grant = (
        '{permission = "landsting:granska", valid_from = 2026-07-01,'
        " valid_until = 2026-07-31}"
    )
    load(world, user(CHARLIE, more=f"permissions = [{grant}]"))
    july = world.explain(CHARLIE, "landsting", now=NOW).answers[0].grant.validity
    (stated,) = (
        catalogue_file.read(f"[[users]]\npermissions = [{grant}]", allow_test_ids=False)
        .people[0]
        .grants
    )
    assert stated.stated == {
        "valid_from": datetime(2026, 6, 30, 22, tzinfo=UTC),
        "valid_until": datetime(2026, 7, 31, 22, tzinfo=UTC),
    }
    assert july.valid_until == datetime(2026, 7, 31, 22, tzinfo=UTC)


def test_persons_are_not_named_in_the_audit_trail(world: AuthzService) -> None:
    trail = "\n".join(world.export_audit())
    for personal in (ALICE, "Öberg", "asa@example.se", "Operatör"):
        assert personal not in trail
    assert "Region Stockholm" in trail


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_but_never_crashes(text: str) -> None:
    catalogue_file.read(text, allow_test_ids=False)
    quoted = '[[services]]\ncode = "x"\nname = "N"\nx = """' + text
    assert catalogue_file.read(quoted, allow_test_ids=False).problems
