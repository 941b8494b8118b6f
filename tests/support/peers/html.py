"""Which forms and which text does an HTML page have?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

_UNSEEN = {"script", "style", "template", "head"}
_BUTTON_TYPES = {"submit", "image"}
_INLINE = {"a", "b", "bdi", "em", "i", "small", "span", "strong"}
"""Elements that stand in the middle of a word's line; all others end it."""
_TICKED_TYPES = {"checkbox", "radio"}


@dataclass(slots=True)
class Button:
    """Something that submits a form."""

    label: str
    name: str
    value: str


@dataclass(slots=True)
class Form:
    """A form as it stands on the page before anybody fills it in."""

    action: str
    method: str
    page: str
    """The address of the page that it stands on."""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)

    def button(self, label: str) -> Button:
        """Find the button whose label contains a text."""
        found = [one for one in self.buttons if label in one.label]
        if len(found) != 1:
            raise LookupError(f"{len(found)} buttons {label!r} in {self}")
        return found[0]


@dataclass(frozen=True, slots=True)
class Content:
    """What a person and a browser find on a page."""

    text: str
    forms: tuple[Form, ...]
    links: Mapping[str, str]
    """Absolute address by text."""


def read_html(html: str, base: str) -> Content:
    """Read a page.

    Args:
        html: The page.
        base: Its address, for the relative addresses in it.
    """
    reader = _Reader(base)
    reader.feed(html)
    reader.close()
    return Content(
        " ".join("".join(reader.text).split()), tuple(reader.forms), reader.links
    )


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self._base = base
        self._form: Form | None = None
        self._unseen = 0
        self._link: tuple[str, int] | None = None
        self._button: tuple[Button, int] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._unseen += tag in _UNSEEN
        self._end_line(tag)
        if tag == "form":
            self._open_form(found)
        elif tag == "a" and "href" in found:
            self._link = (urljoin(self._base, found["href"]), len(self.text))
        elif tag in {"input", "textarea"}:
            self._add_input(found)
        elif tag == "button" and found.get("type", "submit") == "submit":
            self._open_button(found)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        self._end_line(tag)
        if tag == "form":
            self._form = None
        elif tag == "a" and self._link is not None:
            address, start = self._link
            self.links[self._since(start)] = address
            self._link = None
        elif tag == "button" and self._button is not None:
            button, start = self._button
            button.label = self._since(start)
            self._button = None

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.text.append(data)

    def _end_line(self, tag: str) -> None:
        if tag not in _INLINE:
            self.text.append(" ")

    def _since(self, start: int) -> str:
        return " ".join("".join(self.text[start:]).split())

    def _open_form(self, found: Mapping[str, str]) -> None:
        action = urljoin(self._base, found.get("action", ""))
        self._form = Form(action, found.get("method", "get").lower(), self._base)
        self.forms.append(self._form)

    def _open_button(self, found: Mapping[str, str]) -> None:
        if self._form is not None:
            button = Button("", found.get("name", ""), found.get("value", ""))
            self._form.buttons.append(button)
            self._button = (button, len(self.text))

    def _add_input(self, found: Mapping[str, str]) -> None:
        if self._form is None:
            return
        kind, name = found.get("type", "text"), found.get("name", "")
        value = found.get("value", "")
        if kind in _BUTTON_TYPES:
            self._form.buttons.append(Button(value, name, value))
        elif name and (kind not in _TICKED_TYPES or "checked" in found):
            self._form.fields[name] = value
