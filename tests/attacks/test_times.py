"""A message that is too old, too early, or does not say when it was made."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from idp_bridge.errors import (
    BridgeError,
    ExpiredError,
    NotYetValidError,
    StaleAuthenticationError,
    UnreadableMessageError,
    WrongSubjectError,
)
from idp_bridge.saml.response_checks import check_session_end
from idp_bridge.saml.times import MAX_AGE, Moment
from tests.support.clock import NOW
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.responses import (
    assertion,
    authn,
    bearer,
    good,
    held,
    response,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    MICROSECOND,
    SECOND,
    SKEW,
    expected,
    take_request,
    take_response,
)

SKEWS = [timedelta(), timedelta(seconds=60), timedelta(seconds=300)]
At = Callable[[datetime | str], str]

LAST_MOMENT: dict[str, tuple[At, timedelta, type[BridgeError]]] = {
    "IssueInstant of the Response": (
        lambda at: response(signed(assertion()), issued=at),
        -MAX_AGE - MICROSECOND,
        ExpiredError,
    ),
    "IssueInstant of the assertion": (
        lambda at: response(signed(assertion(issued=at))),
        -MAX_AGE - MICROSECOND,
        ExpiredError,
    ),
    "NotOnOrAfter of the confirmation": (
        lambda at: response(signed(assertion(subject=bearer(not_on_or_after=at)))),
        timedelta(),
        WrongSubjectError,
    ),
    "NotOnOrAfter of the conditions": (
        lambda at: response(signed(assertion(conditions=held(not_on_or_after=at)))),
        timedelta(),
        ExpiredError,
    ),
    "SessionNotOnOrAfter": (
        lambda at: response(signed(assertion(statement=authn(session_end=at)))),
        timedelta(),
        ExpiredError,
    ),
}
"""How a message names a moment, how far it lies back when it is just too late."""

FIRST_MOMENT: dict[str, At] = {
    "IssueInstant of the Response": LAST_MOMENT["IssueInstant of the Response"][0],
    "IssueInstant of the assertion": LAST_MOMENT["IssueInstant of the assertion"][0],
    "NotBefore of the conditions": (
        lambda at: response(signed(assertion(conditions=held(not_before=at))))
    ),
    "AuthnInstant": (
        lambda at: response(signed(assertion(statement=authn(instant=at))))
    ),
}


@pytest.mark.parametrize("skew", SKEWS, ids=str)
@pytest.mark.parametrize("which", LAST_MOMENT)
def test_the_last_moment_is_kept_to_the_microsecond(
    which: str, skew: timedelta
) -> None:
    make, margin, error = LAST_MOMENT[which]
    against = expected(moment=Moment(NOW, skew))
    too_late = NOW + margin - skew
    take_response(make(too_late + MICROSECOND), against)
    with pytest.raises(error):
        take_response(make(too_late), against)


@pytest.mark.parametrize("skew", SKEWS, ids=str)
@pytest.mark.parametrize("which", FIRST_MOMENT)
def test_the_first_moment_is_kept_to_the_microsecond(
    which: str, skew: timedelta
) -> None:
    against = expected(moment=Moment(NOW, skew))
    take_response(FIRST_MOMENT[which](NOW + skew), against)
    with pytest.raises(NotYetValidError):
        take_response(FIRST_MOMENT[which](NOW + skew + MICROSECOND), against)


@pytest.mark.parametrize("skew", SKEWS, ids=str)
def test_a_request_is_fresh(skew: timedelta) -> None:
    take = partial(take_request, moment=Moment(NOW, skew))
    take(posted(authn_request(issued=NOW - MAX_AGE - skew)))
    take(posted(authn_request(issued=NOW + skew)))
    with pytest.raises(ExpiredError):
        take(posted(authn_request(issued=NOW - MAX_AGE - skew - MICROSECOND)))
    with pytest.raises(NotYetValidError):
        take(posted(authn_request(issued=NOW + skew + MICROSECOND)))


@pytest.mark.parametrize("skew", SKEWS, ids=str)
def test_a_fresh_login_is_proved_when_it_was_asked_for(skew: timedelta) -> None:
    sent = NOW - timedelta(seconds=30)
    asked = expected(force_authn=True, sent_at=sent, moment=Moment(NOW, skew))
    not_asked = expected(force_authn=False, sent_at=sent, moment=Moment(NOW, skew))

    def logged_in(at: datetime) -> str:
        return response(signed(assertion(statement=authn(instant=at))))

    take_response(logged_in(sent - skew), asked)
    take_response(logged_in(sent - timedelta(hours=8)), not_asked)
    with pytest.raises(StaleAuthenticationError):
        take_response(logged_in(sent - skew - MICROSECOND), asked)


def test_a_leap_second_is_a_moment() -> None:
    """``23:59:60`` is the second before midnight; read as the one after it."""
    midnight = datetime(2027, 1, 1, tzinfo=NOW.tzinfo)
    leap = "2026-12-31T23:59:60Z"

    def issued(at: str) -> str:
        later = midnight + timedelta(minutes=1)
        subject = bearer(not_on_or_after=later)
        return response(
            signed(
                assertion(
                    issued=at,
                    subject=subject,
                    conditions=held(not_on_or_after=later),
                    statement=authn(instant=at),
                )
            ),
            issued=at,
        )

    take_response(issued(leap), expected(moment=Moment(midnight, timedelta())))
    before = Moment(midnight - SECOND, timedelta())
    with pytest.raises(NotYetValidError):
        take_response(issued(leap), expected(moment=before))
    with pytest.raises(UnreadableMessageError):
        take_response(
            issued("2026-12-31T23:59:61Z"),
            expected(moment=Moment(midnight, timedelta())),
        )


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T12:00:00",
        "2026-11-23T13:00:00+01:00",
        "2026-11-23T12:00:00+00:00",
        "2026-11-23T12:00:00-00:00",
        "2026-11-23 12:00:00Z",
        "2026-11-23T12:00Z",
        "2026-11-23",
        "2026-11-23T12:00:00z",
        " 2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00Z ",
        "2026-11-23T24:00:00Z",
        "2026-13-23T12:00:00Z",
        "1795435200",
        "\u0662\u0660\u0662\u0666-11-23T12:00:00Z",
        "-2026-11-23T12:00:00Z",
        "",
    ],
)
@pytest.mark.parametrize("which", sorted({*LAST_MOMENT, *FIRST_MOMENT}))
def test_a_time_is_in_utc_and_nothing_else(text: str, which: str) -> None:
    make = FIRST_MOMENT[which] if which in FIRST_MOMENT else LAST_MOMENT[which][0]
    take_response(good())
    with pytest.raises(UnreadableMessageError):
        take_response(make(text))


@pytest.mark.parametrize(
    "make",
    [
        lambda: response(signed(assertion(issued=None))),  # type: ignore[arg-type]
        lambda: response(signed(assertion()), issued=None),  # type: ignore[arg-type]
        lambda: response(signed(assertion(subject=bearer(not_on_or_after=None)))),
        lambda: response(signed(assertion(statement=authn(instant=None)))),
    ],
    ids=["assertion", "Response", "confirmation", "AuthnInstant"],
)
def test_a_time_that_must_be_there_is_there(make: Callable[[], str]) -> None:
    take_response(good())
    with pytest.raises(UnreadableMessageError):
        take_response(make())


def test_a_session_that_is_over_is_no_login() -> None:
    against = expected()
    check_session_end(None, against)
    check_session_end(NOW - SKEW + MICROSECOND, against)
    with pytest.raises(ExpiredError):
        check_session_end(NOW - SKEW, against)


def test_a_moment_at_the_end_of_time_breaks_nothing() -> None:
    def until(end: str) -> str:
        conditions = held(not_on_or_after="9999-12-31T23:59:59Z")
        subject = bearer(not_on_or_after=end)
        return response(signed(assertion(subject=subject, conditions=conditions)))

    accepted = take_response(until("9999-12-31T23:59:59Z"))
    assert accepted.remember_until > NOW + MAX_AGE + 2 * SKEW
    with pytest.raises(UnreadableMessageError):
        take_response(until("9999-12-31T23:59:60Z"))
