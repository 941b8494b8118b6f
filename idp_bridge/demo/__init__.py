"""What does the whole thing look like? The bridge between stand-ins for its partners.

The bridge is the real one, served as everywhere. The stand-in for Inera's portal and
the three e-tjänster are ordinary SAML parties that verify what they get; nothing in the
bridge knows that they are stand-ins. The only thing that reality does not allow is
plain ``http``, and that only on this machine.
"""

from idp_bridge.demo.running import run

__all__ = ["run"]
