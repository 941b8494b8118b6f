"""How do we read a document of any size that may be broken?

One entity at a time, so that memory does not grow with the federation. What the bridge
never reads stays unread here too: a DTD, another root, more than its limit.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final, NamedTuple

from lxml import etree

from metadata.elements import MD, children, text_of
from metadata.lint.levels import ERROR, saml, saml2int
from metadata.lint.places import Lines, Place, path_of, start_tags
from metadata.lint.registry import reading_rule
from metadata.lint.subjects import (
    DS,
    Document,
    Entity,
    Memory,
    certified_fingerprint,
    quoted,
)
from metadata.safe_xml import METADATA_LIMITS

ENTITY: Final = MD + "EntityDescriptor"
GROUP: Final = MD + "EntitiesDescriptor"
_WATCHED: Final = "{*}EntityDescriptor"
_CHUNK: Final = 256 * 1024
_DECLARED: Final = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.ASCII)
_DECLARATION: Final = re.compile(rb"\s*<\?xml[^>]*\?>")
_INSTRUCTION: Final = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?(?!xml[\s?])([^\s?>]*)", re.DOTALL
)
_OTHER_ENCODINGS: Final = frozenset(
    {"iso8859-1", "iso8859-15", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "ascii"}
)
_ENDS_WITH_PLACE: Final = re.compile(r", line \d+, column \d+$")

TOO_LARGE: Final = reading_rule(
    "document-too-large",
    "A document is no larger than the bridge reads.",
    saml(ERROR, "bridge: refused, 200 MiB"),
)
DOCTYPE: Final = reading_rule(
    "doctype",
    "There is no DOCTYPE: it could declare entities, so nothing after it is read.",
    saml(ERROR, "bridge: refused"),
    saml2int(ERROR, "SDP-G03"),
)
ENCODING: Final = reading_rule(
    "encoding",
    "The document is written in UTF-8 and says so, or says nothing.",
    saml(ERROR, "bridge: refused"),
)
BROKEN: Final = reading_rule(
    "xml-broken",
    "The document is well-formed XML; what follows a break is not read.",
    saml(ERROR, "XML 1.0 section 2.1"),
)
INSTRUCTION: Final = reading_rule(
    "processing-instruction",
    "There are no processing instructions.",
    saml(ERROR, "bridge: refused"),
)
ROOT: Final = reading_rule(
    "not-metadata",
    "The root is an EntityDescriptor or an EntitiesDescriptor.",
    saml(ERROR, "SAML metadata 2.3"),
)


class Trouble(NamedTuple):
    """What reading itself met."""

    code: str
    text: str
    line: int
    column: int


@dataclass(eq=False, kw_only=True)
class Subject:
    """Elements that rules may look at, and where each of them stands."""

    top: etree._Element
    offsets: list[int]
    lines: Lines

    def places(self, elements: list[etree._Element]) -> list[Place]:
        """Find where elements stand."""
        order = {one: number for number, one in enumerate(_own_elements(self.top))}
        last = len(self.offsets) - 1
        wanted = [self.offsets[min(order.get(one, 0), last)] for one in elements]
        found = {offset: self.lines.at(offset) for offset in sorted(set(wanted))}
        return [
            Place(*found[offset], path_of(element, self.top))
            for offset, element in zip(wanted, elements, strict=True)
        ]


@dataclass(eq=False, kw_only=True)
class EntitySubject(Subject):
    """An entity, until the next one is asked for."""

    entity: Entity


@dataclass(eq=False, kw_only=True)
class DocumentSubject(Subject):
    """What is left when all entities have been looked at."""

    document: Document


class Reader:
    """Reads one document once."""

    def __init__(self, data: bytes, *, now: datetime) -> None:
        self.troubles: list[Trouble] = []
        self._now = now
        self._memory = Memory()
        self.data: Final = data
        """The document as it is."""
        self._data = self._as_utf8(data)
        self._lines = Lines(self._data)
        self._tags = start_tags(self._data)
        self._outside: list[int] = []
        self._root: etree._Element | None = None
        self._count = 0
        self._signers: frozenset[str] | None = None

    def entities(self) -> Iterator[EntitySubject]:
        """Walk through the entities; each is emptied when the next is asked for."""
        if self._refused():
            return
        self._note_instructions()
        parser = etree.XMLPullParser(
            ("start", "end"),
            tag=_WATCHED,
            encoding="utf-8",
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=True,
        )
        depth = 0
        for event, element in self._events(parser):
            depth += 1 if event == "start" else -1
            if event == "start" or depth:
                continue
            if element.tag == ENTITY:
                yield self._subject(element)
                _forget(element)
            else:
                self._outside.extend(self._offsets_of(element))

    def document(self) -> DocumentSubject | None:
        """Hand on what is around the entities; nothing when the XML is broken."""
        root = self._root
        if root is None:
            return None
        if root.tag not in (ENTITY, GROUP):
            found = f"The root is {quoted(str(root.tag))}; is this the right file?"
            self._note(ROOT, found, offset=0)
            return None
        self._outside.extend(tag.offset for tag in self._tags)
        return DocumentSubject(
            top=root,
            offsets=self._outside or [0],
            lines=self._lines,
            document=Document(root=root, now=self._now, entity_count=self._count),
        )

    def _events(
        self, parser: "etree.XMLPullParser"
    ) -> Iterator[tuple[str, etree._Element]]:
        for start in range(0, len(self._data) + 1, _CHUNK):
            try:
                parser.feed(self._data[start : start + _CHUNK])
            except etree.XMLSyntaxError as error:
                yield from parser.read_events()
                self._note_break(error)
                return
            yield from parser.read_events()
        try:
            self._root = parser.close()
        except etree.XMLSyntaxError as error:
            self._note_break(error)
        yield from parser.read_events()

    def _subject(self, element: etree._Element) -> EntitySubject:
        self._count += 1
        offsets = self._offsets_of(element)
        if self._signers is None:
            self._signers = _signers(element.getroottree().getroot())
        if element.getparent() is None:
            self._outside = offsets
        entity = Entity(
            element=element,
            now=self._now,
            memory=self._memory,
            signers=self._signers,
        )
        return EntitySubject(
            top=element, offsets=offsets, lines=self._lines, entity=entity
        )

    def _offsets_of(self, element: etree._Element) -> list[int]:
        """Take the start tags of an entity; those before it are around entities."""
        first = self._next_entity()
        count = sum(1 for _ in element.iter("*"))
        return [first, *(tag.offset for tag in islice(self._tags, count - 1))]

    def _next_entity(self) -> int:
        for tag in self._tags:
            if tag.name == b"EntityDescriptor":
                return tag.offset
            self._outside.append(tag.offset)
        return 0

    def _as_utf8(self, data: bytes) -> bytes:
        """Write the document in UTF-8 when it is in something else that we know."""
        declared = _DECLARED.match(data.removeprefix(codecs.BOM_UTF8).lstrip())
        encoding = declared[1].decode("ascii", "replace") if declared else "utf-8"
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        if _known(encoding) == "utf-8":
            return self._checked_utf8(data)
        self.troubles.append(
            Trouble(ENCODING, f"Written in {quoted(encoding)}: write UTF-8.", 1, 1)
        )
        if _known(encoding) not in _OTHER_ENCODINGS:
            return data
        text = data.decode(encoding, errors="replace").removeprefix("\ufeff")
        return _DECLARATION.sub(b"", text.encode("utf-8", "replace"), count=1)

    def _checked_utf8(self, data: bytes) -> bytes:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for start in range(0, len(data), _CHUNK):
            held = len(decoder.getstate()[0])
            try:
                decoder.decode(
                    data[start : start + _CHUNK], final=start + _CHUNK >= len(data)
                )
            except UnicodeDecodeError as error:
                line, column = Lines(data).at(start - held + error.start)
                text = "A byte here is not UTF-8: write the file in UTF-8."
                self.troubles.append(Trouble(ENCODING, text, line, column))
                break
        return data

    def _refused(self) -> bool:
        """Note what the bridge refuses before it parses anything."""
        if len(self._data) > METADATA_LIMITS.max_bytes:
            self._note(TOO_LARGE, "Larger than 200 MiB: publish less, or use MDQ.", 0)
            return True
        doctype = self._data.find(b"<!DOCTYPE")
        if doctype >= 0:
            self._note(DOCTYPE, "A DOCTYPE: leave it out. Nothing was read.", doctype)
            return True
        return False

    def _note_instructions(self) -> None:
        for found in _INSTRUCTION.finditer(self._data):
            if found[1] is not None:
                name = quoted(found[1].decode("utf-8", "replace"))
                text = f"A processing instruction {name}: leave it out."
                self._note(INSTRUCTION, text, found.start())

    def _note_break(self, error: etree.XMLSyntaxError) -> None:
        line, column = error.position
        reason = _ENDS_WITH_PLACE.sub("", error.msg or "not XML")
        text = f"Not well-formed: {quoted(reason)}. Nothing after this was read."
        self.troubles.append(Trouble(BROKEN, text, max(line, 1), max(column, 1)))

    def _note(self, code: str, text: str, offset: int) -> None:
        line, column = self._lines.at(offset)
        self.troubles.append(Trouble(code, text, line, column))


def _known(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return ""


def _own_elements(top: etree._Element) -> Iterator[etree._Element]:
    """Walk through the elements whose start tags belong to a subject.

    Of a document those are all but the entities, which have been emptied.
    """
    for element in top.iter("*"):
        if top.tag == ENTITY or element.tag != ENTITY:
            yield element


def _signers(root: etree._Element) -> frozenset[str]:
    """Find the keys that the document's signature names."""
    path = ("Signature", "KeyInfo", "X509Data", "X509Certificate")
    found = children(root, *(DS + name for name in path))
    fingerprints = (certified_fingerprint(text_of(one)) for one in found)
    return frozenset(filter(None, fingerprints))


def _forget(element: etree._Element) -> None:
    """Empty an entity, and drop the one before it.

    The parser may still be at work behind the element itself, so that stays.
    """
    parent = element.getparent()
    if parent is None:
        return
    element.clear(keep_tail=True)
    before = element.getprevious()
    if before is not None and before.tag == ENTITY:
        parent.remove(before)
