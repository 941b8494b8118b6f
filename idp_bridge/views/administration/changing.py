"""What do we know about a user that was wrong? The form *Ändra användare* (8)."""

from flask import Response, request
from werkzeug.wrappers import Response as AnyResponse

from authz.administration.errors import (
    BadFieldsError,
    DuplicateUserError,
    ElsewhereError,
    IsAdministratorError,
    UserConflictError,
)
from authz.administration.models import UserView
from idp_bridge.services import services
from idp_bridge.views.administration import tries
from idp_bridge.views.administration.frame import (
    CONFLICT,
    USER,
    actor,
    address_of,
    administration,
    bp,
    go_to,
    organisation,
    show,
)
from idp_bridge.views.administration.list_links import kept_list
from idp_bridge.views.administration.one_user import user_here
from idp_bridge.views.administration.user_form import (
    Refusal,
    UserForm,
    refusal_of,
    refused_until,
)
from idp_bridge.web.access import needs
from idp_bridge.web.drafts import typed_before
from idp_bridge.web.rights import Right

_MAX_VERSION = 2**63 - 1


@bp.get(f"{USER}/andra")
@needs(Right.DELEGATE)
def show_change(number: str, membership: int) -> AnyResponse:
    """Show the form with what is saved, or what was typed when the session was over."""
    del number
    user = user_here(membership)
    if user.removed:
        return go_to(address_of("show_user", membership=membership))
    typed = typed_before()
    if typed is None:
        return _show_form(user, UserForm.of(user), version=user.version)
    version = _version(typed.get("version", ""))
    return _show_form(user, UserForm.read(typed), version=version, is_typed=True)


@bp.post(f"{USER}/andra")
@needs(Right.DELEGATE)
def change_user(number: str, membership: int) -> AnyResponse:
    """Change a user, or show what is in the way; nothing typed is lost."""
    del number
    user, form = user_here(membership), UserForm.read(request.form)
    version = _version(request.form.get("version", ""))
    wait = tries.seconds_to_wait(organisation().id)
    if wait:
        return _show_form(user, form, version=version, refusal=refused_until(wait))
    if _changes_hsa_id(user, form):
        return _show_form(user, form, version=version, new_hsa_id=form.hsa_id)
    try:
        _save(membership, form, version)
    except UserConflictError as error:
        latest = error.current
        return _show_form(latest, form, version=latest.version, conflict=error)
    except (
        BadFieldsError,
        DuplicateUserError,
        ElsewhereError,
        IsAdministratorError,
    ) as error:
        tries.note_if_elsewhere(error, organisation().id)
        return _show_form(user, form, version=version, refusal=refusal_of(error))
    kept = kept_list()
    return go_to(
        address_of("show_user", membership=membership, klart="andrad", lista=kept)
    )


def _save(membership: int, form: UserForm, version: int) -> None:
    administration().change_user(
        organisation().id,
        membership,
        form.user,
        version=version,
        actor=actor(),
        now=services().clock(),
    )


def _changes_hsa_id(user: UserView, form: UserForm) -> bool:
    """Tell whether another HSA-id is asked for that nobody has confirmed yet."""
    is_same = form.hsa_id.upper() == user.hsa_id.upper()
    is_confirmed = request.form.get("confirmed") == form.hsa_id
    return bool(form.hsa_id) and not is_same and not is_confirmed


def _version(text: str) -> int:
    """Read the version that a form was made of; anything else fits none."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(
        str(_MAX_VERSION)
    ):
        return -1
    return sign * min(int(digits), _MAX_VERSION)


def _show_form(
    user: UserView, form: UserForm, *, refusal: Refusal | None = None, **facts: object
) -> Response:
    """Show the form; ``facts`` are its version and what else the page tells."""
    refusal, lista = refusal or Refusal(), kept_list()
    response = show(
        "change_user",
        CONFLICT if "conflict" in facts else refusal.status,
        user=user,
        form=form,
        lista=lista,
        back=address_of("show_user", membership=user.membership_id, lista=lista),
        **refusal.facts,
        **facts,
    )
    return refusal.tell(response)
