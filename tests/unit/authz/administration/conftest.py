"""Administrators of a region, on both kinds of databases."""

import pytest
from sqlalchemy import Engine

from tests.support.administration_world import Administration


@pytest.fixture
def region(engine: Engine) -> Administration:
    """The region of ``permission_world`` with its administrators."""
    return Administration(engine)
