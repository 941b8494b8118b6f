"""Who may do what in tests? Alice has a permission, Bob had one, Charlie never did."""

from datetime import timedelta

from authz.models import (
    ALWAYS,
    Agreement,
    Facts,
    Grant,
    Organisation,
    OrganisationKind,
    Permission,
    Person,
    PersonRole,
    Service,
    WithoutGrant,
)
from tests.support.clock import NOW

REGION = "2321000016"
KOMMUN = "2120000142"
ALICE = "SE2321000016-B001"
BOB = "SE2321000016-B002"
CHARLIE = "SE2321000016-B003"
ANNA = "SE2321000016-A001"
MELKER = "https://melker.example.se/sp"
ERSATTNING = "https://ersattning.example.se/sp"

CATALOGUE = f"""
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
kind = "region"
entity_ids = ["{MELKER}"]
  [[services.permissions]]
  code = "rapportera"
  name = "Rapportera hälsoundersökning"
  [[services.permissions]]
  code = "granska"
  name = "Granska"

[[services]]
code = "statlig-ersattning"
name = "Ansök om statlig ersättning"
entity_ids = ["{ERSATTNING}", "{ERSATTNING}2"]
claim_format = "code"
without_grant = "release"
  [[services.permissions]]
  code = "forskola"
  name = "Asylsökande i förskola"

[[organisations]]
number = "{REGION}"
name = "Region Stockholm"
kind = "region"
numbers = ["5565594230"]

[[organisations]]
number = "{KOMMUN}"
name = "Upplands Väsby kommun"
kind = "kommun"

[[agreements]]
organisation = "{REGION}"
service = "landsting"
valid_from = 2025-01-01

[[agreements]]
organisation = "{REGION}"
service = "statlig-ersattning"
valid_from = 2025-01-01

[[administrators]]
organisation = "{REGION}"
hsa_id = "{ANNA}"
given_name = "Anna"
surname = "Admin"
email = "anna@example.se"

[[administrators]]
organisation = "{KOMMUN}"
hsa_id = "{ANNA}"
given_name = "Anna"
surname = "Admin"
email = "anna@example.se"

[[users]]
organisation = "{REGION}"
hsa_id = "{ALICE}"
given_name = "Åsa"
surname = "Öberg"
email = "asa@example.se"
permissions = ["landsting:rapportera"]

[[users]]
organisation = "{REGION}"
hsa_id = "{BOB}"
given_name = "Bo"
surname = "Ek"
email = "bo@example.se"
permissions = [{{permission = "landsting:rapportera", valid_until = 2026-11-22}}]

[[users]]
organisation = "{REGION}"
hsa_id = "{CHARLIE}"
given_name = "Charlie"
surname = "Ask"
email = "charlie@example.se"

[[operators]]
hsa_id = "SE2021002163-O001"
given_name = "Olle"
surname = "Operatör"
email = "olle@example.se"
"""
"""A catalogue file; bob's permission ended at midnight before ``NOW``."""


def make_service(**changes: object) -> Service:
    """Make an e-tjänst as a value, without a database."""
    usual = {
        "id": 1,
        "code": "landsting",
        "name": "E-tjänst för landsting",
        "name_en": None,
        "description": "",
        "kind": None,
        "start_url": None,
        "claim_format": "scoped",
        "without_grant": WithoutGrant.REFUSE,
        "entity_ids": (MELKER,),
    }
    return Service(**{**usual, **changes})  # type: ignore[arg-type]


def make_permission(code: str = "rapportera", **changes: object) -> Permission:
    """Make a permission as a value."""
    return Permission(**{"id": 1, "code": code, "name": "Rapportera", **changes})  # type: ignore[arg-type]


def make_grant(permission: Permission | None = None, **changes: object) -> Grant:
    """Make a grant as a value."""
    usual = {
        "id": 1,
        "permission": permission or make_permission(),
        "validity": ALWAYS,
        "given_by": "test",
        "given_at": NOW - timedelta(days=1),
    }
    return Grant(**{**usual, **changes})  # type: ignore[arg-type]


def make_organisation(**changes: object) -> Organisation:
    """Make an organisation as a value."""
    usual = {
        "id": 1,
        "name": "Region Stockholm",
        "kind": OrganisationKind.REGION,
        "numbers": (REGION, "5565594230"),
    }
    return Organisation(**{**usual, **changes})  # type: ignore[arg-type]


def make_person(**changes: object) -> Person:
    """Make a user as a value."""
    usual = {
        "id": 1,
        "hsa_id": ALICE,
        "role": PersonRole.USER,
        "given_name": "Åsa",
        "surname": "Öberg",
        "email": "asa@example.se",
    }
    return Person(**{**usual, **changes})  # type: ignore[arg-type]


def make_facts(**changes: object) -> Facts:
    """Make facts by which Alice may report."""
    usual = {
        "service": make_service(),
        "person": make_person(),
        "organisation": make_organisation(),
        "agreements": (Agreement(validity=ALWAYS),),
        "grants": (make_grant(),),
    }
    return Facts(**{**usual, **changes})  # type: ignore[arg-type]
