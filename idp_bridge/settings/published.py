"""What does our metadata say beside names and addresses? The table ``[published]``."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import StringConstraints, ValidationInfo, field_validator

from idp_bridge.settings.section import Section, Uri, WebUrl, directory_of
from metadata.our_profiles import Profile

Scope = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9.-]{0,253}[a-z0-9])?$")
]
"""A domain name or an organisation number; never a pattern."""

SUBJECT_SCOPE: Final = r"^(?:[a-z0-9](?:[a-z0-9.-]{0,125}[a-z0-9])?)?$"
"""The same, at most as long as SAML subject identifiers 3.3.2 allow; may be empty."""


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
    """Where services send people whose login did not do; empty: ours,
    ``/inloggningsfel``."""
    aa_tls_certificates: tuple[Path, ...] = ()
    """PEM files with the certificates that clients see at ``base_url``, now and next;
    our attribute authority publishes the first one in each beside its own keys."""

    @field_validator("aa_tls_certificates")
    @classmethod
    def _find_certificates(
        cls, paths: tuple[Path, ...], info: ValidationInfo
    ) -> tuple[Path, ...]:
        found = tuple(directory_of(info) / path for path in paths)
        if not all(path.is_file() for path in found):
            raise ValueError("is not a file")
        return found
