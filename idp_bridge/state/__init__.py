"""Short-lived facts that all nodes share: pending logins and one-time identifiers."""
