"""Does the document follow the schema, element by element?"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata.elements import MD
from metadata.lint.grammar import ATTRIBUTES, CLOSED_NAMESPACES, CONTENT, Step
from metadata.lint.levels import ERROR, WARNING, saml, swamid
from metadata.lint.registry import Flaw, document_rule, entity_rule
from metadata.lint.subjects import (
    Document,
    Entity,
    language_of,
    local_name,
    namespace_of,
    quoted,
    tag_of,
)

_SCHEMA: Final = "SAML metadata schema"
_EXTENSIONS: Final = MD + "Extensions"
_GROUP: Final = MD + "EntitiesDescriptor"


def _modelled(entity: Entity) -> Iterator[etree._Element]:
    """Walk through the elements whose content the schema lists."""
    return (one for one in entity.elements if one.tag in CONTENT)


def _groups(document: Document) -> Iterator[etree._Element]:
    """Walk through the groups of a document."""
    yield from document.root.iter(_GROUP)


def _numbers(steps: tuple[Step, ...]) -> dict[str, int]:
    """Number the tags by the first step in which they may stand."""
    numbered = reversed([*enumerate(steps)])
    return {tag: number for number, step in numbered for tag in step.tags}


_NUMBERS: Final = {tag: _numbers(steps) for tag, steps in CONTENT.items()}


def _number_of_step(parent: etree._Element, child: etree._Element) -> int | None:
    return _NUMBERS[tag_of(parent)].get(tag_of(child))


def _misordered(parent: etree._Element) -> Iterator[Flaw]:
    reached, last = 0, ""
    for child in parent.iterchildren("*"):
        number = _number_of_step(parent, child)
        if number is not None and number < reached:
            name = local_name(child)
            yield Flaw(child, f"{name} stands after {last}: move it before that.")
        elif number is not None:
            reached, last = number, local_name(child)


@entity_rule("element-order", saml(ERROR, _SCHEMA))
def element_order(entity: Entity) -> Iterator[Flaw]:
    """Elements stand in the order of the schema; the bridge reads them in any order."""
    for parent in _modelled(entity):
        yield from _misordered(parent)


def _unknown(parent: etree._Element) -> Iterator[Flaw]:
    for child in parent.iterchildren("*"):
        if _number_of_step(parent, child) is None and not _is_open(child):
            said = f"{local_name(child)} may not stand in {local_name(parent)}"
            yield Flaw(child, f"{said}: move it or take it out.")


def _is_open(child: etree._Element) -> bool:
    namespace = namespace_of(child)
    return namespace != "" and namespace not in CLOSED_NAMESPACES


@entity_rule("element-unknown", saml(ERROR, _SCHEMA))
def element_unknown(entity: Entity) -> Iterator[Flaw]:
    """No element stands where the schema does not allow it."""
    for parent in _modelled(entity):
        yield from _unknown(parent)


@document_rule("group-content", saml(ERROR, _SCHEMA))
def group_content(document: Document) -> Iterator[Flaw]:
    """A group has its Signature first, then Extensions, then entities, nothing else."""
    for group in _groups(document):
        yield from _unknown(group)
        yield from _misordered(group)


@entity_rule("element-missing", saml(ERROR, _SCHEMA))
def element_missing(entity: Entity) -> Iterator[Flaw]:
    """Every element that the schema requires is there."""
    for parent in _modelled(entity):
        present = {child.tag for child in parent.iterchildren("*")}
        for step in CONTENT[tag_of(parent)]:
            if step.is_required and not step.tags & present:
                yield Flaw(parent, f"{local_name(parent)} lacks {step.name}: add it.")


@entity_rule("element-repeated", saml(ERROR, _SCHEMA))
def element_repeated(entity: Entity) -> Iterator[Flaw]:
    """What may stand once stands once."""
    for parent in _modelled(entity):
        counted = Counter(child.tag for child in parent.iterchildren("*"))
        for step in CONTENT[tag_of(parent)]:
            if not step.may_repeat and sum(counted[tag] for tag in step.tags) > 1:
                text = f"More than one {step.name}: keep one."
                yield Flaw(list(parent.iterchildren(*step.tags))[1], text)


@entity_rule("attribute-missing", saml(ERROR, _SCHEMA))
def attribute_missing(entity: Entity) -> Iterator[Flaw]:
    """Every attribute that the schema requires is there."""
    for element in entity.elements:
        for name, known in ATTRIBUTES.get(tag_of(element), {}).items():
            if known.is_required and element.get(name) is None:
                yield Flaw(element, f"{local_name(element)} lacks {name}: add it.")


@entity_rule("attribute-unknown", saml(ERROR, _SCHEMA))
def attribute_unknown(entity: Entity) -> Iterator[Flaw]:
    """No attribute stands where the schema does not allow it."""
    for element in entity.elements:
        known = ATTRIBUTES.get(tag_of(element))
        if known is None:
            continue
        for name in map(str, element.attrib):
            if name not in known and not name.startswith("{"):
                text = f"{local_name(element)} has no attribute {quoted(name)}."
                yield Flaw(element, f"{text} Correct or remove it.")


@entity_rule("text-unexpected", saml(ERROR, _SCHEMA))
def text_unexpected(entity: Entity) -> Iterator[Flaw]:
    """No text stands between elements."""
    for parent in _modelled(entity):
        texts = [parent.text, *(child.tail for child in parent)]
        stray = "".join(filter(None, texts)).strip()
        if stray:
            text = f"Text between the elements: {quoted(stray)}. Take it out."
            yield Flaw(parent, text)


@entity_rule("extension-content", saml(ERROR, "SAML metadata 2.2.1"))
def extension_content(entity: Entity) -> Iterator[Flaw]:
    """Extensions hold elements of other namespaces than metadata's own."""
    for child in entity.element.iterfind(f".//{_EXTENSIONS}/*"):
        if not namespace_of(child) or tag_of(child).startswith(MD):
            name = local_name(child)
            yield Flaw(child, f"{name} is no extension: move it out of Extensions.")


@entity_rule("extensions-empty", saml(WARNING, _SCHEMA))
def extensions_empty(entity: Entity) -> Iterator[Flaw]:
    """Extensions are not empty: the schema wants at least one in them."""
    for extensions in entity.element.iter(_EXTENSIONS):
        if next(extensions.iterchildren("*"), None) is None:
            yield Flaw(extensions, "Extensions is empty: take it out.")


@entity_rule(
    "language-missing",
    saml(ERROR, "SAML metadata 2.2.4, metadata UI 2.1"),
    swamid(ERROR, "5.1.1, 6.1.1"),
)
def language_missing(entity: Entity) -> Iterator[Flaw]:
    """Every text for people says its language."""
    for element in entity.localised:
        if not language_of(element):
            yield Flaw(element, f'{local_name(element)} lacks xml:lang: add "sv".')
