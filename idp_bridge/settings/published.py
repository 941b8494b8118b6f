"""What does our metadata say beside names and addresses? The table ``[published]``."""

from typing import Annotated

from pydantic import StringConstraints

from idp_bridge.settings.section import Section, Uri, WebUrl
from metadata.our_profiles import Profile

Scope = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?$")
]
"""A domain name or an organisation number; never a pattern."""


class Published(Section):
    """What we have been given by federations, and whose rules we follow."""

    profile: Profile = Profile.SAML2INT
    """Whose rules hold: ``saml2int``, ``sweden-connect`` or ``swamid``."""
    sp_entity_categories: tuple[Uri, ...] = ()
    """Entity categories of our service provider."""
    idp_entity_categories: tuple[Uri, ...] = ()
    """Entity categories of our identity provider."""
    idp_supported_categories: tuple[Uri, ...] = ()
    """Entity categories that our identity provider supports (SWAMID)."""
    idp_assurance_certifications: tuple[Uri, ...] = ()
    """Levels of assurance that our identity provider is approved for."""
    scopes: tuple[Scope, ...] = ()
    """Scopes that our identity provider speaks for (``shibmd:Scope``)."""
    error_url: WebUrl = ""
    """Where services send people whose login did not do; empty: ours, ``/kontakt``."""
