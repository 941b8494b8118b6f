"""How does the portal end sessions, its own and what comes of them? No HTTP here."""

from dataclasses import dataclass, field

from idp_bridge.demo.memory import Memory
from idp_bridge.demo.provider import SKEW, Provider
from idp_bridge.errors import ReplayedError
from idp_bridge.saml import logout_messages, logout_writing, upstream_request
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.logout_messages import LogoutContext
from idp_bridge.saml.logout_writing import LogoutAnswer, LogoutQuestion
from idp_bridge.saml.messages import LogoutRequest, LogoutResponse, NameID, Status
from idp_bridge.saml.times import Moment
from metadata import names, safe_xml
from metadata.entities import Endpoint

_SAML = f"{{{names.NS_SAML}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A session at the portal, as it was told to the bridge."""

    name_id: NameID
    session_index: str
    person: str
    """The name of whoever it is, for the page."""


@dataclass(frozen=True, slots=True)
class Departures:
    """The part of an identity provider of the portal that ends sessions.

    Args:
        provider: The identity provider.
    """

    provider: Provider
    ended: Memory[bool] = field(init=False, repr=False)
    """Sessions that are over, by SessionIndex."""
    used: Memory[bool] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin with nothing."""
        object.__setattr__(self, "ended", Memory(self.provider.clock))
        object.__setattr__(self, "used", Memory(self.provider.clock))

    def stay_of(self, response: bytes, person: str) -> Stay | None:
        """Read which session an answer of ours began; ``None`` if it began none."""
        root = safe_xml.parse(response)
        name_id = root.find(f".//{_SAML}NameID")
        statement = root.find(f".//{_SAML}AuthnStatement")
        if name_id is None or statement is None:
            return None
        return Stay(
            name_id=NameID(value=name_id.text or "", format=name_id.get("Format")),
            session_index=statement.get("SessionIndex", ""),
            person=person,
        )

    def is_over(self, stay: Stay) -> bool:
        """Tell whether a session has ended."""
        return self.ended.get(stay.session_index) is not None

    def take_request(self, message: InboundMessage) -> LogoutRequest:
        """Check a request of the bridge, and end the sessions that it names.

        Raises:
            BridgeError: The first check that it does not pass.
        """
        opened = logout_messages.open_message(message, kind=logout_messages.REQUEST)
        asked = logout_messages.accept_request(
            opened, self._context(message.binding), ()
        )
        if not self.used.add_once(asked.id, value=True):
            raise ReplayedError("the request has been used")
        for index in asked.session_indexes:
            self.ended.put(index, value=True)
        return asked

    def answer(self, asked: LogoutRequest) -> str | None:
        """Say through the browser that it is done; hands out the address to go to."""
        where = self._bridge_endpoint()
        if where is None:
            return None
        outbound = logout_writing.answer_for_browser(
            self._done(asked, where.for_responses),
            binding=names.BINDING_REDIRECT,
            key=self.provider.key,
            relay_state=asked.relay_state,
        )
        return outbound.url

    def answer_in_envelope(self, asked: LogoutRequest) -> bytes:
        """Say on the very connection that it is done."""
        return logout_writing.answer_in_envelope(
            self._done(asked, None), self.provider.key
        )

    def ask(self, stay: Stay) -> tuple[str, str] | None:
        """End a session here, and ask the bridge to end what comes of it.

        Returns:
            The ID of the request and the address to send the browser to.
        """
        self.ended.put(stay.session_index, value=True)
        where = self._bridge_endpoint()
        if where is None:
            return None
        question = LogoutQuestion(
            request_id=upstream_request.new_id(),
            our_entity_id=self.provider.profile.entity_id,
            location=where.location,
            name_id=stay.name_id,
            session_indexes=(stay.session_index,),
            issued=self.provider.clock(),
        )
        outbound = logout_writing.request_for_browser(
            question, binding=names.BINDING_REDIRECT, key=self.provider.key
        )
        return question.request_id, outbound.url

    def take_answer(self, message: InboundMessage, request_id: str) -> LogoutResponse:
        """Check what the bridge says of a logout that we asked for.

        Raises:
            BridgeError: The first check that it does not pass.
        """
        opened = logout_messages.open_message(message, kind=logout_messages.RESPONSE)
        return logout_messages.accept_response(
            opened, self._context(message.binding), request_id=request_id
        )

    def _done(self, asked: LogoutRequest, location: str | None) -> LogoutAnswer:
        return LogoutAnswer(
            our_entity_id=self.provider.profile.entity_id,
            location=location,
            in_response_to=asked.id,
            status=Status(top=names.STATUS_SUCCESS),
            issued=self.provider.clock(),
        )

    def _context(self, binding: str) -> LogoutContext:
        provider = self.provider
        return LogoutContext(
            find_sender=provider.find_sp,
            endpoint_url=provider.profile.slo_url(provider.base_url, binding),
            moment=Moment(provider.clock(), SKEW),
        )

    def _bridge_endpoint(self) -> Endpoint | None:
        for each in self.provider.bridge.slo_endpoints:
            if each.binding == names.BINDING_REDIRECT:
                return each
        return None
