"""Settings come from a file and the environment; every mistake is told by name."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge.settings import (
    DownstreamPolicy,
    Encrypt,
    Settings,
    SettingsError,
    load_settings,
)
from metadata import names
from tests.support.installations import SECRET, write_config

BASE = {
    "IDP_BRIDGE_BASE_URL": "https://bridge.example.se",
    "IDP_BRIDGE_SECRET_KEY": SECRET,
}


def _load(**more: str) -> Settings:
    return load_settings(None, {**BASE, **more})


def _problems(
    environ: Mapping[str, str], config: Path | None = None
) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(config, environ)
    return caught.value.problems


def _problem(**more: str) -> str:
    problems = _problems({**BASE, **more})
    assert len(problems) == 1, problems
    return problems[0]


def test_two_settings_are_enough() -> None:
    settings = _load()
    assert settings.saml.sp_entity_id == "https://bridge.example.se/saml/sp"
    assert settings.saml.idp_entity_id == "https://bridge.example.se/saml/idp"
    assert settings.saml.aa_entity_id == "https://bridge.example.se/saml/aa"
    assert (
        settings.saml.permission_attribute
        == "https://bridge.example.se/attributes/behorighet"
    )
    assert settings.saml.clock_skew == timedelta(seconds=60)
    assert settings.trusted_proxies == 0
    assert names.LOA_SAMBI_3 in settings.levels[names.LOA_UNCERTIFIED_3]
    assert settings.upstream == ()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = write_config(
        tmp_path, more="[saml]\nclock_skew_seconds = 10\nlogin_minutes = 20\n"
    )
    settings = load_settings(config, {"IDP_BRIDGE_SAML__CLOCK_SKEW_SECONDS": "30"})
    assert settings.saml.clock_skew_seconds == 30
    assert settings.saml.login_minutes == 20


def test_lists_in_the_environment_are_json() -> None:
    upstream = (
        '[{"entity_id": "https://idp.example.se", "method": "siths",'
        ' "title": "SITHS", "levels": ["http://id.sambi.se/loa/loa3"]}]'
    )
    settings = _load(IDP_BRIDGE_UPSTREAM=upstream)
    assert settings.upstream_for("siths") is settings.upstream[0]
    assert settings.upstream_for("bankid") is None


def test_relative_paths_start_from_the_file(tmp_path: Path) -> None:
    settings = load_settings(write_config(tmp_path), {})
    assert settings.key_dir == tmp_path / "keys"
    assert settings.database_url == f"sqlite:///{tmp_path}/bridge.db"


def test_a_configuration_with_five_mistakes_names_all_five(tmp_path: Path) -> None:
    config = tmp_path / "bridge.toml"
    config.write_text(
        'base_url = "http://bridge.example.se"\n'
        'secret_key = "changeme"\n'
        "trusted_proxys = 1\n"
        "[saml]\nclock_skew_seconds = 900\n"
        '[[downstream]]\nentity_id = "https://sp"\nmethods = ["siths"]\n'
    )
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    problems = _problems({}, config)
    named = [problem.partition(":")[0] for problem in problems]
    assert sorted(named) == [
        "base_url",
        "downstream[1].methods",
        "saml.clock_skew_seconds",
        "secret_key",
        "trusted_proxys",
    ]
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_an_unknown_setting_is_told_with_the_one_that_was_meant() -> None:
    problem = _problem(IDP_BRIDGE_SAML__CLOCK_SKEW="60")
    assert problem.startswith("saml.clock_skew (IDP_BRIDGE_SAML__CLOCK_SKEW):")
    assert "did you mean 'clock_skew_seconds'?" in problem


def test_the_name_of_the_configuration_file_is_not_a_setting() -> None:
    assert _load(IDP_BRIDGE_CONFIG="/etc/bridge.toml", OTHER="1").trusted_proxies == 0


@pytest.mark.parametrize(
    "secret",
    [
        "s3cr3t",
        "a" * 40,
        "abcdefghij" * 4,
        "changeme-changeme-1234567890-xyz!",
        "my-very-long-PassWord-0123456789-q",
    ],
)
def test_a_weak_secret_is_refused_and_not_repeated(secret: str) -> None:
    problem = _problem(IDP_BRIDGE_SECRET_KEY=secret)
    assert problem.startswith("secret_key (IDP_BRIDGE_SECRET_KEY): is a weak secret")
    assert secret not in problem


def test_there_is_no_default_for_a_secret() -> None:
    problems = _problems({"IDP_BRIDGE_BASE_URL": "https://bridge.example.se"})
    assert problems == ("secret_key: is missing",)


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    settings = load_settings(
        None,
        {
            "IDP_BRIDGE_BASE_URL": "https://bridge.example.se",
            "IDP_BRIDGE_SECRET_KEY_FILE": str(file),
        },
    )
    assert settings.secret_key.get_secret_value() == SECRET


def test_a_secret_given_twice_or_unreadable_is_told(tmp_path: Path) -> None:
    twice = _problem(IDP_BRIDGE_SECRET_KEY_FILE=str(tmp_path / "x"))
    assert twice == "secret_key: is given twice, also as secret_key_file"
    missing = _problems(
        {
            "IDP_BRIDGE_BASE_URL": "https://bridge.example.se",
            "IDP_BRIDGE_SECRET_KEY_FILE": str(tmp_path / "x"),
        }
    )
    assert missing == (
        f"secret_key_file: {tmp_path}/x cannot be read: No such file or directory",
    )


def test_secrets_do_not_show() -> None:
    password = "p4ssw0rd"
    settings = _load(
        IDP_BRIDGE_DATABASE_URL=f"postgresql://u:{password}@db/bridge",
        IDP_BRIDGE_STATE_URL=f"redis://:{password}@state:6379/0",
    )
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert password not in repr(settings)
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    "url",
    [
        "http://bridge.example.se",
        "ftp://bridge.example.se",
        "bridge.example.se",
        "https://bridge.example.se/path",
        "https://user@bridge.example.se",
        "https://bridge.example.se:99999",
        "https://bridge.example.se?x",
    ],
)
def test_a_base_address_that_cannot_work_is_refused(url: str) -> None:
    assert _problem(IDP_BRIDGE_BASE_URL=url).startswith("base_url (")


@pytest.mark.parametrize(
    "url", ["http://localhost:8000", "http://127.0.0.1:8000/", "http://[::1]:8000"]
)
def test_plain_http_is_for_loopback(url: str) -> None:
    settings = _load(IDP_BRIDGE_BASE_URL=url)
    assert settings.base_url == url.rstrip("/")
    assert not settings.is_secure


@pytest.mark.parametrize("url", ["mysql://x", "sqlite://", "sqlite:///:memory:", ""])
def test_a_database_that_we_do_not_work_with_is_refused(url: str) -> None:
    problem = _problem(IDP_BRIDGE_DATABASE_URL=url)
    assert problem.startswith("database_url (IDP_BRIDGE_DATABASE_URL): must ")


def test_a_broken_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "bridge.toml"
    assert _problems({}, config)[0].endswith(
        "cannot be read: No such file or directory"
    )
    config.write_text("base_url = \n")
    assert "is not TOML" in _problems({}, config)[0]


def test_an_sp_that_is_not_configured_gets_the_defaults() -> None:
    policy = _load().policy_for("https://sp.example.se")
    assert policy.name_id_format == names.NAMEID_PERSISTENT
    assert policy.encrypt is Encrypt.WHEN_POSSIBLE
    assert policy.data_encryption == names.ENCRYPTION_AES128_GCM
    assert policy.hsa_id_attributes == (names.ATTR_HSA_ID,)
    assert policy.permission_attribute.endswith("/attributes/behorighet")


def test_two_sps_with_opposite_settings_do_not_meet() -> None:
    downstream = (
        '[{"entity_id": "https://a", "profile": "sweden-connect",'
        ' "name_id_format": "transient", "encrypt": "required"},'
        ' {"entity_id": "https://b", "encrypt": "never", "sign_assertion": true}]'
    )
    settings = _load(IDP_BRIDGE_DOWNSTREAM=downstream)
    for _ in range(2):
        first, second = (settings.policy_for(f"https://{one}") for one in "ab")
        assert first.data_encryption == names.ENCRYPTION_AES256_CBC
        assert first.name_id_format == names.NAMEID_TRANSIENT
        assert (first.encrypt, first.sign_assertion) == (Encrypt.REQUIRED, None)
        assert second.data_encryption == names.ENCRYPTION_AES128_GCM
        assert second.name_id_format == names.NAMEID_PERSISTENT
        assert (second.encrypt, second.sign_assertion) == (Encrypt.NEVER, True)


def test_the_name_of_the_hsa_id_follows_the_family_of_names() -> None:
    def named(**policy: object) -> tuple[str, ...]:
        made = DownstreamPolicy.model_validate({"entity_id": "https://sp", **policy})
        return made.hsa_id_attributes

    assert named() == (names.ATTR_HSA_ID,)
    assert named(attribute_names="sambi") == (names.SAMBI_HSA_ID,)
    assert named(attribute_names="sambi", hsa_id_attributes=["urn:x"]) == ("urn:x",)


@pytest.mark.parametrize(
    "mistake",
    [
        {"may_have": ["personnummer"]},
        {"attribute_names": "oid"},
        {"name_id_format": "emailAddress"},
    ],
)
def test_a_policy_with_a_word_that_we_do_not_know_is_a_mistake(
    mistake: dict[str, object],
) -> None:
    with pytest.raises(ValueError, match=next(iter(mistake))):
        DownstreamPolicy.model_validate({"entity_id": "https://sp", **mistake})


@pytest.mark.parametrize(
    "scope", ["Example.se", "a b", "*.example.se", "x" * 128, "-a"]
)
def test_a_scope_of_subject_identifiers_is_a_domain(scope: str) -> None:
    assert "saml.subject_scope" in _problem(IDP_BRIDGE_SAML__SUBJECT_SCOPE=scope)


def test_a_policy_cannot_be_changed() -> None:
    policy = DownstreamPolicy(entity_id="https://sp")
    with pytest.raises(ValueError, match="frozen"):
        policy.encrypt = Encrypt.NEVER


def test_signed_requests_may_be_demanded_of_everybody() -> None:
    settings = _load(IDP_BRIDGE_SAML__REQUIRE_SIGNED_REQUESTS="true")
    assert settings.policy_for("https://sp").require_signed_requests


def test_settings_that_do_not_fit_together_are_told() -> None:
    upstream = (
        '{"entity_id": "https://idp", "method": "siths", "title": "S", "levels": ["x"]}'
    )
    assert "'siths' stands in 2 tables" in _problem(
        IDP_BRIDGE_UPSTREAM=f"[{upstream}, {upstream}]"
    )
    assert "saml.aa_entity_id" in _problem(
        IDP_BRIDGE_SAML__IDP_ENTITY_ID="https://same",
        IDP_BRIDGE_SAML__AA_ENTITY_ID="https://same",
    )
    assert "downstream[1].default_level" in _problem(
        IDP_BRIDGE_DOWNSTREAM='[{"entity_id": "https://sp", "default_level": "x"}]'
    )


def test_a_method_cannot_have_the_address_of_another_page() -> None:
    method = '"method": "avbryt", "entity_id": "https://i", "title": "S"'
    problem = _problem(IDP_BRIDGE_UPSTREAM=f'[{{{method}, "levels": ["x"]}}]')
    assert "upstream[1].method: is the address of another page" in problem
