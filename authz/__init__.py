"""Who may do what?

Organisations, e-tjänster, permissions, agreements, people and grants, the audit trail
of every change, and the pure function that answers what somebody may do at a moment.
This package knows neither HTTP nor SAML.
"""
