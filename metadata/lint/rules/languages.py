"""Do people get the texts in the languages that they need?"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata.elements import MD, children
from metadata.lint.levels import ADVICE, ERROR, WARNING, saml, swamid
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import MDUI, Entity, language_of, local_name, quoted

_KEYWORDS: Final = MDUI + "Keywords"
_ISO_639_1: Final = frozenset(
    """aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr
    cs cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu
    gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk
    kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms
    mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro
    ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl
    tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu""".split()  # noqa: SIM905  a list would be a page long
)


def _families(entity: Entity) -> Iterator[tuple[etree._Element, list[etree._Element]]]:
    """Walk through texts that say the same in several languages, with their parent."""
    families: dict[tuple[etree._Element, str], list[etree._Element]] = {}
    for element in entity.localised:
        parent = element.getparent()
        if parent is not None:
            families.setdefault((parent, str(element.tag)), []).append(element)
    yield from ((parent, found) for (parent, _), found in families.items())


@entity_rule(
    "language-repeated",
    saml(WARNING, "metadata UI 2.1.2; bridge: the first counts"),
    swamid(ERROR, "5.1.2, 6.1.2"),
)
def language_repeated(entity: Entity) -> Iterator[Flaw]:
    """A text stands once in a language."""
    for _, family in _families(entity):
        seen = set()
        for element in family:
            language = language_of(element)
            if language and language in seen:
                name = f"{local_name(element)} in {quoted(language)}"
                yield Flaw(element, f"A second {name}: keep one.")
            seen.add(language)


@entity_rule("language-unknown", saml(ADVICE, "BCP 47"), swamid(ERROR, "5.1.1, 6.1.1"))
def language_unknown(entity: Entity) -> Iterator[Flaw]:
    """Languages are named by their two letters."""
    for element in entity.localised:
        language = language_of(element)
        if language and language not in _ISO_639_1:
            text = f"{quoted(language)} is not the two letters of a language"
            yield Flaw(element, f'{text}: write such as "sv" or "en".')


def _used(entity: Entity) -> set[str]:
    return set(map(language_of, entity.localised)) - {""}


@entity_rule("language-uneven", swamid(ERROR, "5.1.3, 6.1.3"))
def language_uneven(entity: Entity) -> Iterator[Flaw]:
    """Every text is there in every language that the entity uses."""
    used = _used(entity)
    for _, family in _families(entity):
        missing = sorted(used - set(map(language_of, family)))
        if missing and family[0].tag != _KEYWORDS:
            languages = ", ".join(map(quoted, missing))
            text = f"{local_name(family[0])} is missing in {languages}: add it."
            yield Flaw(family[0], text)


@entity_rule("language-en-missing", swamid(ERROR, "5.1.4, 6.1.4"))
def language_en_missing(entity: Entity) -> Iterator[Flaw]:
    """Texts are there in English."""
    if "en" not in _used(entity):
        yield Flaw(entity.element, "Nothing is said in English: add names in English.")


@entity_rule("language-sv-missing", swamid(WARNING, "5.1.5, 6.1.5"))
def language_sv_missing(entity: Entity) -> Iterator[Flaw]:
    """Texts are there in Swedish."""
    if "sv" not in _used(entity):
        yield Flaw(entity.element, "Nothing is said in Swedish: add names in Swedish.")


@entity_rule("service-name-languages", saml(ADVICE, "SAML metadata 2.4.4.1"))
def service_name_languages(entity: Entity) -> Iterator[Flaw]:
    """The name of a set of attributes is there in Swedish and in English."""
    for role in entity.sps:
        for service in role.endpoints("AttributeConsumingService"):
            found = list(children(service, MD + "ServiceName"))
            missing = {"sv", "en"} - set(map(language_of, found))
            if found and missing:
                languages = ", ".join(sorted(missing))
                yield Flaw(found[0], f"ServiceName is missing in {languages}: add it.")
