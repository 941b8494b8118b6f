"""The office over the small world of the permission store."""

import pytest
from sqlalchemy import Engine

from authz.office.service import OfficeService
from authz.service import AuthzService


@pytest.fixture
def office(engine: Engine, world: AuthzService) -> OfficeService:
    """What operators do, over the people of ``permission_world``."""
    del world
    return OfficeService(engine)
