"""Real peers for the tests of this folder, started once for all of them."""

import pytest

from tests.support.peers.browser import Browser
from tests.support.peers.tls import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Who vouches for every TLS certificate of this test run."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def visitor(authority: Authority) -> Browser:
    """The browser of a person who has not been anywhere yet."""
    return Browser(authority.trust)
