"""Whom does the name in a query mean, to the e-tjänst that asks?

A name that we gave to another e-tjänst is no name here. It takes the same question to
the same table to find that out as for a name that nobody ever had.
"""

from typing import Final

from authz.errors import BadIdentifierError
from authz.identifiers import parse_hsa_id
from idp_bridge.attribute_authority.entitlement import Asker
from idp_bridge.login import transient_names
from idp_bridge.login.parts import Parts, store_errors
from idp_bridge.saml.messages import NameID
from metadata import names

_ISSUED_FORMATS: Final = frozenset({names.NAMEID_PERSISTENT, names.NAMEID_TRANSIENT})
_HSA_FORMATS: Final = frozenset({None, names.NAMEID_UNSPECIFIED, names.ATTR_HSA_ID})
"""Core 8.3.1: without a format a name is unspecified."""


def find(name_id: NameID, asker: Asker, parts: Parts) -> str | None:
    """Find the HSA-id of the person that a query names, if it may name them so.

    Args:
        name_id: The name, exactly as it was written.
        asker: Who asks.
        parts: What is outside.

    Returns:
        An HSA-id, or ``None`` for somebody whom the asker does not know.

    Raises:
        StoreUnavailableError: The permission store does not answer.
    """
    with store_errors():
        issued = parts.authz.hsa_id_named(name_id.value, asker.sp.entity_id)
        if name_id.format == names.NAMEID_TRANSIENT:
            issued = _of_one_login(name_id, asker, parts)
    if name_id.format in _ISSUED_FORMATS:
        return issued if _is_as_issued(name_id, asker, parts) else None
    return _hsa_id(name_id, asker, parts)


def _of_one_login(name_id: NameID, asker: Asker, parts: Parts) -> str | None:
    """Find whom we called so in a login at this e-tjänst, not long ago."""
    person_id = transient_names.read(
        name_id.value,
        sp_entity_id=asker.sp.entity_id,
        settings=parts.settings,
        now=parts.clock(),
    )
    return None if person_id is None else parts.authz.hsa_id_of(person_id)


def _is_as_issued(name_id: NameID, asker: Asker, parts: Parts) -> bool:
    """Compare the qualifiers; a missing one means the obvious one (core 8.3.7)."""
    ours = {None, parts.settings.saml.idp_entity_id}
    theirs = {None, asker.sp.entity_id}
    return name_id.name_qualifier in ours and name_id.sp_name_qualifier in theirs


def _hsa_id(name_id: NameID, asker: Asker, parts: Parts) -> str | None:
    if name_id.format not in _HSA_FORMATS or not asker.policy.query_by_hsa_id:
        return None
    if name_id.name_qualifier or name_id.sp_name_qualifier:
        return None
    allow_test_ids = parts.settings.saml.allow_test_hsa_ids
    try:
        return parse_hsa_id(name_id.value, allow_test_ids=allow_test_ids)
    except BadIdentifierError:
        return None
