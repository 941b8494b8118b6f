"""On which page does a form stand, so that somebody finds it there again?

Most forms are sent to the page on which they stand. One that is sent elsewhere says so
at its view, with :func:`form_on`; one that is only a button, with :func:`only_button`.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from flask import current_app, request, url_for

View = TypeVar("View", bound=Callable[..., Any])

_MARK: Final = "form_on"
_BUTTON: Final = "only_button"


def form_on(endpoint: str) -> Callable[[View], View]:
    """Say on which page the form of a view stands.

    Args:
        endpoint: The page's view; its address has the same values as the form's.
    """

    def mark(view: View) -> View:
        setattr(view, _MARK, endpoint)
        return view

    return mark


def only_button(view: View) -> View:
    """Say that nobody types anything into the form of a view, or nothing to keep."""
    setattr(view, _BUTTON, True)
    return view


def is_only_button() -> bool:
    """Tell whether the form of this request has nothing that somebody could lose."""
    return hasattr(_view(), _BUTTON)


def form_page() -> str | None:
    """Say which path can be asked for to see the form of this request again.

    Returns:
        ``None`` if there is no such page.
    """
    elsewhere = getattr(_view(), _MARK, None)
    if elsewhere is not None:
        return unquote(url_for(elsewhere, **(request.view_args or {})))
    adapter = current_app.create_url_adapter(request)
    can_be_asked_for = adapter is not None and adapter.test(method="GET")
    return request.path if can_be_asked_for else None


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")
