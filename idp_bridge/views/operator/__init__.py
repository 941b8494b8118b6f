"""What do operators see and do? Pages under ``/operator/``."""

from idp_bridge.views.operator import entities, new_source, sources
from idp_bridge.views.operator.frame import bp

__all__ = ["bp", "entities", "new_source", "sources"]
