"""What do all pages of operators have in common?"""

import re
from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, make_response, redirect, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from idp_bridge import texts
from idp_bridge.services import metadata_admin, services
from idp_bridge.texts import operator_texts, register_texts
from idp_bridge.views.operator.typed import first_day_of, last_day_of
from idp_bridge.web import drafts
from idp_bridge.web.access import viewer
from idp_bridge.web.rights import Right
from metadata.loader import MetadataAdmin
from metadata.orders import Witness, nobody

bp = Blueprint("operator", __name__, url_prefix="/operator")

bp.add_app_template_filter(texts.short_moment, "moment")
bp.add_app_template_filter(operator_texts.every, "every")
bp.add_app_template_filter(first_day_of, "first_day")
bp.add_app_template_filter(last_day_of, "last_day")
bp.add_app_template_filter(register_texts.number_with_hyphen, "organisation_number")

_SEE_OTHER: Final = 303
_LINK: Final = re.compile(r'(<a\b[^>]*?) href="[^"]*"')
_CHANGING: Final[Mapping[str, tuple[Right, str]]] = {
    "organisations": (Right.REGISTER_CHANGE, operator_texts.HANDLERS),
    "agreements": (Right.REGISTER_CHANGE, operator_texts.HANDLERS),
    "catalogue": (Right.CATALOGUE_CHANGE, operator_texts.OWNERS),
    "notices": (Right.NOTICES_CHANGE, operator_texts.OWNERS),
    "sources": (Right.METADATA_TRUST, operator_texts.OWNERS),
}
"""Which right changes what a part of the pages shows, and who has it, in words."""


@bp.app_template_filter("unlinked")
def unlinked(markup: Markup) -> Markup:
    """Leave links of a page where they are, and let them lead nowhere (WAI-ARIA 1.2).

    Args:
        markup: What a template has made; in attributes it has escaped quotes.
    """
    return Markup(_LINK.sub(r'\1 role="link" aria-disabled="true"', str(markup)))  # noqa: S704  # it was markup before


def admin(*, witness: Witness = nobody) -> MetadataAdmin:
    """Hand out what changes sources, the same as on the command line.

    Args:
        witness: Writes down what is done at once, without an order.
    """
    parts = services()
    return metadata_admin(
        parts.settings, parts.entity_store, parts.clock, witness=witness
    )


def show(template: str, status: int = 200, /, **facts: object) -> Response:
    """Show a page of operators."""
    html = render_template(
        f"operator/{template}.html",
        texts=texts.OPERATOR_TEXTS,
        changing_by_part=_CHANGING,
        now=services().clock(),
        seal=drafts.drafts().seal(viewer().actor),
        **facts,
    )
    response = make_response(html, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def hand_out(name: str, data: bytes) -> Response:
    """Let a browser save a file for spreadsheets, which no cache keeps.

    Args:
        name: What the file's name begins with; the day follows.
        data: The file.
    """
    day = services().clock().astimezone(texts.STOCKHOLM)
    return Response(
        data,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{day:%Y-%m-%d}.csv"',
            "Cache-Control": "no-store",
        },
    )


def go_to(address: str) -> AnyResponse:
    """Send the browser to a page after a form, so that a reload sends nothing."""
    return redirect(address, _SEE_OTHER)


def filled(values: Mapping[str, str | int | None]) -> dict[str, str | int]:
    """Keep what an address needs to say."""
    return {name: value for name, value in values.items() if value}
