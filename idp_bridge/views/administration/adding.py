"""Who shall be a user from now on? The form *Lägg till användare* (the manual, 6)."""

import re
from typing import Final

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from authz.administration.errors import (
    BadFieldsError,
    DuplicateUserError,
    ElsewhereError,
    IsAdministratorError,
    RemovedEarlierError,
)
from idp_bridge.services import services
from idp_bridge.views.administration import tries
from idp_bridge.views.administration.frame import (
    ORGANISATION,
    actor,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.list_links import back_to_list, kept_list
from idp_bridge.views.administration.one_user import user_in_query
from idp_bridge.views.administration.user_form import (
    Refusal,
    UserForm,
    refusal_of,
    refused_number,
    refused_until,
)
from idp_bridge.web.access import needs
from idp_bridge.web.drafts import typed_before
from idp_bridge.web.rights import Right

_REFUSALS: Final = (
    BadFieldsError,
    DuplicateUserError,
    ElsewhereError,
    IsAdministratorError,
    RemovedEarlierError,
)
_NUMBER: Final = re.compile(
    r"(?:SE|TSTNMT|TST|TNT)(\d{10})-.*", re.ASCII | re.IGNORECASE
)
_ONE_MORE = "en-till"


@bp.get(f"{ORGANISATION}/anvandare/ny")
@needs(Right.USERS_CHANGE)
def show_new_user(number: str) -> Response:
    """Show the empty form, or what was typed when the session was over."""
    del number
    typed = typed_before()
    form = UserForm() if typed is None else UserForm.read(typed)
    return _show_form(form, is_typed=typed is not None)


@bp.post(f"{ORGANISATION}/anvandare/ny")
@needs(Right.USERS_CHANGE)
def add_user(number: str) -> AnyResponse:
    """Add a user, or show what is in the way; nothing typed is lost."""
    del number
    form, own = UserForm.read(request.form), organisation()
    wait = tries.seconds_to_wait(own.id)
    if wait:
        return _show_form(form, refusal=refused_until(wait))
    foreign = _foreign_number(form.hsa_id)
    if foreign:
        return _show_form(form, refusal=refused_number(foreign))
    try:
        membership = _save(form)
    except _REFUSALS as error:
        tries.note_if_elsewhere(error, own.id)
        return _show_form(form, refusal=refusal_of(error))
    if _ONE_MORE in request.form:
        return go_to(address_of("show_new_user", tillagd=membership))
    return go_to(address_of("show_user", membership=membership, klart="tillagd"))


def _save(form: UserForm) -> int:
    return administration().add_user(
        organisation().id,
        form.user,
        actor=actor(),
        now=services().clock(),
        again="again" in request.form,
    )


def _foreign_number(hsa_id: str) -> str | None:
    """Find another organisation's number in an HSA-id that nobody has agreed to.

    The number says who keeps the directory, so it may well be another's.
    """
    found = _NUMBER.fullmatch(hsa_id)
    if found is None or found[1] in organisation().numbers:
        return None
    return None if request.form.get("agreed") == found[1] else found[1]


def _show_form(
    form: UserForm, *, is_typed: bool = False, refusal: Refusal | None = None
) -> Response:
    refusal = refusal or Refusal()
    response = show(
        "new_user",
        refusal.status,
        form=form,
        is_typed=is_typed,
        added=user_in_query("tillagd") if request.method == "GET" else None,
        lista=kept_list(),
        back=back_to_list(),
        **refusal.facts,
    )
    return refusal.tell(response)
