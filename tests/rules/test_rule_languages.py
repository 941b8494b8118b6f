"""Swedish for people stands in few places; code and its documentation are English."""

import re
from pathlib import Path

import pytest

from tests.support.source_code import name_of, python_files, spoken_strings

SWEDISH = re.compile("[\u00e5\u00e4\u00f6\u00c5\u00c4\u00d6]")
MAY_SPEAK_SWEDISH = ("idp_bridge/texts/", "idp_bridge/demo/", "idp_bridge/settings/")
NAMES_OF_THINGS = re.compile("e-tj\u00e4nst(er)?")
"""What has no English name: our word for a service that logs people in through us."""

FILES = [
    path
    for path in python_files("authz", "idp_bridge", "metadata")
    if not name_of(path).startswith(MAY_SPEAK_SWEDISH)
]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_swedish_stands_where_translators_look(path: Path) -> None:
    swedish = [
        f"line {literal.lineno}: {literal.value!r}"
        for literal in spoken_strings(path)
        if SWEDISH.search(NAMES_OF_THINGS.sub("", str(literal.value)))
    ]
    assert swedish == []
