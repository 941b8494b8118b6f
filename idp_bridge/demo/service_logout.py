"""How does an e-tjänst log out through the bridge, and hear of it? No HTTP here.

It keeps no list of who is logged in: it remembers which sessions have been ended, and
whoever comes with one of them is nobody any more.
"""

from dataclasses import dataclass, field

from idp_bridge.demo.memory import Memory
from idp_bridge.demo.service_login import SKEW, ServiceLogin
from idp_bridge.errors import ReplayedError, UnknownPartnerError
from idp_bridge.saml import logout_messages, logout_writing, upstream_request
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.logout_messages import LogoutContext
from idp_bridge.saml.logout_writing import LogoutAnswer, LogoutQuestion
from idp_bridge.saml.messages import (
    LogoutRequest,
    LogoutResponse,
    Status,
    VerifiedAssertion,
)
from idp_bridge.saml.times import Moment
from metadata import names
from metadata.entities import Endpoint, IdentityProvider


@dataclass(frozen=True, slots=True)
class ServiceLogout:
    """The part of an e-tjänst's SAML side that ends what the other part began.

    Args:
        login: That other part.
    """

    login: ServiceLogin
    ended: Memory[bool] = field(init=False, repr=False)
    """Sessions that are over, by SessionIndex."""
    used: Memory[bool] = field(init=False, repr=False)
    """Requests that were used."""

    def __post_init__(self) -> None:
        """Begin with nothing."""
        object.__setattr__(self, "ended", Memory(self.login.clock))
        object.__setattr__(self, "used", Memory(self.login.clock))

    def is_over(self, assertion: VerifiedAssertion) -> bool:
        """Tell whether somebody ended the session of an assertion."""
        return self.ended.get(assertion.session_index or "") is not None

    def ask(self, assertion: VerifiedAssertion) -> tuple[str, str] | None:
        """Ask the bridge to log out everywhere.

        Returns:
            The ID of the request and the address to send the browser to; ``None`` when
            there is nothing to ask, or nobody.
        """
        where = _endpoint_of(self.login.idp)
        if where is None or assertion.name_id is None or not assertion.session_index:
            return None
        question = LogoutQuestion(
            request_id=upstream_request.new_id(),
            our_entity_id=self.login.service.entity_id,
            location=where.location,
            name_id=assertion.name_id,
            session_indexes=(assertion.session_index,),
            issued=self.login.clock(),
        )
        outbound = logout_writing.request_for_browser(
            question, binding=names.BINDING_REDIRECT, key=self.login.keys.signing
        )
        return question.request_id, outbound.url

    def take_answer(self, message: InboundMessage, request_id: str) -> LogoutResponse:
        """Check what the bridge says of a logout that we asked for.

        Raises:
            BridgeError: The first check that it does not pass.
        """
        opened = logout_messages.open_message(message, kind=logout_messages.RESPONSE)
        return logout_messages.accept_response(
            opened, self._context(), request_id=request_id
        )

    def take_request(self, message: InboundMessage) -> LogoutRequest:
        """Check a request of the bridge, and end the sessions that it names.

        Raises:
            BridgeError: The first check that it does not pass.
        """
        opened = logout_messages.open_message(message, kind=logout_messages.REQUEST)
        asked = logout_messages.accept_request(
            opened, self._context(), self.login.opening_keys
        )
        if not self.used.add_once(asked.id, value=True):
            raise ReplayedError("the request has been used")
        for index in asked.session_indexes:
            self.ended.put(index, value=True)
        return asked

    def answer(self, asked: LogoutRequest) -> str:
        """Say through the browser that it is done; hands out the address to go to."""
        where = _endpoint_of(self.login.idp)
        if where is None:
            raise UnknownPartnerError("the bridge has no address for answers")
        outbound = logout_writing.answer_for_browser(
            self._done(asked, where.for_responses),
            binding=names.BINDING_REDIRECT,
            key=self.login.keys.signing,
            relay_state=asked.relay_state,
        )
        return outbound.url

    def answer_in_envelope(self, asked: LogoutRequest) -> bytes:
        """Say on the very connection that it is done."""
        return logout_writing.answer_in_envelope(
            self._done(asked, None), self.login.keys.signing
        )

    def _done(self, asked: LogoutRequest, location: str | None) -> LogoutAnswer:
        return LogoutAnswer(
            our_entity_id=self.login.service.entity_id,
            location=location,
            in_response_to=asked.id,
            status=Status(top=names.STATUS_SUCCESS),
            issued=self.login.clock(),
        )

    def _context(self) -> LogoutContext:
        return LogoutContext(
            find_sender=self._find,
            endpoint_url=self.login.slo_url,
            moment=Moment(self.login.clock(), SKEW),
        )

    def _find(self, entity_id: str) -> IdentityProvider:
        if entity_id != self.login.idp.entity_id:
            raise UnknownPartnerError("somebody else than the bridge")
        return self.login.idp


def _endpoint_of(idp: IdentityProvider) -> Endpoint | None:
    for each in idp.slo_endpoints:
        if each.binding == names.BINDING_REDIRECT:
            return each
    return None
