"""Who can be added, changed, removed and brought back as a user?"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.administration.errors import (
    AdministrationError,
    BadFieldsError,
    DuplicateUserError,
    ElsewhereError,
    IsAdministratorError,
    NotFoundError,
    RemovedEarlierError,
    RestoreRefusedError,
    UserConflictError,
)
from authz.administration.models import UserQuery
from authz.models import Outcome
from tests.support.administration_world import (
    BERIT,
    FORSKOLA,
    GRANSKA,
    KALLE,
    KIM,
    RAPPORTERA,
    Administration,
    new_user,
)
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, ANNA, BOB, CHARLIE, MELKER

NEW = "SE2321000016-C001"


def remove(region: Administration, membership_id: int) -> int:
    result = region.service.remove_user(
        region.region, membership_id, actor=region.anna, now=region.now
    )
    assert result.change_id is not None
    return result.change_id


def restore(region: Administration, membership_id: int) -> list[str]:
    result = region.service.restore_user(
        region.region, membership_id, actor=region.berit, now=region.now
    )
    return [each.permission.code for each in result.added]


def outcome(region: Administration, hsa_id: str) -> Outcome:
    service = region.authz.service_for(MELKER)
    return region.authz.decide(
        hsa_id, service, organisation_numbers=(), now=region.now
    ).outcome


def test_a_new_user_has_no_permissions(region: Administration) -> None:
    number = region.add("se2321000016-c001 ", given_name=" Åsa  Maria ")
    view = region.service.user(region.region, number, now=NOW)
    assert (view.given_name, view.hsa_id) == ("Åsa Maria", "se2321000016-c001")
    assert region.held(number) == {}
    page = region.service.users(region.region, UserQuery(search="C001"), now=NOW)
    assert [each.is_new for each in page.lines] == [True]
    mine = region.events(actor=str(region.anna))
    assert [each.action for each in mine] == [
        "membership:start",
        "person:add",
    ]
    region.check_lines()


def test_every_bad_value_is_named(region: Administration) -> None:
    with pytest.raises(BadFieldsError) as caught:
        region.add("1234", given_name="", surname="x" * 101, email="nobody")
    assert caught.value.problems == {
        "given_name": "missing",
        "surname": "too-long",
        "hsa_id": "not-an-hsa-id",
        "email": "not-an-email",
    }


def test_who_is_there_cannot_be_added_again(region: Administration) -> None:
    with pytest.raises(DuplicateUserError) as caught:
        region.add(ALICE.lower())
    assert caught.value.membership_id == region.member(ALICE)
    assert caught.value.name == "Åsa Öberg"


def test_an_administrator_cannot_be_a_user(region: Administration) -> None:
    for hsa_id in (ANNA, BERIT):
        with pytest.raises(IsAdministratorError):
            region.add(hsa_id)


def test_who_is_elsewhere_is_answered_the_same_whoever_it_is(
    region: Administration,
) -> None:
    answers = []
    for hsa_id in (KIM, KALLE):
        with pytest.raises(ElsewhereError) as caught:
            region.add(hsa_id)
        answers.append(str(caught.value))
    assert len(set(answers)) == 1


def test_two_organisations_that_add_somebody_at_once_do_not_both_succeed(
    region: Administration,
) -> None:
    homes = ((region.region, region.anna), (region.kommun, region.kalle))

    def add(home: int) -> object:
        organisation, actor = homes[home]
        try:
            return region.service.add_user(
                organisation, new_user(NEW), actor=actor, now=NOW
            )
        except AdministrationError as error:
            return type(error)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(add, (0, 1)))
    assert answers.count(ElsewhereError) == 1
    assert sum(isinstance(each, int) for each in answers) == 1


def test_removing_ends_everything_at_once(region: Administration) -> None:
    alice = region.member(ALICE)
    assert outcome(region, ALICE) is Outcome.ALLOWED
    remove(region, alice)
    assert outcome(region, ALICE) is not Outcome.ALLOWED
    view = region.service.user(region.region, alice, now=NOW)
    assert view.removed is not None
    assert (view.removed.at, view.removed.by) == (NOW, "Anna Admin")
    assert view.removed.can_restore
    with pytest.raises(NotFoundError):
        region.change(alice, [], [GRANSKA])
    with pytest.raises(NotFoundError):
        remove(region, alice)
    actions = [each.action for each in region.events()[:2]]
    assert actions == ["membership:end", "grant:end"]
    region.check_lines()


def test_restoring_brings_back_what_the_removal_ended(region: Administration) -> None:
    alice = region.member(ALICE)
    region.change(alice, [RAPPORTERA], [RAPPORTERA, GRANSKA])
    region.change(alice, [GRANSKA], [])
    soon = NOW.replace(day=30)
    region.change(alice, [], {FORSKOLA: soon})
    remove(region, alice)
    region.later(days=29)
    assert restore(region, alice) == ["rapportera"], "the other one's end has come"
    assert region.held(alice) == {RAPPORTERA: None}
    assert outcome(region, ALICE) is Outcome.ALLOWED
    assert region.member(ALICE) == alice
    with pytest.raises(RestoreRefusedError, match="back-already"):
        restore(region, alice)
    region.check_lines()


def test_restoring_is_refused_after_thirty_days(region: Administration) -> None:
    alice = region.member(ALICE)
    remove(region, alice)
    region.later(days=30)
    with pytest.raises(RestoreRefusedError, match="too-late"):
        restore(region, alice)
    with pytest.raises(NotFoundError):
        region.service.user(region.region, alice, now=region.now)


def test_restoring_is_refused_when_the_person_is_elsewhere_now(
    region: Administration,
) -> None:
    alice = region.member(ALICE)
    remove(region, alice)
    region.service.add_user(region.kommun, new_user(ALICE), actor=region.kalle, now=NOW)
    with pytest.raises(RestoreRefusedError, match="elsewhere"):
        restore(region, alice)


def test_a_removed_user_is_offered_back_instead_of_added(
    region: Administration,
) -> None:
    alice = region.member(ALICE)
    remove(region, alice)
    with pytest.raises(RemovedEarlierError) as caught:
        region.add(ALICE)
    assert caught.value.membership_id == alice
    again = region.service.add_user(
        region.region, new_user(ALICE), actor=region.anna, now=NOW, again=True
    )
    assert again != alice
    assert region.held(again) == {}


def test_values_change_and_the_list_follows(region: Administration) -> None:
    alice = region.member(ALICE)
    view = region.service.user(region.region, alice, now=NOW)
    changed = region.service.change_user(
        region.region,
        alice,
        new_user(NEW, given_name="Åsa", surname="Ärlig", email="grupp@example.se"),
        version=view.version,
        actor=region.anna,
        now=NOW,
    )
    assert changed == ("surname", "hsa_id", "email")
    assert region.member(NEW) == alice
    assert outcome(region, NEW) is Outcome.ALLOWED
    assert outcome(region, ALICE) is not Outcome.ALLOWED
    (event, *_) = region.events()
    assert event.detail["after"] == {"columns": ["email", "hsa_id", "surname"]}
    assert "rlig" not in str(event.detail), "no personal data in the trail"
    region.check_lines()


def test_two_who_change_the_same_user_meet(region: Administration) -> None:
    alice = region.member(ALICE)
    version = region.service.user(region.region, alice, now=NOW).version
    for actor, surname in ((region.berit, "Ek"), (region.anna, "Al")):
        user = new_user(ALICE, given_name="Åsa", surname=surname)
        if actor is region.berit:
            region.service.change_user(
                region.region, alice, user, version=version, actor=actor, now=NOW
            )
            continue
        with pytest.raises(UserConflictError) as caught:
            region.service.change_user(
                region.region, alice, user, version=version, actor=actor, now=NOW
            )
    assert caught.value.current.surname == "Ek"
    assert (caught.value.changed_by, caught.value.changed_at) == ("Berit Admin", NOW)


@pytest.mark.parametrize(
    ("hsa_id", "error"),
    [
        (BOB, DuplicateUserError),
        (BERIT, IsAdministratorError),
        (KIM, ElsewhereError),
        (KALLE, ElsewhereError),
    ],
)
def test_nobody_takes_somebody_elses_hsa_id(
    region: Administration, hsa_id: str, error: type[Exception]
) -> None:
    alice = region.member(ALICE)
    view = region.service.user(region.region, alice, now=NOW)
    with pytest.raises(error):
        region.service.change_user(
            region.region,
            alice,
            new_user(hsa_id),
            version=view.version,
            actor=region.anna,
            now=NOW,
        )


def test_a_former_users_hsa_id_is_not_taken_over(region: Administration) -> None:
    alice, charlie = region.member(ALICE), region.member(CHARLIE)
    remove(region, charlie)
    view = region.service.user(region.region, alice, now=NOW)
    with pytest.raises(ElsewhereError):
        region.service.change_user(
            region.region,
            alice,
            new_user(CHARLIE),
            version=view.version,
            actor=region.anna,
            now=NOW,
        )


def test_the_administrators_of_an_organisation_are_listed_by_name(
    region: Administration,
) -> None:
    names = [
        each.name for each in region.service.administrators(region.region, now=NOW)
    ]
    assert names == ["Anna Admin", "Berit Admin"]
    assert region.service.administrator(region.region, region.kalle.id, now=NOW) is None
    assert region.service.organisation("5565594230", now=NOW).id == region.region
    with pytest.raises(NotFoundError):
        region.service.organisation("2021006883", now=NOW)
