"""Where in a file does an element stand?

libxml2 stops counting lines at 65 535, and a whole federation on one line has but one.
So the start tags are counted here, in the bytes: in well-formed XML without a DTD a
``<`` begins markup and nothing else, so the n-th start tag is the n-th element.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from lxml import etree

from metadata.lint.subjects import local_name

_MARKUP: Final = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?:[^\s!?/>:]+:)?([^\s!?/>:]+)",
    re.DOTALL,
)


class Tag(NamedTuple):
    """A start tag: where it begins, and the name without its prefix."""

    offset: int
    name: bytes


class Place(NamedTuple):
    """Where something stands, for people."""

    line: int
    column: int
    path: str


def start_tags(data: bytes) -> Iterator[Tag]:
    """Walk through the start tags of a document."""
    for found in _MARKUP.finditer(data):
        if found[1] is not None:
            yield Tag(found.start(), found[1])


class Lines:
    """Turns offsets into lines; cheap when they come in order, on one line too."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset, self._line, self._column = 0, 1, 1

    def at(self, offset: int) -> tuple[int, int]:
        """Give line and column, both counted from 1, the column in letters."""
        if offset < self._offset:
            self._offset, self._line, self._column = 0, 1, 1
        passed = self._data[self._offset : offset]
        newlines = passed.count(b"\n")
        if newlines:
            passed = passed[passed.rindex(b"\n") + 1 :]
            self._column = 1
        self._column += len(passed.decode("utf-8", errors="replace"))
        self._line += newlines
        self._offset = offset
        return self._line, self._column


def path_of(element: etree._Element, top: etree._Element) -> str:
    """Write the way down to an element, such as ``…/KeyDescriptor[2]``."""
    steps = [_step(element)] if element is not top else []
    for ancestor in element.iterancestors("*"):
        if element is top or ancestor is top:
            break
        steps.append(_step(ancestor))
    return "/".join((local_name(top), *reversed(steps)))


def _step(element: etree._Element) -> str:
    """Name one step, with its number when there are several of the kind."""
    name, tag = local_name(element), str(element.tag)
    before = sum(1 for _ in element.itersiblings(tag, preceding=True))
    if before or next(element.itersiblings(tag), None) is not None:
        return f"{name}[{before + 1}]"
    return name
