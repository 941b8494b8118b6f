"""Who gets into our own pages, and for how long? The table ``[web]``."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from idp_bridge.settings.section import Section, Uri
from metadata import names


class WebSettings(Section):
    """Sessions of operators and administrators."""

    operator_level: Uri = names.LOA_SAMBI_3
    """The level that the login of an operator must have; one of `levels`."""
    administrator_level: Uri = names.LOA_SAMBI_3
    """The level that the login of an administrator must have; one of `levels`."""
    fresh_login_minutes: Annotated[int, Field(ge=5, le=1440)] = 120
    """How old the login of an administrator may be who changes permissions."""
    idle_minutes: Annotated[int, Field(ge=5, le=240)] = 30
    """After how long without a click somebody is logged out."""
    session_hours: Annotated[int, Field(ge=1, le=24)] = 8
    """After how long everybody is logged out."""

    @property
    def fresh_login(self) -> timedelta:
        """How old the login of an administrator may be who changes permissions."""
        return timedelta(minutes=self.fresh_login_minutes)

    @property
    def idle(self) -> timedelta:
        """After how long without a click somebody is logged out."""
        return timedelta(minutes=self.idle_minutes)

    @property
    def lifetime(self) -> timedelta:
        """After how long everybody is logged out."""
        return timedelta(hours=self.session_hours)
