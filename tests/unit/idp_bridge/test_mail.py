"""Does each reminder leave once, over TLS, and come back later when it must?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from idp_bridge.settings import SettingsError
from tests.support.commands import answer, refusal, run, run_at
from tests.support.installations import install, settings_of
from tests.support.mail_server import PASSWORD, USER, Mailbox, mail_server
from tests.support.permission_world import ANNA, CATALOGUE, REGION
from tests.support.tls import Authority, Certified

ENDING = """
[[users]]
organisation = "2321000016"
hsa_id = "SE2321000016-E001"
given_name = "Eva"
surname = "Ending"
email = "eva@example.se"
permissions = [
  {permission = "landsting:rapportera", valid_until = 2026-12-10},
  {permission = "landsting:granska", valid_until = 2026-11-27},
]

[[administrators]]
organisation = "2321000016"
hsa_id = "SE2321000016-A002"
given_name = "Ada"
surname = "Admin"
email = "ANNA@example.se"

[[administrators]]
organisation = "2321000016"
hsa_id = "SE2321000016-A003"
given_name = "Åke"
surname = "Admin"
email = "ake@example.se"
"""
"""One grant ends within 30 days and one within 7; two share a mailbox."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certified(authority: Authority) -> Certified:
    return authority.certify("localhost")


@pytest.fixture
def server(certified: Certified) -> Iterator[Mailbox]:
    with mail_server(certified, login=True) as mailbox:
        yield mailbox


def installed(
    folder: Path, mailbox: Mailbox, authority: Authority, **more: Any
) -> Path:
    words: dict[str, Any] = {
        "host": "localhost",
        "port": mailbox.port,
        "ca_file": str(authority.ca_file),
        "user": USER,
        "sender": "bridge@example.se",
        "timeout_seconds": 5,
        **more,
    }
    table = "\n".join(
        f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
        for name, value in words.items()
    )
    folder.joinpath("mail-password").write_text(PASSWORD)
    more_toml = f'mail_password_file = "mail-password"\n[mail]\n{table}\n'
    return with_people(install(folder, more=more_toml))


def with_people(config: Path) -> Path:
    file = config.parent / "catalogue.toml"
    file.write_text(CATALOGUE + ENDING, encoding="utf-8")
    assert run(config, "catalogue", "load", str(file)).exit_code == 0
    return config


def send(config: Path) -> tuple[int, int, int]:
    found = answer(config, "mail", "send")
    return found["sent"], found["delayed"], found["given_up"]


def test_administrators_are_reminded_once_over_tls_with_numbers_and_no_names(
    tmp_path: Path, server: Mailbox, authority: Authority
) -> None:
    config = installed(tmp_path, server, authority)
    assert send(config) == (2, 0, 0)
    assert send(config) == (0, 0, 0)
    assert server.was_encrypted == [True, True]
    addresses = sorted(str(one["To"]).lower() for one in server.messages)
    assert addresses == ["ake@example.se", "anna@example.se"]
    message = server.messages[0]
    assert message["Subject"] == "Behörigheter som upphör snart: Region Stockholm"
    assert message["Auto-Submitted"] == "auto-generated"
    body = message.get_content()
    assert "- 27 november 2026: 1 behörighet för 1 användare" in body
    assert "- 10 december 2026: 1 behörighet för 1 användare" in body
    assert "https://bridge.example.se/admin/" in body
    for secret in ("Eva", "Ending", "SE2321000016"):
        assert secret not in message.as_string()


def test_a_second_reminder_comes_seven_days_before_and_then_none(
    tmp_path: Path, server: Mailbox, authority: Authority
) -> None:
    config = installed(tmp_path, server, authority)
    send(config)
    for days, arrived in ((1, 2), (10, 2), (11, 4), (12, 4), (17, 4)):
        assert run_at(config, days, "mail", "send").exit_code == 0
        assert len(server.messages) == arrived, days
    body = server.messages[-1].get_content()
    assert "10 december" in body
    assert "27 november" not in body


def test_a_refused_recipient_is_given_up_and_the_others_get_theirs(
    tmp_path: Path, server: Mailbox, authority: Authority
) -> None:
    server.answers["ake@example.se"] = "550 no such user"
    config = installed(tmp_path, server, authority)
    assert send(config) == (1, 0, 1)
    listed = {one["recipient"]: one for one in answer(config, "mail", "list")}
    assert listed["ake@example.se"]["problem"] == "550"
    assert listed["ake@example.se"]["given_up_at"] is not None


def test_what_cannot_be_taken_now_is_tried_again_and_in_the_end_given_up(
    tmp_path: Path, server: Mailbox, authority: Authority
) -> None:
    server.answers["ake@example.se"] = "451 come back later"
    config = installed(tmp_path, server, authority, max_tries=2)
    assert send(config) == (1, 1, 0)
    assert send(config) == (0, 0, 0)  # the pause
    result = run_at(config, 1, "mail", "send", "--no-reminders")
    assert result.output == "0 sent, 0 to be tried again, 1 given up.\n"
    result = run_at(config, 2, "mail", "send", "--no-reminders")
    assert result.output == "0 sent, 0 to be tried again, 0 given up.\n"


