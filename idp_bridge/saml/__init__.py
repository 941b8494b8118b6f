"""SAML messages in and out; the only package here that speaks pysaml2.

A message comes in as bytes (:mod:`.bindings`, :mod:`.soap`), passes the gate
(:mod:`.gate`), which lets only verified bytes through, and then the checks of its kind,
one small function each, in the order in which they run:

* :mod:`.downstream_request` an AuthnRequest of an e-tjänst (:mod:`.request_checks`)
* :mod:`.upstream_request` our AuthnRequest to the identity provider
* :mod:`.upstream_response` its Response to us (:mod:`.response_checks`)
* :mod:`.downstream_response` our Response to the e-tjänst
* :mod:`.logout_messages` LogoutRequests and LogoutResponses of both
  (:mod:`.logout_checks`), and ours (:mod:`.logout_writing`)

What leaves this package are the frozen values of :mod:`.messages`.
"""
