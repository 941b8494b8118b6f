"""Fetching of metadata and the reading of figures have settings of their own."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from idp_bridge.settings import Settings, SettingsError, load_settings
from tests.support.installations import write_config


def _load(folder: Path, more: str = "", **environ: str) -> Settings:
    return load_settings(write_config(folder, more=more), environ)


def test_without_a_word_the_bridge_refreshes_and_only_this_machine_sees_figures(
    tmp_path: Path,
) -> None:
    settings = _load(tmp_path)
    assert settings.metadata.refresh_in_background
    assert not settings.metadata.allow_private_addresses
    allowed = settings.metrics.allowed_addresses
    assert any(ip_address("127.0.0.1") in network for network in allowed)
    assert any(ip_address("::1") in network for network in allowed)
    assert not any(ip_address("192.0.2.7") in network for network in allowed)


def test_networks_and_files_come_from_the_file_and_the_environment(
    tmp_path: Path,
) -> None:
    (tmp_path / "ca.pem").write_text("certificates")
    settings = _load(
        tmp_path,
        '[metadata]\nca_file = "ca.pem"\n',
        IDP_BRIDGE_METRICS__ALLOWED_ADDRESSES='["10.1.0.0/16", "192.0.2.7"]',
        IDP_BRIDGE_METADATA__REFRESH_IN_BACKGROUND="false",
    )
    assert settings.metadata.ca_file == tmp_path / "ca.pem"
    assert not settings.metadata.refresh_in_background
    networks = [str(one) for one in settings.metrics.allowed_addresses]
    assert networks == ["10.1.0.0/16", "192.0.2.7/32"]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ('[metadata]\nca_file = "nowhere.pem"\n', "metadata.ca_file"),
        ("[metadata]\ntotal_seconds = 0\n", "metadata.total_seconds"),
        ('[metrics]\nallowed_addresses = ["everybody"]\n', "metrics.allowed_addresses"),
    ],
)
def test_a_value_that_cannot_work_is_told_by_name(
    tmp_path: Path, more: str, name: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, more)
    assert caught.value.problems
    assert all(problem.startswith(name) for problem in caught.value.problems)
