"""One login, from the e-tjänst's request to our answer. No Flask, no pysaml2.

::

    e-tjänst ── AuthnRequest ──▶ begin.receive    gate and checks; until here a page
                                 begin.begin      may we answer? which methods fit?
                                      │           the pending login goes to the store
    person ──── chooses ───────▶ choose.send      our AuthnRequest, when chosen
                                      │
    IdP ─────── Response ──────▶ finish.find      the pending login, in this browser
                                 finish.complete  gate and checks: who is it?
                                      │
                                 issue.decide     what may they do, what do we tell?
                                 issue.sign       our Response
                                      │
    e-tjänst ◀── Response ────── answer           the form that the browser posts

A login for our own pages goes the same way between ``own_pages.begin`` and
``finish.identify``, and ends with a session instead of a Response.

Out again, for whoever asks::

    LogoutRequest ─────────────▶ logout_requests  may it? which session? it ends
                                 logout_begin     who has to be told?
    others ◀──── SOAP ────────── logout_telling   all at once
    others ◀──── browser ───────     "            one after the other
    others ───── LogoutResponse ▶ logout_answers  the pending logout, in this browser
    LogoutResponse ◀────────────     "            to whoever asked

Each step takes :class:`~idp_bridge.login.parts.Parts`, everything that is outside,
and plain values. Errors before ``begin.begin`` are pages; later ones are pages with a
button that posts a signed error Response to the e-tjänst.
"""
