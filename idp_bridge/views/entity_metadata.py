"""Our own metadata, for those who must know us: an entityID is also its address."""

from typing import Final

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from idp_bridge.errors import PageNotFoundError
from idp_bridge.our_metadata import OurDocument, OurRole
from idp_bridge.services import services
from idp_bridge.web.access import open_to_all

bp = Blueprint("entity_metadata", __name__)

_TYPE: Final = "application/samlmetadata+xml"
_CACHING: Final = "public, max-age=300"
"""Short: a partner who looks shall see a new key soon."""


@bp.get("/saml/sp")
@bp.get("/saml/sp/metadata")
@open_to_all
def show_sp() -> Response:
    """Show the metadata of our service provider."""
    return _document(services().our_metadata.document(OurRole.SP))


@bp.get("/saml/idp")
@bp.get("/saml/idp/metadata")
@open_to_all
def show_idp() -> Response:
    """Show the metadata of our identity provider."""
    return _document(services().our_metadata.document(OurRole.IDP))


@bp.get("/saml/aa")
@bp.get("/saml/aa/metadata")
@open_to_all
def show_aa() -> Response:
    """Show the metadata of our attribute authority."""
    return _document(services().our_metadata.document(OurRole.AA))


@bp.get("/saml/metadata")
@open_to_all
def show_all() -> str:
    """Show what partners need who take our metadata by hand: documents and sums."""
    found = services()
    documents = found.our_metadata.documents()
    return render_template("metadata.html", documents=documents, names=_file_name)


@bp.get("/saml/<role>/metadata/<sha256>.xml")
@open_to_all
def download(role: str, sha256: str) -> AnyResponse:
    """Download a document that has the SHA-256 of its address, or none at all.

    A document that has changed since the page was shown leads back to the page: nobody
    shall send a file whose sum they have not read.

    Raises:
        PageNotFoundError: There is no such role.
    """
    if role not in list(OurRole):
        raise PageNotFoundError("no such role")
    document = services().our_metadata.document(OurRole(role))
    if document.sha256 != sha256:
        return redirect(url_for("entity_metadata.show_all"), 303)
    response = _document(document)
    response.headers.set(
        "Content-Disposition", "attachment", filename=_file_name(document)
    )
    return response


def _document(document: OurDocument) -> Response:
    response = Response(document.xml, mimetype=_TYPE)
    response.headers["Cache-Control"] = _CACHING
    response.set_etag(document.sha256)
    response.last_modified = document.made_at
    response.make_conditional(request)
    return response


def _file_name(document: OurDocument) -> str:
    """Name a file by role, day and sum, so that none is taken for another."""
    host = services().settings.host
    day = document.made_at.strftime("%Y%m%d")
    return f"{host}-{document.role}-{day}-{document.sha256[:8]}.xml"
