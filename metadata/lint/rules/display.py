"""What do people see of an entity (``mdui:UIInfo``)?"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from metadata.elements import MD, attribute, children, text_of
from metadata.endpoints import fault_of
from metadata.lint.levels import (
    ADVICE,
    ERROR,
    WARNING,
    saml,
    saml2int,
    swamid,
    sweden,
)
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import (
    IDP,
    MDUI,
    SP,
    Entity,
    Role,
    language_of,
    local_name,
    quoted,
)

_LARGE_LOGO: Final = 50_000


def _shown(entity: Entity) -> tuple[Role, ...]:
    """Roles that people meet."""
    return entity.roles_of(IDP, SP)


def _lacking(roles: tuple[Role, ...], name: str, hint: str) -> Iterator[Flaw]:
    """Find the roles that have a UIInfo, but without an element in it."""
    for role in roles:
        if role.infos and not role.ui(name):
            yield Flaw(role.infos[0], f"No mdui:{name}: {hint}")


def _lacking_language(
    entity: Entity, name: str, language: str, hint: str
) -> Iterator[Flaw]:
    for role in _shown(entity):
        found = role.ui(name)
        if found and language not in map(language_of, found):
            yield Flaw(found[0], f'No mdui:{name} with xml:lang="{language}": {hint}')


@entity_rule(
    "ui-missing",
    saml(ADVICE, "metadata UI 2.1"),
    saml2int(ERROR, "SDP-MD09"),
    sweden(ERROR, "2.1.1.1"),
    swamid(ERROR, "5.1.17, 6.1.12"),
)
def ui_missing(entity: Entity) -> Iterator[Flaw]:
    """A role says how it is shown to people."""
    for role in _shown(entity):
        if not role.infos:
            text = f"{role.name} has no mdui:UIInfo: add names, a description, a logo."
            yield Flaw(role.element, text)


@entity_rule("ui-repeated", saml(ERROR, "metadata UI 2.1.1"))
def ui_repeated(entity: Entity) -> Iterator[Flaw]:
    """A role has one UIInfo."""
    for role in entity.roles:
        for info in role.infos[1:]:
            yield Flaw(info, "A second mdui:UIInfo: join it with the first.")


@entity_rule("ui-misplaced", saml(WARNING, "metadata UI 2.1.1"))
def ui_misplaced(entity: Entity) -> Iterator[Flaw]:
    """The UIInfo stands in a role, not in the entity's own Extensions."""
    for info in children(entity.element, MD + "Extensions", MDUI + "UIInfo"):
        text = "mdui:UIInfo of the entity is not looked at: move it into the role."
        yield Flaw(info, text)


@entity_rule(
    "ui-name-missing",
    saml2int(ERROR, "SDP-MD09"),
    sweden(ERROR, "2.1.1.1"),
    swamid(ERROR, "5.1.17, 6.1.12"),
)
def ui_name_missing(entity: Entity) -> Iterator[Flaw]:
    """A role has a name for people."""
    yield from _lacking(_shown(entity), "DisplayName", "say what people know it as.")


@entity_rule("ui-name-sv", sweden(ERROR, "2.1.1.1"))
def ui_name_sv(entity: Entity) -> Iterator[Flaw]:
    """The name is there in Swedish."""
    yield from _lacking_language(entity, "DisplayName", "sv", "add it.")


@entity_rule("ui-name-en", sweden(ADVICE, "2.1.1.1"))
def ui_name_en(entity: Entity) -> Iterator[Flaw]:
    """The name is there in English."""
    yield from _lacking_language(entity, "DisplayName", "en", "add it.")


@entity_rule("ui-name-shared", swamid(ERROR, "5.1.17"))
def ui_name_shared(entity: Entity) -> Iterator[Flaw]:
    """No other identity provider has the same name in the same language."""
    for role in entity.idps:
        for name in role.ui("DisplayName"):
            key = (language_of(name), text_of(name).casefold())
            owner = entity.memory.first("name", key, entity.entity_id)
            if owner is not None and owner != entity.entity_id:
                text = f"{quoted(owner)} has the same name: tell them apart."
                yield Flaw(name, text)


@entity_rule("ui-description-missing", swamid(ERROR, "5.1.17, 6.1.12"))
def ui_description_missing(entity: Entity) -> Iterator[Flaw]:
    """A role is described."""
    yield from _lacking(_shown(entity), "Description", "say in a sentence what it is.")


@entity_rule("ui-description-sv", sweden(WARNING, "2.1.1.1"))
def ui_description_sv(entity: Entity) -> Iterator[Flaw]:
    """A role is described in Swedish."""
    for role in _shown(entity):
        if role.infos and "sv" not in map(language_of, role.ui("Description")):
            text = 'No mdui:Description with xml:lang="sv": add it.'
            yield Flaw(role.infos[0], text)


@entity_rule("ui-logo-missing", saml2int(ERROR, "SDP-MD09"), sweden(ERROR, "2.1.1.1"))
def ui_logo_missing(entity: Entity) -> Iterator[Flaw]:
    """A role has a logo."""
    yield from _lacking(_shown(entity), "Logo", "add an https address of a picture.")


