"""Where does another WSGI server find the application? ``idp_bridge.wsgi:app``."""

import os
from pathlib import Path

from idp_bridge import logs
from idp_bridge.app import create_app
from idp_bridge.settings import load_settings

_config = os.environ.get("IDP_BRIDGE_CONFIG")
_settings = load_settings(Path(_config) if _config else None, os.environ)
logs.configure(_settings.log_level)
app = create_app(_settings)
