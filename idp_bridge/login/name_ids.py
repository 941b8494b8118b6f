"""Under which name an e-tjänst knows a person: never the HSA-id."""

from authz.models import Person
from idp_bridge.login.parts import Parts, store_errors
from idp_bridge.saml.messages import AuthnRequest, NameID
from idp_bridge.saml.upstream_request import new_id
from metadata import names
from metadata.entities import ServiceProvider


def make(
    request: AuthnRequest, sp: ServiceProvider, person: Person, parts: Parts
) -> NameID:
    """Make the name identifier that was asked for, else the SP's default.

    Persistent names are random, kept, and different at every e-tjänst (core 8.3.7);
    transient ones are new at every login (core 8.3.8).

    Raises:
        StoreUnavailableError: The permission store does not answer.
    """
    wanted = request.name_id_format
    if wanted in {None, names.NAMEID_UNSPECIFIED}:
        wanted = parts.settings.policy_for(sp.entity_id).name_id_format
    if wanted == names.NAMEID_TRANSIENT:
        value = new_id()
    else:
        with store_errors():
            value = parts.authz.name_id_for(person.id, sp.entity_id, now=parts.clock())
    return NameID(
        value=value,
        format=wanted,
        name_qualifier=parts.settings.saml.idp_entity_id,
        sp_name_qualifier=sp.entity_id,
    )