@entity_rule("ui-logo-missing-idp", swamid(ERROR, "5.1.17"))
def ui_logo_missing_idp(entity: Entity) -> Iterator[Flaw]:
    """An identity provider has a logo."""
    yield from _lacking(entity.idps, "Logo", "add an https address of a picture.")


def _logos(entity: Entity) -> Iterator[etree._Element]:
    for role in _shown(entity):
        yield from role.ui("Logo")


def _is_data(logo: etree._Element) -> bool:
    return text_of(logo).lower().startswith("data:image/")


@entity_rule(
    "ui-logo-address",
    saml(WARNING, "metadata UI 2.1.5; bridge: not shown"),
    saml2int(ERROR, "SDP-MD10"),
    swamid(ERROR, "5.1.17, 6.1.13"),
)
def ui_logo_address(entity: Entity) -> Iterator[Flaw]:
    """A logo is an https address, or a picture in a data: URI."""
    for logo in _logos(entity):
        fault = fault_of(text_of(logo), allow_loopback_http=False)
        if fault and not _is_data(logo):
            text = f"The logo's address {fault}: {quoted(text_of(logo))}. Use https."
            yield Flaw(logo, text)


@entity_rule("ui-logo-data", swamid(ERROR, "5.1.17, 6.1.13"))
def ui_logo_data(entity: Entity) -> Iterator[Flaw]:
    """A logo is an https address, not a data: URI."""
    for logo in filter(_is_data, _logos(entity)):
        yield Flaw(logo, "The logo is a data: URI: publish it at an https address.")


@entity_rule("ui-logo-large", saml(ADVICE, "metadata UI 2.1.5"))
def ui_logo_large(entity: Entity) -> Iterator[Flaw]:
    """A logo inside the metadata is small: everybody in the federation loads it."""
    for logo in _logos(entity):
        size = len(text_of(logo))
        if size > _LARGE_LOGO:
            text = f"A logo of {size} characters inside the metadata: link to it."
            yield Flaw(logo, text)


@entity_rule("ui-information-missing", swamid(ERROR, "5.1.17, 6.1.12"))
def ui_information_missing(entity: Entity) -> Iterator[Flaw]:
    """A role links to information about itself."""
    hint = "link to a page about the service."
    yield from _lacking(_shown(entity), "InformationURL", hint)


@entity_rule("ui-privacy-missing", saml2int(ERROR, "SDP-MD09"), swamid(ERROR, "6.1.12"))
def ui_privacy_missing(entity: Entity) -> Iterator[Flaw]:
    """A service links to how it treats personal data."""
    hint = "link to how personal data is treated."
    yield from _lacking(entity.sps, "PrivacyStatementURL", hint)


@entity_rule("ui-privacy-missing-idp", swamid(ERROR, "5.1.17"))
def ui_privacy_missing_idp(entity: Entity) -> Iterator[Flaw]:
    """An identity provider links to how it treats personal data."""
    hint = "link to how personal data is treated."
    yield from _lacking(entity.idps, "PrivacyStatementURL", hint)


@entity_rule(
    "ui-link-address",
    saml(WARNING, "metadata UI 2.1.6, 2.1.7"),
    swamid(ERROR, "5.1.17, 6.1.12"),
)
def ui_link_address(entity: Entity) -> Iterator[Flaw]:
    """Links of a UIInfo are addresses of pages."""
    for role in _shown(entity):
        for link in (*role.ui("InformationURL"), *role.ui("PrivacyStatementURL")):
            if not is_web_address(text_of(link)):
                text = f"{local_name(link)} is no address of a page"
                yield Flaw(link, f"{text}: {quoted(text_of(link))}. Write https://….")


def is_web_address(text: str) -> bool:
    """Tell whether a browser could open a page there."""
    secure = text.replace("http://", "https://", 1)
    fault = fault_of(secure.split("#", 1)[0], allow_loopback_http=False)
    return fault is None


@entity_rule("error-url-missing", saml2int(ERROR, "SDP-MD12"), swamid(ERROR, "5.1.13"))
def error_url_missing(entity: Entity) -> Iterator[Flaw]:
    """An identity provider has a page that services send people to after an error."""
    for role in entity.idps:
        if not attribute(role.element, "errorURL"):
            text = "IDPSSODescriptor has no errorURL: add the address of a help page."
            yield Flaw(role.element, text)


@entity_rule(
    "error-url-address",
    saml(WARNING, "SAML metadata 2.4.1"),
    saml2int(ERROR, "SDP-MD12"),
)
def error_url_address(entity: Entity) -> Iterator[Flaw]:
    """The errorURL is an https address."""
    for role in entity.roles:
        address = attribute(role.element, "errorURL")
        fault = address and fault_of(address, allow_loopback_http=False)
        if fault:
            text = f"errorURL {fault}: {quoted(address)}. Write an https address."
            yield Flaw(role.element, text)
