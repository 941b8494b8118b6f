"""What is our own fault?"""

from idp_bridge.errors.base import BridgeError


class StoreUnavailableError(BridgeError):
    """The database or the state store does not answer: neither no nor all rights."""

    code = "store-unavailable"


class MisconfiguredError(BridgeError):
    """What was configured cannot work for this login."""

    code = "misconfigured"
