"""What does an e-tjänst of the demonstration show, and at which addresses?"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from flask import Blueprint, Flask, Response, redirect, request

from idp_bridge.demo import pages
from idp_bridge.demo.memory import Memory
from idp_bridge.demo.service_login import Guest, SentQuestion, ServiceLogin
from idp_bridge.demo.service_logout import ServiceLogout
from idp_bridge.errors import (
    AuthnContextError,
    BridgeError,
    LoginCancelledError,
    PossibleFraudError,
    UnsolicitedError,
    UpstreamError,
)
from idp_bridge.saml import bindings, soap
from idp_bridge.saml.messages import Status
from idp_bridge.saml.upstream_response import OpenedResponse
from idp_bridge.texts import in_stockholm
from metadata import names

_SEE_OTHER: Final = 303
_PARTS: Final = 3
_SAID_BY_THE_BRIDGE: Final = (
    AuthnContextError,
    LoginCancelledError,
    PossibleFraudError,
    UpstreamError,
)
_MEANING: Final = {
    names.STATUS_CANCEL: "Inloggningen avbröts.",
    names.STATUS_REQUEST_DENIED: "Inloggningen nekades: du får inte gå vidare hit.",
    names.STATUS_NO_AUTHN_CONTEXT: "Legitimationen har för låg nivå.",
    names.STATUS_AUTHN_FAILED: "Legitimeringen misslyckades.",
    names.STATUS_POSSIBLE_FRAUD: "Inloggningen stoppades av säkerhetsskäl.",
    names.STATUS_FRAUD: "Inloggningen stoppades av säkerhetsskäl.",
    names.STATUS_NO_AVAILABLE_IDP: "Legitimeringstjänsten är inte tillgänglig.",
}
_NO_LOGIN: Final = "Inloggningen misslyckades."
_NOT_BELIEVED: Final = "E-tjänsten godtog inte svaret."


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a login came to nothing."""

    text: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What the e-tjänst knows about one browser."""

    asked: tuple[SentQuestion, ...] = ()
    guest: Guest | None = None
    refusal: Refusal | None = None
    leaving: str | None = None
    """Our request to log out everywhere, as long as there is no answer."""
    left: Status | None = None
    """How the logout ended."""

    def question(self, request_id: str) -> SentQuestion:
        """Find the request that an answer claims to answer.

        Raises:
            UnsolicitedError: This browser asked no such question.
        """
        for sent in self.asked:
            if sent.request_id == request_id:
                return sent
        raise UnsolicitedError("an answer to a question that was not asked here")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the e-tjänst serves people."""

    login: ServiceLogin
    logout: ServiceLogout
    visits: Memory[Visit] = field(repr=False)

    def show_start(self) -> Response:
        """Show the way in, the person who is in, or how they went out."""
        visit = self._visit()
        if visit.guest is not None and self.logout.is_over(visit.guest.assertion):
            return pages.show("service_left", is_complete=True, elsewhere=True)
        if visit.guest is not None:
            return self._show_guest(visit.guest)
        if visit.left is not None:
            is_complete = visit.left == Status(top=names.STATUS_SUCCESS)
            return pages.show("service_left", is_complete=is_complete, elsewhere=False)
        if visit.refusal is not None:
            return pages.show("service_refused", refusal=visit.refusal)
        return pages.show("service_start")

    def ask(self) -> Response:
        """Send the browser to the bridge with a signed request."""
        force_authn = request.args.get("ny") == "1"
        sent, url = self.login.ask(force_authn=force_authn)
        visit = self._visit()
        response = _redirect(url)
        self._remember(response, replace(visit, asked=(*visit.asked, sent)[-8:]))
        return response

    def consume(self) -> Response:
        """Take the bridge's answer."""
        visit = self._visit()
        try:
            visit = self._answered(visit)
        except BridgeError as error:
            refusal = _refusal_of(error)
            visit = replace(visit, guest=None, refusal=refusal)
        response = _redirect("/")
        self._remember(response, visit)
        return response

    def log_out(self) -> Response:
        """Forget the person first, and then ask the bridge to log out everywhere."""
        guest = self._visit().guest
        asked = guest and self.logout.ask(guest.assertion)
        if not asked:
            self.visits.take(request.cookies.get(self._cookie, ""))
            return _redirect("/")
        request_id, url = asked
        response = _redirect(url)
        self._remember(response, Visit(leaving=request_id))
        return response

    def hear_of_logout(self) -> Response:
        """Take a message about logout by Redirect: a request, or the answer to ours."""
        try:
            if "SAMLResponse" in request.args:
                return self._hear_answer()
            message = bindings.decode_redirect(request.query_string)
            return _redirect(self.logout.answer(self.logout.take_request(message)))
        except BridgeError as error:
            return self._show_not_believed(error)

    def hear_in_envelope(self) -> Response:
        """Take a request to log somebody out by SOAP."""
        try:
            asked = self.logout.take_request(
                soap.open_envelope(
                    request.get_data(), content_type=request.content_type or ""
                )
            )
        except BridgeError as error:
            fault = soap.write_fault(soap.FaultCode.CLIENT, error.code)
            return Response(fault, 400, content_type=soap.CONTENT_TYPE)
        envelope = self.logout.answer_in_envelope(asked)
        return Response(envelope, content_type=soap.CONTENT_TYPE)

    def _hear_answer(self) -> Response:
        message = bindings.decode_redirect(
            request.query_string, parameter="SAMLResponse"
        )
        found = self.logout.take_answer(message, self._visit().leaving or "")
        response = _redirect("/")
        self._remember(response, Visit(left=found.status))
        return response

    def _show_not_believed(self, error: BridgeError) -> Response:
        refusal = Refusal(text=_NOT_BELIEVED, codes=(error.code,))
        response = pages.show("service_refused", refusal=refusal)
        response.status_code = 400
        return response

    def metadata(self) -> Response:
        """Publish what this e-tjänst is."""
        return Response(self.login.metadata(), mimetype="application/samlmetadata+xml")

    def _answered(self, visit: Visit) -> Visit:
        message = bindings.decode_post(request.form.getlist("SAMLResponse"))
        opened: OpenedResponse = self.login.open(message)
        sent = visit.question(opened.in_response_to)
        guest = self.login.accept(opened, sent)
        left = tuple(each for each in visit.asked if each is not sent)
        return Visit(asked=left, guest=guest)

    @property
    def _cookie(self) -> str:
        return f"__Host-demo-{self.login.service.code}"

    def _visit(self) -> Visit:
        return self.visits.get(request.cookies.get(self._cookie, "")) or Visit()

    def _remember(self, response: Response, visit: Visit) -> None:
        """Keep what is known of the browser, under a new name each time."""
        self.visits.take(request.cookies.get(self._cookie, ""))
        token = pages.new_token()
        self.visits.put(token, visit)
        pages.set_cookie(response, self._cookie, token)

    def _show_guest(self, guest: Guest) -> Response:
        told = guest.assertion.attributes
        first = {name: values[0] for name, values in told.items() if values}
        source = guest.fetched.attributes if guest.fetched else told
        values = source.get(self.login.permission_attribute, ())
        return pages.show(
            "service_guest",
            guest=guest,
            given_name=first.get(names.ATTR_GIVEN_NAME, ""),
            surname=first.get(names.ATTR_SURNAME, ""),
            hsa_id=first.get(names.ATTR_HSA_ID, ""),
            organisation=first.get(names.ATTR_ORGANISATION_NAME, ""),
            number=first.get(names.ATTR_ORGANISATION_NUMBER, ""),
            permissions=tuple(self._in_words(values)),
            authenticated=in_stockholm(guest.assertion.authn_instant),
        )

    def _in_words(self, values: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Say what each value means, by the e-tjänst's own list."""
        for value in values:
            parts = value.split(":")
            code = parts[2] if len(parts) == _PARTS else value
            yield self.login.service.permissions.get(code, code), value

    def blueprint(self) -> Blueprint:
        """Put everything under its addresses."""
        bp = Blueprint("service", __name__)
        bp.add_url_rule("/", "start", self.show_start)
        bp.add_url_rule("/logga-in", "ask", self.ask)
        bp.add_url_rule("/acs", "acs", self.consume, methods=["POST"])
        bp.add_url_rule("/logga-ut", "log_out", self.log_out, methods=["POST"])
        bp.add_url_rule("/slo", "slo", self.hear_of_logout)
        bp.add_url_rule("/slo", "soap", self.hear_in_envelope, methods=["POST"])
        bp.add_url_rule("/metadata", "metadata", self.metadata)
        bp.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
        return bp


def _refusal_of(error: BridgeError) -> Refusal:
    if not isinstance(error, _SAID_BY_THE_BRIDGE):
        return Refusal(text=_NOT_BELIEVED, codes=(error.code,))
    codes = tuple(code for code in (error.status, error.second_status) if code)
    text = _MEANING.get(error.second_status or "", _NO_LOGIN)
    return Refusal(text=text, codes=codes)


def _redirect(url: str) -> Response:
    response: Response = redirect(url, _SEE_OTHER, Response)  # type: ignore[assignment]
    return response


def create_service(login: ServiceLogin, *, bridge_url: str, portal_url: str) -> Flask:
    """Build an e-tjänst.

    Args:
        login: Its SAML side.
        bridge_url: Where the bridge is, for links.
        portal_url: Where the guide to the demonstration is, for links.
    """
    service = login.service
    app = pages.make_app(service.code)
    app.jinja_env.globals.update(
        service=service,
        theme=service.code,
        bridge_url=bridge_url,
        portal_url=portal_url,
    )
    desk = Desk(login, ServiceLogout(login), Memory(login.clock))
    app.register_blueprint(desk.blueprint())
    return app
