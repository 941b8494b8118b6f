"""People log in with SimpleSAMLphp at mod_auth_mellon, and the bridge is between.

All of it stands in one file, because every file may be run by a process of its own,
and each of those would start all the servers again.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest

from metadata.names import ATTR_HSA_ID
from tests.support.peers import story
from tests.support.peers.bridge_process import Bridge, second_node
from tests.support.peers.browser import Browser
from tests.support.peers.journey import Journey, message
from tests.support.peers.network import TITLES, Network
from tests.support.peers.places import Place
from tests.support.peers.simplesamlphp import Person, Profile, log_in
from tests.support.peers.tls import Authority

pytestmark = pytest.mark.peers

MAY = {
    story.ASA.user: (
        f"{story.REGION}:landsting:granska",
        f"{story.REGION}:landsting:rapportera",
    ),
    story.BO.user: (f"{story.REGION}:landsting:granska",),
}
AT_ONCE = 4
"""Twice the workers."""


@pytest.fixture
def journey(visitor: Browser, bridge: Bridge, peers: Network) -> Journey:
    """A login at the e-tjänst that wants nobody without permissions."""
    return Journey(visitor, bridge, peers.refusing)


@pytest.fixture
def lenient(authority: Authority, bridge: Bridge, peers: Network) -> Journey:
    """Somebody else's login, at the e-tjänst that decides for itself."""
    return Journey(Browser(authority.trust), bridge, peers.releasing)


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("person", [story.ASA, story.BO], ids=["asa", "bo"])
def test_a_person_arrives_with_their_own_permissions(
    journey: Journey, person: Person, profile: Profile
) -> None:
    login = journey.login(person, profile)
    assert login.identity_provider == journey.bridge.idp_entity_id
    assert login.attributes == {
        ATTR_HSA_ID: (story.hsa_id(person),),
        story.PERMISSIONS: MAY[person.user],
    }


def test_every_e_service_gets_only_its_own_permissions(
    journey: Journey, lenient: Journey
) -> None:
    assert journey.login(story.ASA).attributes[story.PERMISSIONS] == MAY["asa"]
    assert lenient.login(story.ASA).attributes[story.PERMISSIONS] == ("ansoka",)


def test_the_e_service_gets_an_encrypted_assertion_in_a_signed_response(
    journey: Journey,
) -> None:
    visitor = journey.browser
    page = visitor.submit(journey.answer(story.ASA).form_with("SAMLResponse"))
    response = message(page)
    assert page.form_with("SAMLResponse").action == journey.sp.assertion_consumer_url
    assert b"EncryptedAssertion" in response
    assert b"Signature" in response.partition(b"Status>")[0]
    assert story.hsa_id(story.ASA).encode() not in response
    assert journey.read(visitor.hand_over(page)).attributes[ATTR_HSA_ID]


def test_transient_name_identifiers_are_new_every_time(
    bridge: Bridge, peers: Network, authority: Authority
) -> None:
    names = {
        Journey(Browser(authority.trust), bridge, sp).login(story.ASA).name_id
        for sp in (peers.refusing, peers.refusing, peers.releasing)
    }
    assert len(names) == 3


def test_after_a_wrong_password_the_right_one_works(journey: Journey) -> None:
    page = journey.ask()
    page = log_in(journey.browser, page, user="asa", password="fel")
    assert "Felaktig användaridentitet eller lösenord" in page.text
    page = log_in(journey.browser, page, user="asa", password=story.PASSWORD)
    login = journey.read(journey.browser.hand_over(page))
    assert login.attributes[story.PERMISSIONS] == MAY["asa"]


@pytest.mark.parametrize("profile", list(Profile))
def test_a_person_without_permissions_is_refused_and_the_e_service_is_told(
    journey: Journey, profile: Profile
) -> None:
    visitor = journey.browser
    page = journey.finish(story.CIA, profile)
    assert page.status == 403
    assert "Du saknar behörighet i den här e-tjänsten." in page.text
    form = page.form_with("SAMLResponse")
    assert form.action == journey.sp.assertion_consumer_url
    assert b"status:RequestDenied" in message(page)
    before = journey.sp.log()
    told = visitor.submit(form, button="OK, gå tillbaka till")
    assert told.status == 401
    assert "status:RequestDenied" in journey.sp.log().removeprefix(before)
    assert visitor.open(journey.private).url != journey.private


def test_a_person_without_permissions_arrives_where_the_e_service_decides(
    lenient: Journey,
) -> None:
    assert lenient.login(story.CIA).attributes == {
        ATTR_HSA_ID: (story.hsa_id(story.CIA),)
    }


def test_a_stranger_is_refused_whatever_the_e_service_wants(lenient: Journey) -> None:
    page = lenient.finish(story.DAN)
    assert page.status == 403
    assert "Du är inte registrerad." in page.text
    assert b"status:RequestDenied" in message(page)


def test_somebody_who_goes_back_from_the_methods_is_told_to_the_e_service(
    journey: Journey,
) -> None:
    (form,) = journey.choose().content.forms
    page = journey.browser.submit(form, button="Avbryt")
    assert b"http://id.elegnamnden.se/status/1.0/cancel" in message(page)
    assert journey.browser.hand_over(page).status == 401


