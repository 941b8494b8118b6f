"""How long may the document be used, and how often should it be fetched?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from metadata.elements import attribute
from metadata.instants import parse_duration, parse_instant
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml, saml2int
from metadata.lint.registry import Flaw, document_rule, entity_rule
from metadata.lint.subjects import Document, Entity, local_name
from metadata.sources import DEFAULT_MAX_VALIDITY

_NEAR: Final = timedelta(days=1)
_SHORT: Final = timedelta(minutes=5)


def _end(element: etree._Element) -> datetime | None:
    """Read ``validUntil``; nothing when there is none that can be read."""
    try:
        return parse_instant(attribute(element, "validUntil"))
    except ValueError:
        return None


def _duration(element: etree._Element) -> timedelta | None:
    """Read ``cacheDuration``; nothing when there is none that can be read."""
    try:
        return parse_duration(attribute(element, "cacheDuration"))
    except ValueError:
        return None


def _carriers(top: etree._Element) -> Iterator[etree._Element]:
    """Walk through everything that says how long it holds."""
    for element in top.iter("*"):
        if element.get("validUntil") is not None:
            yield element


def _unreadable(top: etree._Element) -> Iterator[Flaw]:
    for element in _carriers(top):
        if _end(element) is None:
            name = local_name(element)
            text = f"validUntil of {name} is no moment in UTC"
            yield Flaw(element, f"{text}: write it as 2026-12-31T12:00:00Z.")


def _passed(top: etree._Element, now: datetime) -> Iterator[Flaw]:
    for element in _carriers(top):
        end = _end(element)
        if end is not None and end <= now:
            text = f"{local_name(element)} expired {end:%Y-%m-%d %H:%M} UTC"
            yield Flaw(element, f"{text}: publish a new version.")


@document_rule(
    "valid-until-missing",
    saml(WARNING, "bridge: only as a pinned file"),
    saml2int(ERROR, "SDP-MD03"),
)
def valid_until_missing(document: Document) -> Iterator[Flaw]:
    """The root says until when it may be used: otherwise a lost key lives for ever."""
    if document.root.get("validUntil") is None:
        yield Flaw(document.root, "No validUntil: add one, some days ahead.")


@document_rule(
    "valid-until-unreadable", saml(ERROR, "SAML core 1.3.3; bridge: refused")
)
def valid_until_unreadable(document: Document) -> Iterator[Flaw]:
    """Every validUntil around the entities is a moment in UTC."""
    if not document.is_one_entity:
        yield from _unreadable(document.root)


@entity_rule(
    "entity-valid-until-unreadable", saml(ERROR, "SAML core 1.3.3; bridge: left out")
)
def entity_valid_until_unreadable(entity: Entity) -> Iterator[Flaw]:
    """Every validUntil of an entity and its roles is a moment in UTC."""
    yield from _unreadable(entity.element)


@document_rule(
    "valid-until-passed", saml(ERROR, "SAML metadata 2.3.1; bridge: refused")
)
def valid_until_passed(document: Document) -> Iterator[Flaw]:
    """What is around the entities has not expired."""
    if not document.is_one_entity:
        yield from _passed(document.root, document.now)


@entity_rule(
    "entity-valid-until-passed", saml(ERROR, "SAML metadata 2.3.2; bridge: left out")
)
def entity_valid_until_passed(entity: Entity) -> Iterator[Flaw]:
    """An entity and its roles have not expired."""
    yield from _passed(entity.element, entity.now)


@document_rule(
    "valid-until-far",
    saml(WARNING, "bridge: refused unless the source allows it"),
    saml2int(WARNING, "SDP-MD03"),
)
def valid_until_far(document: Document) -> Iterator[Flaw]:
    """The root holds for at most 30 days, the bridge's usual limit."""
    end = _end(document.root)
    if end is not None and end - document.now > DEFAULT_MAX_VALIDITY:
        days = (end - document.now).days
        text = f"validUntil is {days} days away: sign more often, for less time."
        yield Flaw(document.root, text)


@document_rule("valid-until-near", saml(ADVICE, "SAML metadata 2.3.1"))
def valid_until_near(document: Document) -> Iterator[Flaw]:
    """The root holds for another day at least."""
    end = _end(document.root)
    if end is not None and timedelta(0) < end - document.now < _NEAR:
        text = "validUntil is less than a day away: a short outage ends all logins."
        yield Flaw(document.root, f"{text} Publish a new version.")


@document_rule("cache-duration-missing", saml(ADVICE, "SAML metadata 2.3.1"))
def cache_duration_missing(document: Document) -> Iterator[Flaw]:
    """The root says how often to fetch it."""
    if document.root.get("cacheDuration") is None:
        text = 'No cacheDuration: add one, such as "PT1H", to steer refreshes.'
        yield Flaw(document.root, text)


@document_rule("cache-duration-unreadable", saml(ERROR, "SAML metadata schema"))
def cache_duration_unreadable(document: Document) -> Iterator[Flaw]:
    """The cacheDuration of the root is a duration."""
    root = document.root
    if root.get("cacheDuration") is not None and _duration(root) is None:
        yield Flaw(root, 'cacheDuration is no duration: write one such as "PT1H".')


@document_rule("cache-duration-long", saml(WARNING, "SAML metadata 2.3.1"))
def cache_duration_long(document: Document) -> Iterator[Flaw]:
    """The document is fetched again before it expires."""
    end, duration = _end(document.root), _duration(document.root)
    if end and duration and document.now < end < document.now + duration:
        text = "cacheDuration reaches past validUntil: make it shorter."
        yield Flaw(document.root, text)


@document_rule("cache-duration-short", saml(ADVICE, "SAML metadata 2.3.1"))
def cache_duration_short(document: Document) -> Iterator[Flaw]:
    """The document is not fetched all the time."""
    duration = _duration(document.root)
    if duration is not None and duration < _SHORT:
        text = "cacheDuration is below five minutes: everybody fetches all the time."
        yield Flaw(document.root, f"{text} Make it an hour.")
