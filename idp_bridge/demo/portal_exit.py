"""What does the portal show to somebody who leaves, and at which addresses?"""

from dataclasses import dataclass

from flask import Blueprint, Response, redirect, request

from idp_bridge.demo import pages
from idp_bridge.demo.memory import Memory
from idp_bridge.demo.provider_logout import Departures, Stay
from idp_bridge.errors import BridgeError
from idp_bridge.saml import bindings, soap
from idp_bridge.saml.messages import Status
from metadata import names

_SEE_OTHER = 303


@dataclass(frozen=True, slots=True)
class Exit:
    """Where people leave one identity provider of the portal."""

    departures: Departures
    stays: Memory[Stay]
    """Who is here, by what their browser holds."""
    leaving: Memory[str]
    """Our requests to the bridge that are not answered yet, by the same."""

    @property
    def _cookie(self) -> str:
        return f"__Host-portal-{self.departures.provider.profile.method}"

    def remember(self, response: Response, xml: bytes, person: str) -> None:
        """Remember who has just logged in in this browser."""
        stay = self.departures.stay_of(xml, person)
        if stay is not None:
            token = pages.new_token()
            self.stays.put(token, stay)
            pages.set_cookie(response, self._cookie, token)

    def show(self) -> Response:
        """Show who is logged in here, and the way out."""
        stay = self.stays.get(request.cookies.get(self._cookie, ""))
        if stay is not None and self.departures.is_over(stay):
            stay = None
        return pages.show(
            "portal_exit", stay=stay, profile=self.departures.provider.profile
        )

    def log_out(self) -> Response:
        """End the session here, and send the browser to the bridge to end the rest."""
        token = request.cookies.get(self._cookie, "")
        stay = self.stays.take(token)
        asked = stay and self.departures.ask(stay)
        if not asked:
            return self.show()
        request_id, url = asked
        self.leaving.put(token, request_id)
        return _redirect(url)

    def hear_by_redirect(self) -> Response:
        """Take a request of the bridge, or its answer to ours."""
        try:
            if "SAMLResponse" in request.args:
                return self._hear_answer()
            message = bindings.decode_redirect(request.query_string)
            asked = self.departures.take_request(message)
        except BridgeError as error:
            return pages.show("portal_problem", 400, code=error.code)
        back = self.departures.answer(asked)
        return _redirect(back) if back else self.show()

    def hear_by_soap(self) -> Response:
        """Take a request of the bridge in an envelope."""
        try:
            asked = self.departures.take_request(
                soap.open_envelope(
                    request.get_data(), content_type=request.content_type or ""
                )
            )
        except BridgeError as error:
            fault = soap.write_fault(soap.FaultCode.CLIENT, error.code)
            return Response(fault, 400, content_type=soap.CONTENT_TYPE)
        envelope = self.departures.answer_in_envelope(asked)
        return Response(envelope, content_type=soap.CONTENT_TYPE)

    def _hear_answer(self) -> Response:
        message = bindings.decode_redirect(
            request.query_string, parameter="SAMLResponse"
        )
        request_id = self.leaving.take(request.cookies.get(self._cookie, "")) or ""
        found = self.departures.take_answer(message, request_id)
        is_complete = found.status == Status(top=names.STATUS_SUCCESS)
        return pages.show("portal_left", is_complete=is_complete)

    def add_rules(self, bp: Blueprint) -> None:
        """Put everything under its addresses."""
        bp.add_url_rule("/utloggning", "exit", self.show)
        bp.add_url_rule("/utloggning", "leave", self.log_out, methods=["POST"])
        bp.add_url_rule("/slo/HTTP-Redirect", "slo", self.hear_by_redirect)
        bp.add_url_rule("/slo/SOAP", "soap", self.hear_by_soap, methods=["POST"])


def _redirect(url: str) -> Response:
    response: Response = redirect(url, _SEE_OTHER, Response)  # type: ignore[assignment]
    return response
