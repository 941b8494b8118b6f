"""What do administrators see of what happened?"""

from datetime import timedelta

from authz.administration.models import EventKind, EventQuery
from tests.support.administration_world import GRANSKA, RAPPORTERA, Administration
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, CHARLIE


def actions(region: Administration, **query: object) -> list[str]:
    return [each.action for each in region.events(**query)]


def test_the_newest_come_first_and_only_the_organisations_own(
    region: Administration,
) -> None:
    region.change(region.member(ALICE), [RAPPORTERA], [])
    events = region.events(page_size=None)
    assert [each.number for each in events] == list(range(len(events), 0, -1))
    other = region.service.events(region.kommun, EventQuery(page_size=None))
    assert str(region.anna) not in {each.actor for each in other.events}


def test_filters_choose_by_period_actor_user_and_kind(region: Administration) -> None:
    alice, charlie = region.member(ALICE), region.member(CHARLIE)
    region.later(hours=1)
    region.change(alice, [RAPPORTERA], [], actor=region.berit)
    region.later(hours=1)
    region.change(charlie, [], [GRANSKA])
    number = region.add("SE2321000016-C001")
    hour = timedelta(hours=1)
    assert actions(region, since=NOW + hour, until=NOW + 2 * hour) == ["grant:end"]
    assert actions(region, actor=str(region.berit)) == ["grant:end"]
    mine = region.events(membership_id=charlie)
    assert [each.action for each in mine] == [
        "grant:give",
        "membership:start",
        "person:add",
    ]
    assert {each.membership_id for each in mine} == {charlie}
    added = actions(region, membership_id=number, kinds=(EventKind.USERS,))
    assert added == ["membership:start", "person:add"]
    kinds = {
        each.split(":")[0] for each in actions(region, kinds=[EventKind.AGREEMENTS])
    }
    assert kinds == {"agreement", "organisation"}
    both = actions(
        region,
        kinds=(EventKind.PERMISSIONS, EventKind.USERS),
        actor=str(region.anna),
    )
    assert both == ["membership:start", "person:add", "grant:give"]


def test_pages_tell_how_many_there_are_and_who_did_something(
    region: Administration,
) -> None:
    region.change(region.member(ALICE), [RAPPORTERA], [])
    page = region.service.events(region.region, EventQuery(page=99, page_size=5))
    assert page.page == page.pages == -(-page.found // 5)
    assert (str(region.anna), "Anna Admin") in page.actors


def test_a_user_of_another_organisation_has_no_events_here(
    region: Administration,
) -> None:
    assert region.events(membership_id=4711) == ()
