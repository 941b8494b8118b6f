"""What do operators see and do? Pages under ``/operator/``."""

from idp_bridge.views.operator.entities import show_entities
from idp_bridge.views.operator.frame import bp
from idp_bridge.views.operator.new_source import show_new_source
from idp_bridge.views.operator.sources import show_sources

__all__ = ["bp", "show_entities", "show_new_source", "show_sources"]
