"""An e-tjänst asks about a person, server to server: what is it told? No HTTP here.

The order is the protection. Who asks, and when, says
:mod:`idp_bridge.saml.attribute_query`. May that one ask at all (:mod:`.entitlement`)?
Only then: about whom (:mod:`.subjects`), and what may be told (:mod:`.telling`), by the
same decision and the same release as in a login. What was asked is in the audit trail
(:mod:`.trail`) before the answer leaves (:mod:`.answering`).
"""