def test_a_later_try_arrives_with_the_same_message_id(
    tmp_path: Path, server: Mailbox, authority: Authority
) -> None:
    server.answers["ake@example.se"] = "451 come back later"
    config = installed(tmp_path, server, authority)
    send(config)
    known = {one["message_id"] for one in answer(config, "mail", "list")}
    del server.answers["ake@example.se"]
    run_at(config, 1, "mail", "send", "--no-reminders")
    assert {one["Message-ID"] for one in server.messages} == known
    assert len(server.messages) == 2


def test_a_broken_connection_ends_the_run_and_the_mail_is_tried_again(
    tmp_path: Path, server: Mailbox, authority: Authority
) -> None:
    server.hang_up = True
    config = installed(tmp_path, server, authority)
    assert send(config) == (0, 1, 0)
    server.hang_up = False
    assert send(config) == (1, 0, 0)
    run_at(config, 1, "mail", "send", "--no-reminders")
    assert len(server.messages) == 2


def test_a_server_without_tls_gets_no_mail(
    tmp_path: Path, authority: Authority
) -> None:
    with mail_server() as plain:
        config = installed(tmp_path, plain, authority, user="")
        assert "does not offer" in refusal(run(config, "mail", "send"))
        assert plain.messages == []
    assert [one["tries"] for one in answer(config, "mail", "list")] == [0, 0]


def test_a_server_that_nobody_vouches_for_gets_no_mail(
    tmp_path: Path, server: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Authority(tmp_path_factory.mktemp("stranger"))
    config = installed(tmp_path, server, stranger)
    assert "certificate is not accepted" in refusal(run(config, "mail", "send"))
    assert server.messages == []


def test_a_server_that_does_not_let_us_in_costs_no_mail_a_try(
    tmp_path: Path, server: Mailbox, authority: Authority
) -> None:
    config = installed(tmp_path, server, authority)
    config.parent.joinpath("mail-password").write_text("wrong")
    assert "does not let us in" in refusal(run(config, "mail", "send"))
    assert [one["tries"] for one in answer(config, "mail", "list")] == [0, 0]
    config.parent.joinpath("mail-password").write_text(PASSWORD)
    assert send(config) == (2, 0, 0)


def test_a_server_that_is_not_there_is_told(
    tmp_path: Path, server: Mailbox, authority: Authority
) -> None:
    config = installed(tmp_path, server, authority, port=1)
    said = refusal(run(config, "mail", "send"))
    assert said == "The mail server localhost:1 cannot be used: ConnectionRefusedError."


def test_without_a_server_mail_waits_in_the_outbox(tmp_path: Path) -> None:
    config = with_people(install(tmp_path))
    result = run(config, "mail", "remind")
    assert result.output == "2 reminders were put into the outbox.\n"
    assert "No mail server is named" in refusal(run(config, "mail", "send"))
    lines = run(config, "mail", "list").output.splitlines()
    assert [line.split("\t")[-1] for line in lines[1:]] == ["waits", "waits"]


def test_an_organisation_is_reminded_when_it_has_an_administrator_again(
    tmp_path: Path,
) -> None:
    config = install(tmp_path)
    file = config.parent / "catalogue.toml"
    users = CATALOGUE[: CATALOGUE.index("[[administrators]]")]
    file.write_text(users + ENDING[: ENDING.index("[[administrators]]")], "utf-8")
    assert run(config, "catalogue", "load", str(file)).exit_code == 0
    assert run(config, "mail", "remind").output.startswith("0 ")
    words = ("--given-name", "A", "--surname", "B", "--email", "a@example.se")
    run(config, "administrator", "add", REGION, ANNA, *words)
    assert run(config, "mail", "remind").output.startswith("1 ")


def test_mail_without_encryption_is_for_this_machine_only(tmp_path: Path) -> None:
    more = '[mail]\nhost = "mail.example.se"\nsender = "a@b.se"\nencryption = "none"\n'
    with pytest.raises(SettingsError, match="only to this machine"):
        settings_of(install_config(tmp_path, more))
    settings = settings_of(
        install_config(tmp_path, more.replace("mail.example.se", "::1"))
    )
    assert settings.mail.host == "::1"


def test_a_server_needs_a_sender(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="sender must be given"):
        settings_of(install_config(tmp_path, '[mail]\nhost = "mail.example.se"\n'))


def install_config(folder: Path, more: str) -> Path:
    config = folder / "other.toml"
    config.write_text(
        'base_url = "https://bridge.example.se"\n'
        'secret_key = "3zJq0vXo7yTn5Lr2Wb8Kc4Hd6Fg1Ms9P"\n' + more
    )
    return config
