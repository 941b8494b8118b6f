"""What shall everybody know: news and driftinformation, from when and until when?"""

from datetime import datetime
from typing import Final

from flask import request, url_for
from werkzeug.wrappers import Response as AnyResponse

from authz.office.models import NewNotice, Notice
from idp_bridge.services import services
from idp_bridge.texts import register_texts
from idp_bridge.views.operator.frame import bp, go_to
from idp_bridge.views.operator.register import (
    NUMBER,
    asking,
    by_now,
    office,
    show_form,
    show_page,
    trying,
)
from idp_bridge.views.operator.typed import Typed, minute_of
from idp_bridge.web.access import needs
from idp_bridge.web.rights import Right

_ONE: Final = f"/notiser/<{NUMBER}:notice_id>"
_PLACES: Final = {
    "valid_from": ("begins", ""),
    "valid_until": ("ends", "order-of-minutes"),
    "ended-already": ("ends", "ended-already"),
}


@bp.get("/notiser")
@needs(Right.REGISTER_READ)
def show_notices() -> AnyResponse:
    """List what stands, will stand and stood on pages."""
    return show_page("notices", found=office().notices.list())


@bp.get("/notiser/ny")
@needs(Right.NOTICES_CHANGE)
def show_new_notice() -> AnyResponse:
    """Show the empty form, from this minute."""
    known = {
        "text": "",
        "text_en": "",
        "level": "information",
        "place": "everywhere",
        "service_code": "",
        "begins": minute_of(services().clock()),
        "ends": "",
    }
    return _show(known)


@bp.post("/notiser/ny")
@needs(Right.NOTICES_CHANGE)
def add_notice() -> AnyResponse:
    """Let a notice stand on pages."""
    typed = Typed(request.form)
    new = _read(typed, services().clock())
    if not typed.problems:
        with trying(typed, _PLACES):
            office().notices.add(new, **by_now())
    if typed.problems:
        return _show(typed)
    return _back("notice-added")


@bp.get(f"{_ONE}/andra")
@needs(Right.NOTICES_CHANGE)
def show_notice_form(notice_id: int) -> AnyResponse:
    """Show a notice for changing."""
    notice = _find(notice_id)
    known = {
        "text": notice.text,
        "text_en": notice.text_en,
        "level": notice.level,
        "place": notice.place,
        "service_code": notice.service.code if notice.service else "",
        "begins": minute_of(notice.validity.valid_from),
        "ends": minute_of(notice.validity.valid_until),
    }
    return _show(known, notice)


@bp.post(f"{_ONE}/andra")
@needs(Right.NOTICES_CHANGE)
def change_notice(notice_id: int) -> AnyResponse:
    """Change a notice."""
    notice, typed = _find(notice_id), Typed(request.form)
    new = _read(typed, services().clock())
    if not typed.problems:
        with trying(typed, _PLACES):
            office().notices.change(notice_id, new, **by_now())
    if typed.problems:
        return _show(typed, notice)
    return _back("saved")


@bp.post(f"{_ONE}/avsluta")
@needs(Right.NOTICES_CHANGE)
def end_notice(notice_id: int) -> AnyResponse:
    """Let a notice stand nowhere from now on."""
    _find(notice_id)
    typed = Typed(request.form)
    with trying(typed, {"ended-already": ("", "ended-already")}):
        office().notices.end(notice_id, **by_now())
    return _back("notice-ended")


def _read(typed: Typed, now: datetime) -> NewNotice:
    begins, ends = typed.minute("begins") or now, typed.minute("ends")
    if ends is not None and ends <= begins:
        typed.refuse("ends", "order-of-minutes")
    text = typed.text("text")
    if not text:
        typed.refuse("text", "required")
    return NewNotice(
        text=text,
        text_en=typed.text("text_en"),
        level=typed.choice("level", register_texts.NOTICE_LEVELS),
        place=typed.choice("place", register_texts.NOTICE_PLACES),
        service_code=typed.choice("service_code", {"", *office().services.names()})
        or None,
        valid_from=begins,
        valid_until=ends,
    )


def _show(typed: Typed | dict[str, str], notice: Notice | None = None) -> AnyResponse:
    names = office().services.names()
    return show_form("notice_form", typed, notice=notice, services=names)


def _find(notice_id: int) -> Notice:
    with asking():
        return office().notices.get(notice_id)


def _back(done: str) -> AnyResponse:
    return go_to(url_for("operator.show_notices", klart=done))
