"""Can others reach an entity in the ways that its profile promises?"""

from collections.abc import Iterator
from typing import Final

from metadata import names
from metadata.elements import attribute
from metadata.lint.levels import (
    ERROR,
    WARNING,
    saml,
    saml2int,
    swamid,
    sweden,
)
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import AA, Entity, Role, quoted

_BINDINGS: Final = "urn:oasis:names:tc:SAML:2.0:bindings:"
_KNOWN: Final = frozenset(
    {
        names.BINDING_REDIRECT,
        names.BINDING_POST,
        names.BINDING_SOAP,
        _BINDINGS + "HTTP-POST-SimpleSign",
        _BINDINGS + "HTTP-Artifact",
        _BINDINGS + "PAOS",
        _BINDINGS + "URI",
        "urn:oasis:names:tc:SAML:2.0:profiles:holder-of-key:SSO:browser",
        "urn:oasis:names:tc:SAML:1.0:profiles:browser-post",
        "urn:oasis:names:tc:SAML:1.0:profiles:artifact-01",
        "urn:oasis:names:tc:SAML:1.0:bindings:SOAP-binding",
        "urn:mace:shibboleth:1.0:profiles:AuthnRequest",
    }
)


def _bindings(role: Role, name: str) -> set[str]:
    return {attribute(one, "Binding") for one in role.endpoints(name)}


@entity_rule("binding-unknown", saml(WARNING, "SAML bindings 3"))
def binding_unknown(entity: Entity) -> Iterator[Flaw]:
    """Bindings are such as SAML knows."""
    for role in entity.roles:
        for endpoint in role.all_endpoints:
            binding = attribute(endpoint, "Binding")
            if binding not in _KNOWN:
                text = f"The binding {quoted(binding)} is not known: check its spelling"
                yield Flaw(endpoint, f"{text}.")


@entity_rule(
    "acs-redirect", saml(ERROR, "SAML profiles 4.1.2"), swamid(ERROR, "6.1.16")
)
def acs_redirect(entity: Entity) -> Iterator[Flaw]:
    """No service receives its answers by Redirect: they do not fit into a URL."""
    for role in entity.sps:
        for endpoint in role.endpoints("AssertionConsumerService"):
            if attribute(endpoint, "Binding") == names.BINDING_REDIRECT:
                text = "AssertionConsumerService by HTTP-Redirect: use HTTP-POST."
                yield Flaw(endpoint, text)


@entity_rule(
    "acs-no-post",
    saml(ERROR, "SAML profiles 4.1.2; bridge: answers by POST"),
    sweden(ERROR, "5.3"),
)
def acs_no_post(entity: Entity) -> Iterator[Flaw]:
    """A service receives its answers by POST."""
    for role in entity.sps:
        bindings = _bindings(role, "AssertionConsumerService")
        if bindings and names.BINDING_POST not in bindings:
            text = "No AssertionConsumerService by HTTP-POST: add one."
            yield Flaw(role.element, text)


@entity_rule(
    "sso-no-redirect",
    saml(WARNING, "SAML profiles 4.1.2"),
    saml2int(ERROR, "SDP-SP02"),
    sweden(ERROR, "5.2"),
)
def sso_no_redirect(entity: Entity) -> Iterator[Flaw]:
    """An identity provider takes requests by Redirect."""
    for role in entity.idps:
        if names.BINDING_REDIRECT not in _bindings(role, "SingleSignOnService"):
            yield Flaw(role.element, "No SingleSignOnService by Redirect: add one.")


@entity_rule("sso-no-post", sweden(ERROR, "5.2"))
def sso_no_post(entity: Entity) -> Iterator[Flaw]:
    """An identity provider takes requests by POST."""
    for role in entity.idps:
        if names.BINDING_POST not in _bindings(role, "SingleSignOnService"):
            yield Flaw(role.element, "No SingleSignOnService by HTTP-POST: add one.")


@entity_rule("slo-no-redirect", saml2int(WARNING, "SDP-IDP21, SDP-IDP25"))
def slo_no_redirect(entity: Entity) -> Iterator[Flaw]:
    """An identity provider supports logout by Redirect."""
    for role in entity.idps:
        if names.BINDING_REDIRECT not in _bindings(role, "SingleLogoutService"):
            yield Flaw(role.element, "No SingleLogoutService by Redirect: add one.")


@entity_rule("aa-no-soap", saml(ERROR, "SAML profiles 6.3"))
def aa_no_soap(entity: Entity) -> Iterator[Flaw]:
    """An attribute authority is asked by SOAP."""
    for role in entity.roles_of(AA):
        if names.BINDING_SOAP not in _bindings(role, "AttributeService"):
            yield Flaw(role.element, "No AttributeService by SOAP: add one.")
