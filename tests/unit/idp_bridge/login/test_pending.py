import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_bridge.errors import LoginLostError
from idp_bridge.login.pending import (
    LOGIN_ID,
    MAX_SENT,
    MAX_STEPS,
    PendingLogin,
    SentRequest,
    login_id_of,
    new_login_id,
    new_request_id,
    new_secret,
)
from idp_bridge.saml.messages import AuthnRequest, Comparison, Scoping
from idp_bridge.state.limits import check_key
from idp_bridge.tracing.steps import Step, TraceStep
from tests.support.clock import NOW

TEXTS = st.text(max_size=30)
SCOPINGS = st.builds(
    Scoping,
    proxy_count=st.none() | st.integers(0, 99999),
    idp_list=st.lists(TEXTS, max_size=3).map(tuple),
    requester_ids=st.lists(TEXTS, max_size=3).map(tuple),
)
REQUESTS = st.builds(
    AuthnRequest,
    id=TEXTS,
    sp_entity_id=TEXTS,
    acs_url=TEXTS,
    relay_state=st.none() | TEXTS,
    binding=TEXTS,
    force_authn=st.booleans(),
    is_passive=st.booleans(),
    levels=st.lists(TEXTS, max_size=3).map(tuple),
    comparison=st.sampled_from(Comparison),
    name_id_format=st.none() | TEXTS,
    attribute_index=st.none() | st.integers(0, 65535),
    scoping=SCOPINGS,
)
MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis adds the time zone
    timezones=st.just(UTC),
)
STEPS = st.builds(TraceStep, step=TEXTS, at=MOMENTS, detail=TEXTS)
SENT = st.builds(SentRequest, request_id=TEXTS, method=TEXTS, sent_at=MOMENTS)
LOGINS = st.builds(
    PendingLogin,
    login_id=TEXTS,
    secret_hash=TEXTS,
    request=REQUESTS,
    sent=st.lists(SENT, max_size=3).map(tuple),
    steps=st.lists(STEPS, max_size=3).map(tuple),
)


@given(pending=LOGINS)
def test_what_is_kept_comes_back_as_it_was(pending: PendingLogin) -> None:
    assert PendingLogin.from_bytes(pending.to_bytes()) == pending


def pending_login(secret_hash: str = "") -> PendingLogin:
    request = AuthnRequest(
        id="_1", sp_entity_id="sp", acs_url="acs", relay_state=None, binding="post"
    )
    return PendingLogin(
        login_id=new_login_id(NOW), secret_hash=secret_hash, request=request
    )


def test_a_login_knows_its_browser() -> None:
    secret, secret_hash = new_secret()
    pending = pending_login(secret_hash)
    pending.check_browser(secret)
    for other in (None, "", secret_hash, new_secret()[0]):
        with pytest.raises(LoginLostError):
            pending.check_browser(other)


def test_ids_of_logins_sort_by_time_and_are_keys() -> None:
    earlier = new_login_id(NOW)
    later = new_login_id(NOW + timedelta(seconds=1))
    assert LOGIN_ID.fullmatch(earlier)
    assert earlier < later
    assert new_login_id(NOW) != earlier
    check_key(pending_login().key)


def test_a_request_leads_to_its_login() -> None:
    login_id = new_login_id(NOW)
    assert login_id_of(new_request_id(login_id)) == login_id
    assert new_request_id(login_id) != new_request_id(login_id)


def test_the_oldest_requests_are_forgotten() -> None:
    pending = pending_login()
    for number in range(MAX_SENT + 1):
        sent = SentRequest(request_id=f"_{number}", method="siths", sent_at=NOW)
        pending = pending.with_sent(sent)
    assert len(pending.sent) == MAX_SENT
    assert pending.request_sent("_1").request_id == "_1"
    with pytest.raises(LoginLostError):
        pending.request_sent("_0")


def test_a_login_tells_its_story_in_the_order_of_time() -> None:
    minute = timedelta(minutes=1)
    pending = pending_login().with_step(Step.METHODS_OFFERED, NOW, "siths bankid")
    sent = SentRequest(request_id="_1", method="siths", sent_at=NOW + minute)
    pending = pending.with_sent(sent).with_step(Step.DECIDED, NOW + 2 * minute)
    assert [(each.step, each.detail) for each in pending.story] == [
        ("methods-offered", "siths bankid"),
        ("sent-upstream", "siths"),
        ("decided", ""),
    ]


def test_a_login_does_not_grow_with_its_steps() -> None:
    pending = pending_login().with_step(Step.REQUEST_ACCEPTED, NOW)
    for _ in range(MAX_STEPS + 5):
        pending = pending.with_step(Step.METHODS_OFFERED, NOW)
    assert len(pending.steps) == MAX_STEPS
    assert pending.steps[0].step == Step.REQUEST_ACCEPTED


def test_a_login_that_an_older_version_began_is_still_read() -> None:
    raw = json.loads(pending_login().to_bytes())
    del raw["steps"]
    assert PendingLogin.from_bytes(json.dumps(raw).encode()).steps == ()
