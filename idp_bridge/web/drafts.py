"""What did somebody type whose session was over? Kept for a while, for them alone.

Every form for people carries a seal that says who it was made for. A form that comes
too late is kept under that person and the page of the form; the same person finds it
there after logging in again. A form without a seal of ours keeps nothing, so nobody
fills the store, and nobody leaves a draft for somebody else.
"""

import json
from datetime import timedelta
from hashlib import sha256
from typing import Final

from flask import g, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from idp_bridge.services import services
from idp_bridge.state.port import StateStore
from idp_bridge.web.form_pages import form_page, is_only_button

FIELD: Final = "draft"
"""The name of the field with the seal."""
KEPT: Final = timedelta(minutes=15)
_SALT: Final = "draft"
_MAX_BYTES: Final = 48_000
_OURS: Final = frozenset({FIELD, "csrf_token"})


class Drafts:
    """Forms that came too late.

    Args:
        state: Where they are kept.
        secret: The key of the seals.
    """

    def __init__(self, state: StateStore, secret: str) -> None:
        self._state = state
        self._seals = URLSafeSerializer(secret, salt=_SALT)

    def seal(self, person: str) -> str:
        """Make the seal of a form for somebody, named as in the audit trail."""
        return self._seals.dumps(person)

    def owner_of(self, seal: str | None) -> str | None:
        """Read for whom a form was made; nobody if the seal is not ours."""
        try:
            owner = self._seals.loads(seal or "")
        except BadSignature:
            return None
        return owner if isinstance(owner, str) else None

    def keep(self, person: str, path: str, typed: MultiDict[str, str]) -> bool:
        """Keep what was typed, unless it is too much.

        Raises:
            StoreUnavailableError: The store does not answer.
        """
        fields = [pair for pair in typed.items(multi=True) if pair[0] not in _OURS]
        data = json.dumps(fields).encode()
        if len(data) > _MAX_BYTES:
            return False
        self._state.put(_key(person, path), data, KEPT)
        return True

    def take(self, person: str, path: str) -> MultiDict[str, str] | None:
        """Hand out what somebody typed at an address, once.

        Raises:
            StoreUnavailableError: The store does not answer.
        """
        data = self._state.take(_key(person, path))
        if data is None:
            return None
        return MultiDict([(name, value) for name, value in json.loads(data)])


def drafts() -> Drafts:
    """Hand out the forms that came too late."""
    parts = services()
    return Drafts(parts.state, parts.settings.secret_key.get_secret_value())


def keep_form() -> bool:
    """Keep the form of this request, if it carries a seal of ours."""
    owner = drafts().owner_of(request.form.get(FIELD))
    return owner is not None and _keep(owner)


def keep_form_of_viewer() -> bool:
    """Keep the form of this request, if it was made for whoever is logged in."""
    mine: str = g.viewer.actor
    return drafts().owner_of(request.form.get(FIELD)) == mine and _keep(mine)


def typed_before() -> MultiDict[str, str] | None:
    """Hand out what somebody typed here when the session was over, or another one."""
    return drafts().take(g.viewer.actor, request.path)


def _keep(person: str) -> bool:
    page = None if is_only_button() else form_page()
    return page is not None and drafts().keep(person, page, request.form)


def _key(person: str, path: str) -> str:
    name = f"{person}\n{path}".encode()
    return f"draft:{sha256(name).hexdigest()}"
