"""Our own metadata, for those who must know us: an entityID is also its address."""

from flask import Blueprint, Response

from idp_bridge.services import services

bp = Blueprint("entity_metadata", __name__)

_TYPE = "application/samlmetadata+xml"


@bp.get("/saml/sp")
@bp.get("/saml/sp/metadata")
def show_sp() -> Response:
    """Show the metadata of our service provider."""
    return _document(services().our_metadata.sp())


@bp.get("/saml/idp")
@bp.get("/saml/idp/metadata")
def show_idp() -> Response:
    """Show the metadata of our identity provider."""
    return _document(services().our_metadata.idp())


def _document(xml: bytes) -> Response:
    response = Response(xml, mimetype=_TYPE)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
