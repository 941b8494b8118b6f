"""What did the operator decide? Read once, checked once, never changed."""

from idp_bridge.settings.accessibility import Accessibility
from idp_bridge.settings.loading import load_settings
from idp_bridge.settings.metadata import MetadataSettings, MetricsSettings
from idp_bridge.settings.model import Settings
from idp_bridge.settings.partners import (
    DownstreamPolicy,
    Encrypt,
    LoginGroup,
    PrincipalSelection,
    Profile,
    ShowRelease,
    SingleSignOn,
    UnknownSubject,
    Upstream,
)
from idp_bridge.settings.problems import SettingsError
from idp_bridge.settings.saml import SamlSettings
from idp_bridge.settings.texts import Agency, Contact, DisplaySettings, Organisation
from idp_bridge.settings.web import WebSettings

__all__ = [
    "Accessibility",
    "Agency",
    "Contact",
    "DisplaySettings",
    "DownstreamPolicy",
    "Encrypt",
    "LoginGroup",
    "MetadataSettings",
    "MetricsSettings",
    "Organisation",
    "PrincipalSelection",
    "Profile",
    "SamlSettings",
    "Settings",
    "SettingsError",
    "ShowRelease",
    "SingleSignOn",
    "UnknownSubject",
    "Upstream",
    "WebSettings",
    "load_settings",
]
