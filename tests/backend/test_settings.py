"""The environment, read once."""

import logging

import pytest

from mentorkorps.backend import settings
from mentorkorps.backend.app import create_app
from mentorkorps.backend.settings import SettingsError
from tests.backend.conftest import KEY, built_site


def read(tmp_path, **told):
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/var/m.db"} | told
    return settings.read({f"MENTORKORPS_{name}": value for name, value in environ.items()})


WRONG = {
    "no name": ("DATABASE_URL", "postgresql://me:hidden@host", "/name"),
    "an @ in the password": ("DATABASE_URL", "postgresql://me:one@hidden@host/db", "%40"),
    "a slash in the password": ("DATABASE_URL", "postgresql://me:12/hidden@host/db", "postgresql://user"),
    "a port of letters": ("DATABASE_URL", "postgresql://me@host:hidden/db", "postgresql://user"),
    "no such option": ("DATABASE_URL", "postgresql://host/db?hidden=1", "postgresql://user"),
    "mysql": ("DATABASE_URL", "mysql://me:hidden@host/db", "sqlite:///"),
    "no scheme": ("DATABASE_URL", "me:hidden@host/db", "sqlite:///"),
    "memory": ("DATABASE_URL", "sqlite:///:memory:", "sqlite:///"),
    "smtp scheme": ("SMTP_URL", "http://mail.example", "smtp://"),
    "smtp port": ("SMTP_URL", "smtp://me:hidden@host:port", "no address"),
    "public url": ("PUBLIC_URL", "example.dk", "https://"),
    "origin": ("ALLOWED_ORIGINS", "https://a.example/path", "origins"),
    "proxy": ("TRUSTED_PROXY", "localhost", "127.0.0.1"),
    "network": ("METRICS_FROM", "192.0.2.1/24", "192.0.2.0/24"),
    "sender": ("MAIL_FROM", "nobody", "mailbox@"),
    "short key": ("SECRET_KEYS", "hidden", "16 characters"),
    "no file": ("RECIPIENTS", "/findes/ikke.yaml", "cannot|ikke åbnes"),
}


@pytest.mark.parametrize(("key", "value", "reason"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named_with_its_value_and_never_with_a_secret(tmp_path, key, value, reason):
    with pytest.raises(SettingsError, match=f"MENTORKORPS_{key}=.*({reason})") as caught:
        read(tmp_path, **{key: value})

    assert "hidden" not in str(caught.value)


def test_postgresql_wants_keys_since_its_instances_share_them(tmp_path):
    with pytest.raises(SettingsError, match=r"MENTORKORPS_SECRET_KEYS=.*the same for every instance") as caught:
        read(tmp_path, DATABASE_URL="postgresql://me:hidden@host/db")

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://me:hidden@db.example/korps", "postgresql://db.example/korps"),
        ("postgres://me:hidd%40en@db.example:5433/korps?sslmode=verify-full", "postgresql://db.example:5433/korps"),
        ("postgresql://[2001:db8::7]:5433/korps?user=me&password=hidden", "postgresql://2001:db8::7:5433/korps"),
        ("postgresql:///korps?host=/run/postgresql&password=hidden", "postgresql:///korps?host=/run/postgresql"),
        ("postgresql://me:hidden@one,two:5433/korps", "postgresql://one,two:,5433/korps"),
    ],
)
def test_an_address_of_postgresql_is_shown_without_its_password(tmp_path, address, shown):
    told = read(tmp_path, DATABASE_URL=address, SECRET_KEYS=KEY)

    assert shown == str(told.database)
    assert "hidd" not in repr(told)


def test_the_folder_of_this_machine_is_beside_the_file_or_where_it_is_told(tmp_path):
    server = {"DATABASE_URL": "postgresql://host/korps", "SECRET_KEYS": KEY}

    assert tmp_path / "var" / "mail" == read(tmp_path).mail_folder
    assert "var/mail" == str(read(tmp_path, **server).mail_folder)
    assert tmp_path / "here" / "mail" == read(tmp_path, **server, FOLDER=f"{tmp_path}/here").mail_folder


RECIPIENTS_WRONG = {
    "no default": ("organisations: {lederne: a@example.org}", "default"),
    "unknown part": ("default: a@example.org\npeople: {}", "organisations:"),
    "no address": ("default: a@example.org\nmunicipalities: {'0461': odense}", "'0461'"),
    "two addresses": ("default: 'a@example.org, b@example.org'", "'default'"),
    "list": ("default: a@example.org\norganisations: [a]", "one line each"),
}


@pytest.mark.parametrize(("text", "reason"), RECIPIENTS_WRONG.values(), ids=RECIPIENTS_WRONG.keys())
def test_a_wrong_recipients_file_is_told(tmp_path, text, reason):
    file = tmp_path / "recipients.yaml"
    file.write_text(text)

    with pytest.raises(SettingsError, match=reason):
        read(tmp_path, RECIPIENTS=str(file))


def test_a_mailbox_of_nobody_we_know_stops_the_start(tmp_path, real):
    file = tmp_path / "recipients.yaml"
    file.write_text("default: a@example.org\norganisations: {ledern: b@example.org}")

    with pytest.raises(SettingsError, match="'ledern'"):
        create_app(real, built_site(tmp_path / "site"), read(tmp_path, RECIPIENTS=str(file)))


def test_without_a_key_one_is_made_kept_private_and_said(tmp_path, caplog):
    caplog.set_level(logging.WARNING, "mentorkorps")

    first, second = read(tmp_path), read(tmp_path)

    assert first.secret_keys == second.secret_keys
    assert 0o600 == (tmp_path / "var" / "secret-key").stat().st_mode & 0o777
    assert 1 == len(caplog.records)
    assert first.secret_keys[0] not in caplog.text + repr(first)


def test_an_address_of_a_mail_server_is_taken_apart(tmp_path):
    server = read(tmp_path, SMTP_URL="smtps://me%40x:p%2Fw@mail.example").smtp

    assert ("mail.example", 465, True, "me@x", "p/w") == (
        server.host, server.port, server.encrypted, server.user, server.password,
    )  # fmt: skip
    assert "p/w" not in repr(server)


def test_an_empty_setting_is_none(tmp_path):
    assert read(tmp_path, SMTP_URL=" ", SECRET_KEYS=f"{KEY}, {KEY}2").smtp is None
