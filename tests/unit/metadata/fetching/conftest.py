"""A server that misbehaves on demand, and who may ask it."""

from collections.abc import Iterator

import pytest

from metadata.fetching import FetchPolicy
from tests.support.misbehaving_server import MisbehavingServer, misbehaving_server
from tests.support.tls import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def running(authority: Authority) -> Iterator[MisbehavingServer]:
    with misbehaving_server(authority.certify("localhost", "127.0.0.1")) as server:
        yield server


@pytest.fixture
def server(running: MisbehavingServer) -> MisbehavingServer:
    running.asked.clear()
    running.behaviours.clear()
    return running


@pytest.fixture
def policy(authority: Authority) -> FetchPolicy:
    return FetchPolicy(allow_private_addresses=True, ca_file=authority.ca_file)
