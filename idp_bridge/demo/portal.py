"""What does the stand-in for Inera's portal show, and at which addresses?

Three identity providers share it: SITHS, an invented e-legitimation and an account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, Response, request

from idp_bridge.demo import pages
from idp_bridge.demo.guide import RECIPES
from idp_bridge.demo.memory import Memory
from idp_bridge.demo.people import (
    ADMINISTRATORS,
    LET_IN,
    OPERATORS,
    PEOPLE,
    STOPPED,
)
from idp_bridge.demo.portal_exit import Exit
from idp_bridge.demo.provider import Provider, metadata_of
from idp_bridge.demo.provider_logout import Departures
from idp_bridge.demo.tricks import TRICKS
from idp_bridge.errors import BridgeError
from idp_bridge.saml import bindings
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.messages import AuthnRequest
from idp_bridge.texts import TEXTS
from metadata.clock import Clock


@dataclass(frozen=True, slots=True)
class Counter:
    """Where one identity provider of the portal serves people."""

    provider: Provider
    waiting: Memory[AuthnRequest]
    """Requests that somebody is about to answer."""
    exit: Exit
    """Where people leave again."""

    def receive_redirect(self) -> Response:
        """Take a request in the Redirect binding."""
        return self._receive(lambda: bindings.decode_redirect(request.query_string))

    def receive_post(self) -> Response:
        """Take a request in the POST binding."""
        return self._receive(
            lambda: bindings.decode_post(
                request.form.getlist("SAMLRequest"), request.form.getlist("RelayState")
            )
        )

    def answer(self) -> Response:
        """Send what the person chose: themselves, a way out, or a wrong answer."""
        asked = self.waiting.get(request.form.get("fraga", ""))
        if asked is None:
            return pages.show("portal_problem", 400, code=None)
        xml = self._chosen(asked)
        response = self._hand_over(xml, asked)
        person = PEOPLE.get(request.form.get("person", ""))
        if person is not None:
            self.exit.remember(response, xml, person.name)
        return response

    def metadata(self) -> Response:
        """Publish what this identity provider is."""
        provider = self.provider
        xml = metadata_of(provider.profile, provider.key, provider.base_url)
        return Response(xml, mimetype="application/samlmetadata+xml")

    def _receive(self, read: Callable[[], InboundMessage]) -> Response:
        try:
            asked = self.provider.accept(read())
        except BridgeError as error:
            return pages.show("portal_problem", 400, code=error.code)
        if asked.is_passive:
            return self._hand_over(self.provider.refuse_passive(asked), asked)
        token = pages.new_token()
        self.waiting.put(token, asked)
        return pages.show(
            "portal_login",
            token=token,
            profile=self.provider.profile,
            let_in=LET_IN,
            stopped=STOPPED,
            operators=tuple(OPERATORS),
            administrators=tuple(ADMINISTRATORS),
            tricks=TRICKS,
            has_earlier=self.provider.earlier_id is not None,
            forced=asked.force_authn,
        )

    def _chosen(self, asked: AuthnRequest) -> bytes:
        form = request.form
        provider = self.provider
        trick = TRICKS.get(form.get("knep", ""))
        if trick is not None:
            return provider.play(trick, asked, LET_IN[0])
        person = PEOPLE.get(form.get("person", ""))
        if person is None:
            return provider.cancel(asked)
        ways = {way.key: way for way in provider.profile.ways}
        way = ways.get(form.get("satt", ""), provider.profile.ways[0])
        return provider.log_in(asked, person, way)

    def _hand_over(self, xml: bytes, asked: AuthnRequest) -> Response:
        fields = {"SAMLResponse": bindings.encode_post(xml)}
        if asked.relay_state is not None:
            fields["RelayState"] = asked.relay_state
        return pages.show("portal_answer", action=asked.acs_url, fields=fields)

    def blueprint(self) -> Blueprint:
        """Put everything under its addresses."""
        profile = self.provider.profile
        bp = Blueprint(profile.method, __name__, url_prefix=profile.path)
        bp.add_url_rule("", "metadata", self.metadata)
        bp.add_url_rule("/sso/HTTP-Redirect", "redirect", self.receive_redirect)
        bp.add_url_rule("/sso/HTTP-POST", "post", self.receive_post, methods=["POST"])
        bp.add_url_rule("/svar", "answer", self.answer, methods=["POST"])
        self.exit.add_rules(bp)
        return bp


def create_portal(
    providers: Sequence[Provider], *, bridge_url: str, clock: Clock
) -> Flask:
    """Build the portal.

    Args:
        providers: The identity providers in it.
        bridge_url: Where the bridge is, for links in the guide.
        clock: Says what time it is.
    """
    app = pages.make_app("portal")
    app.jinja_env.globals.update(bridge_url=bridge_url, theme="portal")
    for provider in providers:
        way_out = Exit(Departures(provider), Memory(clock), Memory(clock))
        counter = Counter(provider, Memory(clock), way_out)
        app.register_blueprint(counter.blueprint())
    app.add_url_rule("/", "guide", show_guide)
    app.add_url_rule("/favicon.ico", "icon", lambda: ("", 204))
    return app


def show_guide() -> Response:
    """Show who is who, and how every error page can be seen."""
    rows = [(code, text.sv, RECIPES.get(code)) for code, text in TEXTS.items()]
    return pages.show(
        "portal_guide",
        let_in=LET_IN,
        stopped=STOPPED,
        operators=tuple(OPERATORS),
        administrators=tuple(ADMINISTRATORS),
        rows=rows,
    )
