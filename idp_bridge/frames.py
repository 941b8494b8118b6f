"""A page of which a few values differ: rendered once, filled in for every visitor.

Rendering the page that hands a message on costs as much as a signature is worth; all
but its values is the same for everybody.
"""

import re
import secrets
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape


class Frame:
    """The text of a page around its values.

    Args:
        render: Renders the page with a value for each name.
        names: What the values are called. A value may stand anywhere where an escaped
            text may stand.
    """

    def __init__(
        self, render: Callable[[Mapping[str, str]], str], names: tuple[str, ...]
    ) -> None:
        marks = {secrets.token_hex(16): name for name in names}
        page = render({name: mark for mark, name in marks.items()})
        pieces = re.split("|".join(map(re.escape, marks)), page)
        found = [marks[mark] for mark in re.findall("|".join(marks), page)]
        self._last = pieces.pop()
        self._pieces = tuple(zip(pieces, found, strict=True))

    def fill(self, values: Mapping[str, str | Markup]) -> str:
        """Put values into the page; what is not markup already is escaped."""
        safe = {name: str(escape(value)) for name, value in values.items()}
        text = "".join(piece + safe[name] for piece, name in self._pieces)
        return text + self._last