def test_an_answer_that_nobody_asked_for_is_refused(
    visitor: Browser, bridge: Bridge, peers: Network
) -> None:
    idp = peers.idps[Profile.SIGNED]
    query = urlencode({"spentityid": bridge.sp_entity_id})
    page = visitor.open(f"{idp.sign_on_url}?{query}")
    page = log_in(visitor, page, user=story.ASA.user, password=story.PASSWORD)
    page = visitor.hand_over(page)
    assert page.url == f"{bridge.at.url}/saml/sp/acs"
    assert 400 <= page.status < 500
    assert "Starta inloggningen från e-tjänsten." in page.text


def test_an_answer_counts_once(journey: Journey) -> None:
    carrier = journey.answer(story.ASA)
    assert journey.read(journey.browser.hand_over(carrier)).attributes
    again = journey.browser.submit(carrier.form_with("SAMLResponse"))
    assert 400 <= again.status < 500
    assert b"SAMLResponse" not in again.body


def test_an_answer_in_another_browser_is_refused_and_still_good_in_the_right_one(
    journey: Journey, authority: Authority
) -> None:
    carrier = journey.answer(story.ASA)
    thief = Browser(authority.trust)
    page = thief.submit(carrier.form_with("SAMLResponse"))
    assert 400 <= page.status < 500
    assert b"SAMLResponse" not in page.body
    assert journey.read(journey.browser.hand_over(carrier)).attributes


def test_people_who_log_in_at_the_same_time_do_not_mix(
    bridge: Bridge, peers: Network, authority: Authority
) -> None:
    people = [story.ASA, story.BO] * AT_ONCE

    def arrive(person: Person) -> tuple[str, ...]:
        journey = Journey(Browser(authority.trust), bridge, peers.refusing)
        return journey.login(person).attributes[story.PERMISSIONS]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        arrived = list(pool.map(arrive, people))
    assert arrived == [MAY[person.user] for person in people]


def test_two_tabs_of_one_browser_do_not_disturb_each_other(
    journey: Journey, peers: Network
) -> None:
    browser = journey.browser
    other = Journey(browser, journey.bridge, peers.releasing)
    first, second = journey.choose(), other.choose()
    first = browser.follow(first, TITLES[Profile.SIGNED])
    second = browser.follow(second, TITLES[Profile.ENCRYPTED])
    second = log_in(browser, second, user=story.ASA.user, password=story.PASSWORD)
    first = log_in(browser, first, user=story.BO.user, password=story.PASSWORD)
    at_first = journey.read(browser.hand_over(first))
    at_second = other.read(browser.hand_over(second))
    assert at_first.attributes[story.PERMISSIONS] == MAY["bo"]
    assert at_second.attributes[story.PERMISSIONS] == ("ansoka",)


def test_the_log_tells_of_logins_and_not_of_people(
    journey: Journey, lenient: Journey
) -> None:
    journey.login(story.ASA)
    lenient.finish(story.DAN)
    log = journey.bridge.log()
    assert journey.sp.entity_id in log
    assert "/saml/sp/acs" in log
    for person in (story.ASA, story.DAN):
        assert [one for one in story.personal_data(person) if one in log] == []
    assert "SAMLRe" not in log


@pytest.fixture(scope="module")
def other_node(bridge: Bridge, authority: Authority) -> Iterator[Place]:
    with second_node(bridge, authority) as at:
        yield at


def _move(browser: Browser, bridge: Bridge, to: Place) -> None:
    """Let the load balancer send this browser to another node from now on."""
    usual = urlsplit(bridge.at.url).netloc
    browser.detours[usual] = urlsplit(to.url).netloc


def test_a_login_goes_from_node_to_node(
    visitor: Browser, bridge: Bridge, peers: Network, other_node: Place
) -> None:
    journey = Journey(visitor, bridge, peers.refusing)
    methods = journey.choose()
    _move(visitor, bridge, other_node)
    page = visitor.follow(methods, "Underskrivet")
    _move(visitor, bridge, bridge.at)
    page = log_in(visitor, page, user=story.ASA.user, password=story.PASSWORD)
    _move(visitor, bridge, other_node)
    login = journey.read(visitor.hand_over(page))
    assert login.attributes[story.PERMISSIONS]
    log = bridge.log_of(other_node)
    assert '"/saml/sp/acs"' in log
    assert '"/saml/idp/sso"' not in log


def test_an_answer_that_one_node_has_taken_is_refused_by_the_other(
    visitor: Browser, bridge: Bridge, peers: Network, other_node: Place
) -> None:
    journey = Journey(visitor, bridge, peers.refusing)
    carrier = journey.answer(story.ASA)
    assert journey.read(visitor.hand_over(carrier)).attributes
    _move(visitor, bridge, other_node)
    again = visitor.submit(carrier.form_with("SAMLResponse"))
    assert 400 <= again.status < 500
    assert b"SAMLResponse" not in again.body
