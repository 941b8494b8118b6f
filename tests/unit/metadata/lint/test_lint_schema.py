"""The linter's grammar agrees with the schemas of OASIS, as pysaml2 ships them."""

from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from lxml import etree

from metadata import safe_xml
from metadata.lint.linter import lint
from tests.support.clock import NOW
from tests.support.lint_cases_form import structure_cases
from tests.support.lint_documents import exemplary_idp, exemplary_sp

FOLDER = files("saml2") / "data" / "schemas"
IMPORTED = {
    "urn:oasis:names:tc:SAML:2.0:metadata": "saml-schema-metadata-2.0.xsd",
    "urn:oasis:names:tc:SAML:metadata:ui": "sstc-saml-metadata-ui-v1.0.xsd",
    "urn:oasis:names:tc:SAML:metadata:attribute": "sstc-metadata-attr.xsd",
}
BY_SCHEMA = {
    "attribute-missing",
    "attribute-unknown",
    "attribute-value",
    "element-missing",
    "element-order",
    "element-repeated",
    "element-unknown",
    "extension-content",
    "extensions-empty",
    "group-content",
    "language-missing",
    "text-unexpected",
}
"""Codes of what the schema itself would refuse."""


class Local(etree.Resolver):
    """Finds every schema in the folder, whatever address it is named by."""

    def resolve(self, system_url: Any, public_id: Any, context: Any) -> Any:
        del public_id
        path = FOLDER / system_url.rsplit("/", 1)[-1]
        return self.resolve_string(path.read_bytes(), context)


@cache
def schema() -> etree.XMLSchema:
    imports = "".join(
        f'<xs:import namespace="{namespace}" schemaLocation="{name}"/>'
        for namespace, name in IMPORTED.items()
    )
    text = (
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    )
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Local())
    return etree.XMLSchema(etree.fromstring(text.encode(), parser))  # noqa: TID251  ours


def is_valid(data: bytes) -> bool:
    root = safe_xml.parse(data, limits=safe_xml.METADATA_LIMITS)
    return schema().validate(root)


def codes(data: bytes) -> set[str]:
    return {one.code for part in lint(data, now=NOW) for one in part.findings}


@pytest.mark.parametrize("document", [exemplary_idp, exemplary_sp])
def test_an_exemplary_entity_is_valid(document: object) -> None:
    assert callable(document)
    data = document().encode()
    assert is_valid(data), schema().error_log
    assert not codes(data) & BY_SCHEMA


@pytest.mark.parametrize("code", sorted(BY_SCHEMA))
def test_what_the_schema_refuses_the_linter_finds(code: str) -> None:
    case = structure_cases()[code]
    assert is_valid(case.good)
    assert not is_valid(case.bad)
    assert code in codes(case.bad)
