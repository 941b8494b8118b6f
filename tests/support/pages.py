"""A small application with the pages only: no database, no keys, no SAML."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template
from lxml import html

from idp_bridge import error_pages, headers, pages
from idp_bridge.errors import Fault
from idp_bridge.keys import Purpose, Slot, StoredKey
from idp_bridge.our_metadata import OurDocument, OurRole
from idp_bridge.settings import Agency
from idp_bridge.views import entity_metadata, portal
from tests.support.keys import rsa_key

NOW = datetime(2026, 7, 1, 12, 30, 5, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
ACS = "https://etjanst.example.se/acs"
FORM = pages.HandoffForm(
    action=ACS, fields=(("SAMLResponse", "PHNhbWw+"), ("RelayState", 'a"><b>'))
)
SITHS = pages.MethodGroup(
    heading="E-tjänstelegitimation",
    methods=(
        pages.Method(
            title="SITHS",
            url="/saml/idp/method/siths",
            description="SITHS-kort eller SITHS eID.",
        ),
    ),
)


def parse_page(source: str) -> Any:
    """Read a page as a browser does."""
    return html.fromstring(source)


def pages_app(agency: Agency | None = None) -> Flask:
    """Make the application."""
    app = Flask("idp_bridge", template_folder=str(TEMPLATES))
    headers.register(app)
    error_pages.register(app, clock=lambda: NOW)
    pages.register(app, agency or Agency(support_email="support@example.se"))
    app.jinja_env.globals["notices_at"] = lambda *_place: ()
    app.register_blueprint(portal.bp)
    app.register_blueprint(entity_metadata.bp)
    return app


def error_page(
    code: str = "technical",
    fault: Fault = Fault.OURS,
    *,
    service_name: str | None = "Ansök om statlig ersättning",
    back: pages.HandoffForm | None = None,
    retry_url: str | None = None,
) -> Response:
    """Show an error inside a request of its own."""
    with pages_app().test_request_context():
        return pages.show_error(
            pages.ErrorPage(
                code=code,
                fault=fault,
                error_id="2B3C4D5F6",
                moment=NOW,
                service_name=service_name,
                method="SITHS",
                back=back,
                retry_url=retry_url,
            )
        )


def handoff_page(to_name: str = "Ansök om statlig ersättning") -> Response:
    """Show the page that posts a message to an e-tjänst."""
    with pages_app().test_request_context():
        return pages.show_handoff(FORM, to_name=to_name)


LOGGED_IN = pages.LoggedIn(
    name="Åsa Öberg (SE2321000016-B001)", action="/logga-in/1/fortsatt", seal="5ea1"
)
RELEASED = pages.ReleasePage(
    service_name="E-tjänst för landsting",
    lines=(
        pages.ReleasedLine(label="HSA-id", values=("SE2321000016-B001",)),
        pages.ReleasedLine(label="Organisationens namn", values=("Region Norr", "ÅÄÖ")),
    ),
    permissions=("Rapportera hälsoundersökning", "Granska"),
    action="/logga-in/1/uppgifter",
    cancel_url="/logga-in/1/avbryt",
    seal="5ea1",
    has_changed=True,
    is_first_time=True,
)


def release_page(page: pages.ReleasePage = RELEASED) -> Response:
    """Show what an e-tjänst will be told."""
    with pages_app().test_request_context():
        return pages.show_release(page)


def methods_page(
    *groups: pages.MethodGroup,
    service_name: str = "E-tjänst för landsting",
    logged_in: pages.LoggedIn | None = None,
) -> Response:
    """Show the ways to log in."""
    with pages_app().test_request_context():
        return pages.show_methods(
            pages.MethodsPage(
                service_name=service_name,
                service_description="Se asylsökande i din region.",
                groups=groups or (SITHS,),
                cancel_url="/saml/idp/cancel",
                logged_in=logged_in,
            )
        )


def metadata_page() -> str:
    """Show what partners need who take our metadata by hand."""
    documents = [
        OurDocument(
            role=role,
            entity_id=f"https://bridge.example.se/saml/{role}",
            xml=b"<md:EntityDescriptor/>",
            made_at=NOW,
            valid_until=NOW,
            keys=tuple(_key(slot) for slot in Slot if slot is not Slot.RETIRED),
        )
        for role in OurRole
    ]
    with pages_app().test_request_context():
        return render_template(
            "metadata.html", documents=documents, names=lambda one: f"{one.role}.xml"
        )


def _key(slot: Slot) -> StoredKey:
    pair = rsa_key("installation signing")
    return StoredKey(
        purpose=Purpose.SIGNING,
        slot=slot,
        private_pem=pair.private_pem,
        signing_key=pair.signing,
        since=NOW,
    )


def every_page() -> dict[str, str]:
    """Render one of each page that needs no database."""
    client = pages_app().test_client()
    found = {
        path: client.get(path).get_data(as_text=True)
        for path in (
            "/",
            "/tillganglighet",
            "/kakor",
            "/personuppgifter",
            "/kontakt",
            "/inloggningsfel",
            "/missing",
        )
    }
    found["handoff"] = handoff_page().get_data(as_text=True)
    found["metadata"] = metadata_page()
    found["methods"] = methods_page().get_data(as_text=True)
    found["logged in"] = methods_page(logged_in=LOGGED_IN).get_data(as_text=True)
    found["release"] = release_page().get_data(as_text=True)
    found["error"] = error_page(back=FORM, retry_url="/").get_data(as_text=True)
    return found
