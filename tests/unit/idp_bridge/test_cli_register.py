"""The register can be kept in a terminal: organisations, agreements, people."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp_bridge.cli import main
from idp_bridge.cli.context import Office
from idp_bridge.database import open_engine
from metadata.orders import Action, Order, OrderStore
from tests.support.clock import NOW
from tests.support.commands import answer, refusal, run, run_at
from tests.support.installations import install, settings_of
from tests.support.permission_world import ALICE, ANNA, CATALOGUE, KOMMUN, REGION

NILS = "SE2321000016-N001"
REGION_NAME = "Region Stockholm"
WHO = ("--given-name", "Nils", "--surname", "Ny", "--email", "nils@example.se")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = install(tmp_path)
    file = tmp_path / "catalogue.toml"
    file.write_text(CATALOGUE, encoding="utf-8")
    done(config, "catalogue", "load", str(file))
    return config


def done(config: Path, *words: str) -> str:
    result = run(config, *words)
    assert result.exit_code == 0, result.output
    return result.stdout


def typing(config: Path, text: str, *words: str) -> int:
    """Run a command that asks, and answer."""
    office = Office(config=config, environ={}, clock=lambda: NOW)
    return CliRunner().invoke(main, words, obj=office, input=text).exit_code


def outcome(config: Path, *more: str) -> str:
    found: str = answer(config, "explain", ALICE, "landsting", *more)["outcome"]
    return found


def test_an_organisation_is_registered_shown_renamed_numbered_and_ended(
    config: Path,
) -> None:
    number = "212000-1967"
    done(config, "organisation", "add", number, "Örebro kommun", "--kind", "kommun")
    done(config, "organisation", "rename", number, "Örebro stad")
    done(config, "organisation", "number", number, "2120002239")
    done(config, "organisation", "number", number, "2120002239", "--main")
    found = answer(config, "organisation", "show", number)
    assert found["organisation"]["name"] == "Örebro stad"
    assert found["organisation"]["numbers"] == ["2120002239", "2120001967"]
    listed = done(config, "organisation", "list", "--search", "örebro")
    assert listed.splitlines()[1].startswith("2120002239\tÖrebro stad\tkommun\t0\t0\t0")
    done(config, "organisation", "end", number, "--on", "2026-12-31", "--yes")
    assert "last day: 2026-12-31" in done(config, "organisation", "show", number)
    done(config, "organisation", "end", number, "--reopen")
    assert "last day: -" in done(config, "organisation", "show", number)


def test_ending_an_agreement_shows_who_loses_and_asks(config: Path) -> None:
    listed = answer(config, "agreement", "list", "--organisation", REGION)
    number = str(next(x["id"] for x in listed if x["service_code"] == "landsting"))
    assert typing(config, "n\n", "agreement", "end", number) == 1
    assert outcome(config) == "allowed"
    said = done(config, "agreement", "end", number, "--on", "2026-11-30", "--yes")
    assert "1 users lose 1 permissions; the last day is 2026-11-30." in said
    assert f"Region Stockholm\t{ALICE}" in said
    assert outcome(config, "--at", "2026-11-30T22:59:59") == "allowed"
    assert outcome(config, "--at", "2026-11-30T23:00:00") == "no-agreement"


def test_an_agreement_is_added_and_changed(config: Path) -> None:
    words = ("agreement", "add", KOMMUN, "landsting", "--from", "2026-01-01")
    done(config, *words, "--reference", "D 1")
    assert refusal(run(config, *words)).startswith("already-there: ")
    number = answer(config, "agreement", "list", "--organisation", KOMMUN)[0]["id"]
    done(config, "agreement", "change", str(number), "--until", "2027-06-30")
    listed = done(config, "agreement", "list", "--ends-by", "2027-06-30")
    assert listed.splitlines()[1].endswith("landsting\tD 1\t2026-01-01\t2027-06-30")
    done(config, "agreement", "change", str(number), "--no-end")
    assert len(done(config, "agreement", "list", "--ends-by", "2099-01-01")) < 80


def test_administrators_come_and_go_but_never_the_last(config: Path) -> None:
    said = refusal(run(config, "administrator", "end", REGION, ANNA, "--yes"))
    assert said.startswith("last-administrator: ")
    said = refusal(run(config, "administrator", "add", REGION, ALICE, *WHO))
    assert said.startswith("is-user: ")
    done(config, "administrator", "add", REGION, ALICE, "--from-user", "--yes")
    done(config, "administrator", "end", REGION, ANNA, "--yes")
    done(config, "administrator", "replace", REGION, ALICE.lower(), NILS, *WHO)
    listed = answer(config, "administrator", "list", REGION)
    assert [one["person"]["hsa_id"] for one in listed] == [NILS]
    assert outcome(config) != "allowed"


def test_an_administrator_is_corrected(config: Path) -> None:
    words = ("administrator", "change", REGION, ANNA.lower())
    done(config, *words, "--surname", "Administratör", "--new-hsa-id", NILS)
    (one,) = answer(config, "administrator", "list", REGION)
    assert one["person"]["hsa_id"] == NILS
    assert one["person"]["given_name"] == "Anna"
    assert one["person"]["surname"] == "Administratör"
    assert refusal(run(config, *words)).startswith("no-such-thing: ")
    words = ("administrator", "change", REGION, NILS)
    said = refusal(run(config, *words, "--new-hsa-id", ALICE))
    assert said.startswith("already-there: ")


def test_making_a_user_an_administrator_asks_first(config: Path) -> None:
    words = ("administrator", "add", REGION, ALICE, "--from-user")
    assert typing(config, "n\n", *words) == 1
    assert outcome(config) == "allowed"
    assert typing(config, "y\n", *words) == 0
    assert outcome(config) != "allowed"


def test_operators_come_change_and_go_but_never_the_last_of_the_system(
    config: Path,
) -> None:
    done(config, "operator", "add", NILS, *WHO, "--role", "system")
    said = refusal(run(config, "operator", "end", NILS))
    assert said.startswith("last-operator: ")
    said = refusal(run(config, "operator", "change", NILS, "--role", "reader"))
    assert said.startswith("last-operator: ")
    olle = "SE2021002163-O001"
    done(config, "operator", "change", olle, "--role", "system")
    done(config, "operator", "end", NILS)
    listed = {one["hsa_id"]: one for one in answer(config, "operator", "list")}
    assert listed[olle]["role"] == "system"
    assert listed[NILS]["validity"]["valid_until"] is not None
    words = ("operator", "change", NILS, "--no-end", "--from", "2026-01-01")
    done(config, *words, "--new-hsa-id", f"{NILS}2")
    listed = {one["hsa_id"]: one for one in answer(config, "operator", "list")}
    assert NILS not in listed
    assert listed[f"{NILS}2"]["validity"] == {
        "valid_from": "2025-12-31T23:00:00+00:00",
        "valid_until": None,
    }


def test_services_and_permissions_change_but_keep_their_codes(config: Path) -> None:
    sp = "https://new.example.se/sp"
    done(config, "service", "add", "melker", "Melker", "--entity-id", sp)
    said = refusal(run(config, "service", "add", "melker", "Another"))
    assert said.startswith("already-there: ")
    said = refusal(run(config, "service", "change", "landsting", "--add-entity-id", sp))
    assert said.startswith("already-there: ")
    done(config, "service", "change", "melker", "--name", "MELKER", "--name-en", "M")
    done(config, "permission", "add", "melker", "barn", "Administrera barn")
    done(config, "permission", "change", "melker", "barn", "--name-en", "Children")
    service = next(
        one
        for one in answer(config, "service", "list")
        if one["service"]["code"] == "melker"
    )
    assert service["service"]["name"] == "MELKER"
    assert service["service"]["entity_ids"] == [sp]
    listed = done(config, "permission", "list", "melker")
    assert listed.splitlines()[1] == "barn\tAdministrera barn\tChildren\t0\t-\t-"


def test_ending_a_permission_or_a_service_shows_who_loses_it(config: Path) -> None:
    words = ("permission", "end", "landsting", "rapportera")
    said = done(config, *words, "--on", "2026-11-30", "--yes")
    assert "1 users lose 1 permissions" in said
    assert outcome(config, "--at", "2026-12-01") == "no-permission"
    done(config, "permission", "change", "landsting", "rapportera", "--no-end")
    said = done(config, "service", "end", "landsting", "--yes")
    assert ALICE in said
    assert outcome(config) == "service-closed"
    done(config, "service", "change", "landsting", "--no-end")
    assert outcome(config) == "allowed"


def test_notices_are_told_and_taken_away(config: Path) -> None:
    said = done(
        config,
        "notice",
        "add",
        "Stängt på lördag",
        "--level",
        "outage",
        "--from",
        "2026-11-01T08:00",
        "--until",
        "2026-12-01",
    )
    assert said == "Notice 1 is registered.\n"
    line = done(config, "notice", "list").splitlines()[1]
    assert line == (
        "1\toutage\teverywhere\t-\t2026-11-01T08:00\t2026-12-01T00:00\tStängt på lördag"
    )
    done(config, "notice", "change", "1", "--text", "Stängt", "--no-end")
    line = done(config, "notice", "list").splitlines()[1]
    assert line == "1\toutage\teverywhere\t-\t2026-11-01T08:00\t-\tStängt"
    words = ("notice", "change", "1", "--from", "2026-11-02", "--level", "warning")
    about = ("--place", "login", "--service", "landsting")
    done(config, *words, "--until", "2026-11-30T12:00", *about)
    line = done(config, "notice", "list").splitlines()[1]
    assert line.startswith("1\twarning\tlogin\tlandsting\t2026-11-02T00:00\t2026-11")
    done(config, "notice", "change", "1", "--service", "")
    assert "\tlogin\t-\t" in done(config, "notice", "list")
    said = refusal(run(config, "notice", "add", "Hej", "--service", "melker"))
    assert said.startswith("no-such-thing: ")
    done(config, "notice", "end", "1")
    assert refusal(run(config, "notice", "end", "1")).startswith("ended-already: ")
    assert refusal(run(config, "notice", "add", " ")).startswith("bad-values: ")


def test_what_is_wrong_with_a_field_is_told_by_its_name(config: Path) -> None:
    said = refusal(run(config, "administrator", "add", REGION, "nobody"))
    assert said.startswith("bad-values: hsa_id is not an HSA-id")
    assert "given_name must not be empty" in said
    said = refusal(run(config, "organisation", "show", "2120002239"))
    assert said == "no-such-thing: no organisation has the number 2120002239"


def test_every_change_stands_in_a_whole_trail(config: Path) -> None:
    done(config, "administrator", "add", REGION, ALICE, "--from-user", "--yes")
    done(config, "notice", "add", "Hej")
    assert "The trail is whole." in done(config, "audit", "verify")
    exported = done(config, "audit", "export")
    assert '"actor":"operator:command-line"' in exported
    assert ALICE not in exported


def test_a_person_is_looked_up_and_the_organisation_can_see_it(config: Path) -> None:
    said = done(config, "person", "show", ALICE.lower())
    assert said.splitlines()[0] == f"{ALICE}: Åsa Öberg, asa@example.se"
    assert "Region Stockholm: user since 2026-11-23" in said
    assert "landsting\trapportera\t2026-11-23\t-" in said
    found = answer(config, "person", "show", ALICE)
    assert found["memberships"][0]["organisation"]["name"] == "Region Stockholm"
    looks = [
        entry
        for entry in map(json.loads, done(config, "audit", "export").splitlines())
        if entry["action"] == "person:look-up"
    ]
    assert len(looks) == 2
    assert all(each["chain"].startswith("organisation:") for each in looks)
    said = refusal(run(config, "person", "show", "SE2321000016-X999"))
    assert said.startswith("no-such-thing: ")


def test_to_explain_is_to_look_a_person_up(config: Path) -> None:
    assert outcome(config) == "allowed"
    assert '"action":"person:look-up"' in done(config, "audit", "export")


def test_what_is_known_about_a_person_is_printed(config: Path) -> None:
    found = json.loads(done(config, "person", "export", ALICE))
    assert found["tables"]["people"][0]["given_name"] == "Åsa"
    said = refusal(run(config, "person", "export", "SE2321000016-X999"))
    assert said == "no-such-thing: nothing is stored about this HSA-id"
    assert refusal(run(config, "person", "export", "x")).startswith("bad-identifier: ")


def test_retention_counts_first_and_then_deletes_with_a_receipt(config: Path) -> None:
    words = ("administrator", "replace", REGION, ANNA, NILS, *WHO)
    done(config, *words)
    done(config, "administrator", "replace", KOMMUN, ANNA, NILS, *WHO)
    late = 730
    said = run_at(config, late - 1, "retention", "run", "--dry-run").stdout
    assert "former people\t2026-11-22\t0" in said
    said = run_at(config, late, "retention", "run", "--dry-run").stdout
    assert "former people\t2026-11-23\t1" in said
    assert "Nothing was deleted" in said
    said = run_at(config, late, "retention", "run").stdout
    assert "former people\t2026-11-23\t1" in said
    assert ANNA not in said
    assert refusal(run(config, "person", "export", ANNA)).startswith("no-such-thing")
    exported = done(config, "audit", "export")
    assert '\\"former people\\":1' in exported
    assert "The trail is whole." in done(config, "audit", "verify")


def test_orders_that_were_done_long_ago_are_deleted(config: Path) -> None:
    engine = open_engine(settings_of(config))
    store = OrderStore(engine)
    for name in ("old", "open"):
        order = Order(
            action=Action.REFRESH, source=name, actor="operator:1", ordered_at=NOW
        )
        with engine.begin() as connection:
            store.place(connection, order)
    done_order = store.open()[0]
    with engine.begin() as connection:
        store.finish(connection, done_order, now=NOW, problem=None)
    said = run_at(config, 180, "retention", "run").stdout
    assert said.splitlines()[-1] == "orders\t2026-11-23\t1"
    assert [one.source for one in store.latest()] == ["open"]
    engine.dispose()


def test_users_are_listed_as_their_organisation_sees_them_and_it_sees_that(
    config: Path,
) -> None:
    found = answer(config, "organisation", "users", REGION, "--search", "b001")
    assert [line["hsa_id"] for line in found["lines"]] == [ALICE]
    assert found["found"] == 1 < found["total"]
    listed = done(config, "organisation", "users", REGION, "--page", "99")
    assert listed.splitlines()[0] == "hsa_id\tgiven_name\tsurname\temail\tservices"
    assert f"{ALICE}\t" in listed
    assert "landsting 1" in listed
    assert listed.endswith("page 1 of 1.\n")
    trail = done(config, "audit", "export")
    looks = [x for x in map(json.loads, trail.splitlines()) if "look-up" in x["action"]]
    assert len(looks) == 2
    assert refusal(run(config, "organisation", "users", "2120001967"))


def test_whoever_is_late_with_a_review_is_listed(config: Path) -> None:
    assert answer(config, "organisation", "overdue") == []
    late = run_at(config, 800, "organisation", "overdue", "--json")
    assert REGION_NAME in [
        each["organisation_name"] for each in json.loads(late.stdout)
    ]
    assert (
        f"{REGION_NAME}\t-\t" in run_at(config, 800, "organisation", "overdue").stdout
    )
