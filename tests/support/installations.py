"""What does a complete installation look like on disk, for tests of the whole?"""

from pathlib import Path

from idp_bridge import database, keys
from idp_bridge.keys import Purpose, Slot
from idp_bridge.new_keys import NewKey
from idp_bridge.settings import Settings, load_settings
from tests.support.keys import KeyPair, rsa_key

SECRET = "3zJq0vXo7yTn5Lr2Wb8Kc4Hd6Fg1Ms9P"
"""A secret that is strong enough for the settings, and used nowhere else."""
BASE_URL = "https://bridge.example.se"


def new_key(pair: KeyPair) -> NewKey:
    """Hand a key of the tests to the code that writes keys."""
    return NewKey(pair.private_pem, pair.certificate_pem)


def write_keys(folder: Path) -> None:
    """Write a current key for each purpose."""
    for purpose in Purpose:
        key = new_key(rsa_key(f"installation {purpose}"))
        keys.add_key(folder, purpose, Slot.CURRENT, key)


def write_config(folder: Path, *, more: str = "", base_url: str = BASE_URL) -> Path:
    """Write a minimal ``bridge.toml`` and its secret.

    Args:
        folder: Where to.
        more: TOML that follows the minimum.
        base_url: Where the bridge is reached.
    """
    secret = folder / "secret-key"
    secret.touch(mode=0o600)
    secret.write_text(SECRET)
    config = folder / "bridge.toml"
    minimum = f'base_url = "{base_url}"\nsecret_key_file = "secret-key"\n'
    config.write_text(minimum + more, encoding="utf-8")
    return config


def install(folder: Path, *, more: str = "", base_url: str = BASE_URL) -> Path:
    """Write settings and keys and make the tables, with SQLite.

    Returns:
        The configuration file.
    """
    config = write_config(folder, more=more, base_url=base_url)
    settings = settings_of(config)
    write_keys(settings.key_dir)
    engine = database.open_engine(settings)
    database.upgrade(engine)
    engine.dispose()
    return config


def settings_of(config: Path, **environ: str) -> Settings:
    """Read settings, with nothing in the environment but what is given."""
    return load_settings(config, environ)
