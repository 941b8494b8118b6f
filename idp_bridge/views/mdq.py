"""Which entities do we trust, and what do we know about ourselves? For other bridges.

This is a server of the Metadata Query Protocol (draft-young-md-query, and its profile
for SAML). It speaks with programs, so its refusals are plain text and not pages.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, request

from idp_bridge.services import Services, services
from idp_bridge.web.access import open_to_all
from metadata.errors import (
    BadIdentifierError,
    MetadataError,
    MetadataUnavailableError,
    UnknownIdentifierError,
)
from metadata.mdq_answers import STEP, MdqAnswer
from metadata.mdq_identifiers import EntityId, Identifier, read_identifier, sha1_of

bp = Blueprint("mdq", __name__, url_prefix="/mdq")

_TYPE: Final = "application/samlmetadata+xml"
_ABSENT_SECONDS: Final = 60
"""How long others may remember that we do not know an entity."""
_STATUS_OF: Final = {
    BadIdentifierError: HTTPStatus.BAD_REQUEST,
    UnknownIdentifierError: HTTPStatus.NOT_IMPLEMENTED,
    MetadataUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""What is in here is no absence; whatever else is wrong, we do not know the entity."""


@bp.get("/entities", strict_slashes=False)
@open_to_all
def refuse_all() -> Response:
    """Refuse to hand out everything at once: sources are there for that."""
    if not services().settings.metadata.mdq_server:
        return _refusal(HTTPStatus.NOT_FOUND)
    return _refusal(HTTPStatus.NOT_IMPLEMENTED)


@bp.get("/entities/<path:identifier>", merge_slashes=False)
@open_to_all
def show_entity(identifier: str) -> Response:
    """Show an entity, named by its percent-encoded entityID or by its SHA-1.

    The path arrives decoded once, which is exactly what the protocol encodes.
    """
    found = services()
    if not found.settings.metadata.mdq_server:
        return _refusal(HTTPStatus.NOT_FOUND)
    wanted = request.accept_mimetypes
    if wanted and not wanted.quality(_TYPE):
        return _refusal(HTTPStatus.NOT_ACCEPTABLE)
    try:
        return _document(_answer(found, read_identifier(identifier)), found)
    except MetadataError as error:
        return _refusal(_STATUS_OF.get(type(error), HTTPStatus.NOT_FOUND))


def _answer(found: Services, identifier: Identifier) -> MdqAnswer:
    """Answer about ourselves, else about those that we trust.

    Raises:
        UnknownEntityError: It is none of these.
        MetadataUnavailableError: The store does not answer.
    """
    for ours in found.our_metadata.documents():
        if identifier in (EntityId(ours.entity_id), sha1_of(ours.entity_id)):
            return MdqAnswer(
                xml=ours.xml, made_at=ours.made_at, valid_until=ours.valid_until
            )
    return found.mdq_answers.about(identifier)


def _document(answer: MdqAnswer, found: Services) -> Response:
    response = Response(answer.xml, content_type=_TYPE)
    response.headers["Cache-Control"] = f"max-age={_seconds(answer, found.clock())}"
    response.set_etag(answer.sha256)
    response.last_modified = answer.made_at
    response.make_conditional(request)
    return response


def _seconds(answer: MdqAnswer, now: datetime) -> int:
    """Say how long an answer may be kept: never beyond its end."""
    return int(min(STEP, answer.valid_until - now).total_seconds())


def _refusal(status: HTTPStatus) -> Response:
    response = Response(f"{status} {status.phrase}\n", status, mimetype="text/plain")
    if status is HTTPStatus.NOT_FOUND:
        response.headers["Cache-Control"] = f"max-age={_ABSENT_SECONDS}"
    return response
