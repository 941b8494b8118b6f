import pytest

from idp_bridge.errors import ReplayedError, UnreadableMessageError
from idp_bridge.saml import gate


def test_a_failure_that_nobody_thought_of_is_a_refusal() -> None:
    with (
        pytest.raises(UnreadableMessageError, match="unexpected KeyError"),
        gate.refusing(),
    ):
        raise KeyError("secret")


def test_the_text_of_such_a_failure_stays_out_of_the_log() -> None:
    with pytest.raises(UnreadableMessageError) as caught, gate.refusing():
        raise ValueError("SE2321000016-B001")
    assert "SE2321000016" not in str(caught.value)


def test_a_refusal_stays_what_it_is() -> None:
    with pytest.raises(ReplayedError), gate.refusing():
        raise ReplayedError("used")
