"""What has an identity provider said about somebody, in tests of login sessions?"""

from dataclasses import replace
from typing import Any

from idp_bridge.login.authentication import Authentication
from idp_bridge.saml.attributes import Identity
from idp_bridge.saml.messages import NameID, ProxyLimit
from metadata import names
from tests.support.clock import NOW
from tests.support.permission_world import ALICE
from tests.support.saml.world import IDP, SP


def authentication(hsa_id: str = ALICE, **changes: Any) -> Authentication:
    """Say that somebody, Alice if nobody else, has logged in now."""
    usual = Authentication(
        identity=Identity(
            hsa_id=hsa_id,
            given_name="Åsa",
            surname=None,
            mail=None,
            organisation_numbers=("2321000016",),
        ),
        upstream_entity_id=IDP,
        method="siths",
        authn_instant=NOW,
        level=names.LOA_SAMBI_3,
        proxy_limit=ProxyLimit(count=2, audiences=(SP,)),
        authorities=("urn:first",),
        name_id=NameID(value="_upstream"),
        session_index="_index",
        session_not_on_or_after=NOW,
    )
    return replace(usual, **changes)
