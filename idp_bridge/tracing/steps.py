"""Through which steps does a login come, and when? Not a word about the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from metadata.clock import Clock


class Step(StrEnum):
    """What has been done, in the order in which it usually happens."""

    REQUEST_ACCEPTED = "request-accepted"
    """The request of an e-tjänst has passed its checks; we know whom to answer."""
    METHODS_OFFERED = "methods-offered"
    """Which login methods fit."""
    SESSION_FOUND = "session-found"
    """A login of earlier in this browser may answer."""
    SENT_UPSTREAM = "sent-upstream"
    """The browser was sent to an identity provider."""
    ANSWER_RECEIVED = "answer-received"
    """A Response came for this login, in the same browser."""
    ANSWER_VERIFIED = "answer-verified"
    """The Response and its assertion have passed every check."""
    DECIDED = "decided"
    """The permission store has let the person in."""
    ISSUED = "issued"
    """Our own Response was handed to the browser."""
    REFUSED = "refused"
    """The login was refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """A step that was taken."""

    step: str
    """A :class:`Step`; another word when a newer version wrote it."""
    at: datetime
    detail: str = ""
    """What else: a method, an outcome."""


class Steps:
    """Notes the steps of a login while one HTTP request is answered.

    Args:
        clock: Says what time it is.
        earlier: The steps before, out of the pending login.
    """

    def __init__(self, clock: Clock, earlier: Iterable[TraceStep] = ()) -> None:
        self._clock = clock
        self._taken = list(earlier)

    def note(self, step: Step, detail: str = "") -> None:
        """Remember that a step has been taken now."""
        self._taken.append(TraceStep(step=step, at=self._clock(), detail=detail))

    def seconds(self) -> dict[str, float]:
        """Say how long after the first step each one was taken, for the log."""
        first = self._taken[0].at if self._taken else self._clock()
        return {
            each.step: round((each.at - first).total_seconds(), 3)
            for each in self._taken
        }

    @property
    def taken(self) -> tuple[TraceStep, ...]:
        """All steps until now."""
        return tuple(self._taken)
