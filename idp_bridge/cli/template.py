"""What stands in a new ``bridge.toml``? Every line explains itself."""

from typing import Final

TEMPLATE: Final = """\
# Settings of idp-bridge. All of them: docs/configuration.md.
# Each may come from the environment instead: IDP_BRIDGE_TRUSTED_PROXIES=1,
# IDP_BRIDGE_SAML__CLOCK_SKEW_SECONDS=30.

# Where people reach the bridge. https, except on this machine.
base_url = "@BASE_URL@"

# A file for SQLite, or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE.
# A URL with a password belongs into a file of its own: database_url_file = "...".
database_url = "sqlite:///bridge.db"

# Where logins in progress are kept: "" is the database; or redis://HOST:6379/0.
state_url = ""

# Keys for signing and encryption, readable for the bridge alone.
key_dir = "keys"

# Random characters that protect cookies, in a file readable for the bridge alone.
secret_key_file = "secret-key"

# How many proxies stand in front of the bridge. Exactly: one too many lets people
# choose their own address.
trusted_proxies = 0

[saml]
# How far the clocks of partners may go wrong.
clock_skew_seconds = 60
# Whether HSA-ids of Inera's test environments are accepted.
allow_test_hsa_ids = false

[metadata]
# Whether "serve" also fetches the metadata of others when it is due. Not needed where a
# timer runs "idp-bridge metadata refresh"; harmless beside it.
refresh_in_background = true
# Whether other bridges may ask for the entities that we trust, one at a time, at
# /mdq/entities/NAME.
mdq_server = false

[metrics]
# Networks that may read /metrics; to all others it does not exist.
allowed_addresses = ["127.0.0.0/8", "::1/128"]

# One table for each way to log in. The identity provider must be in the trusted
# metadata: idp-bridge metadata add NAME FILE
#
# [[upstream]]
# entity_id = "https://idp.qa.siths.se:443/saml"
# method = "siths"
# group = "e-tjanstelegitimation"
# title = "SITHS"
# levels = ["http://id.sambi.se/loa/loa3"]

# Only for service providers that differ from the defaults.
#
# [[downstream]]
# entity_id = "https://etjanst.example.se/saml"
# service = "statlig-ersattning"
# profile = "sweden-connect"

# Whose rules our metadata follows (saml2int, sweden-connect, swamid), and what
# federations have given us: docs/configuration.md.
#
# [published]
# profile = "saml2int"

# Who answers when partners have questions; published in our metadata.
#
# [[contacts]]
# type = "technical"
# given_name = "Support"
# email = "support@example.se"
"""
