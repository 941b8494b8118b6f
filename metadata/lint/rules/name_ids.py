"""Which forms of name identifiers does an entity understand?"""

from collections.abc import Iterator
from typing import Final

from metadata import names
from metadata.elements import MD, children, text_of, texts
from metadata.lint.levels import ADVICE, WARNING, saml, sweden
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import IDP, SP, Entity, quoted
from metadata.lint.vocabulary import NAME_ID_FORMATS

_BOTH: Final = {names.NAMEID_PERSISTENT, names.NAMEID_TRANSIENT}


@entity_rule("name-id-missing", saml(ADVICE, "SAML metadata 2.4.2"))
def name_id_missing(entity: Entity) -> Iterator[Flaw]:
    """A role says which NameIDFormats it supports."""
    for role in entity.roles_of(IDP, SP):
        if not texts(role.element, MD + "NameIDFormat"):
            text = f"{role.name} has no NameIDFormat: list persistent and transient."
            yield Flaw(role.element, text)


@entity_rule("name-id-unknown", saml(WARNING, "SAML core 8.3"))
def name_id_unknown(entity: Entity) -> Iterator[Flaw]:
    """NameIDFormats are such as SAML knows."""
    for role in entity.roles:
        for element in children(role.element, MD + "NameIDFormat"):
            found = text_of(element)
            if found and found not in NAME_ID_FORMATS:
                text = f"The NameIDFormat {quoted(found)} is not known: check how it is"
                yield Flaw(element, f"{text} spelt.")


@entity_rule("name-id-incomplete", sweden(WARNING, "3"))
def name_id_incomplete(entity: Entity) -> Iterator[Flaw]:
    """An identity provider supports persistent and transient names."""
    for role in entity.idps:
        listed = set(texts(role.element, MD + "NameIDFormat"))
        if listed and not listed >= _BOTH:
            text = "persistent and transient NameIDFormats must both be supported"
            yield Flaw(role.element, f"{text}: list them.")
