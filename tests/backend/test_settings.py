"""The environment, read once."""

import logging
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, strategies
from hypothesis import settings as hypothesis_settings

from mentorkorps.backend import settings
from mentorkorps.backend.app import create_app
from mentorkorps.backend.settings_error import SettingsError
from mentorkorps.catalogue.load import load_catalogue
from tests.backend.conftest import KEY, built_site
from tests.conftest import ROOT


def read(tmp_path, **variables):
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/var/m.db"} | variables
    return settings.read_settings({f"MENTORKORPS_{name}": value for name, value in environ.items()})


WRONG = {
    "no name": ("DATABASE_URL", "postgresql://me:hidden@host", "/name"),
    "an @ in the password": ("DATABASE_URL", "postgresql://me:one@hidden@host/db", "%40"),
    "a slash in the password": (
        "DATABASE_URL",
        "postgresql://me:12/hidden@host/db",
        "postgresql://user",
    ),
    "a port of letters": ("DATABASE_URL", "postgresql://me@host:hidden/db", "postgresql://user"),
    "no such option": ("DATABASE_URL", "postgresql://host/db?hidden=1", "postgresql://user"),
    "mysql": ("DATABASE_URL", "mysql://me:hidden@host/db", "sqlite:///"),
    "no scheme": ("DATABASE_URL", "me:hidden@host/db", "sqlite:///"),
    "memory": ("DATABASE_URL", "sqlite:///:memory:", "sqlite:///"),
    "smtp scheme": ("SMTP_URL", "http://mail.example", "smtp://"),
    "smtp port": ("SMTP_URL", "smtp://me:hidden@host:port", "no address"),
    "signs in a mail password": (
        "SMTP_URL",
        "smtp://user:hidd@en/w#rd@mail.example.dk:587",
        "%2F for /",
    ),
    "a question mark in it": ("SMTP_URL", "smtp://user:hidden?x@mail.example.dk", "%3F for [?]"),
    "a per cent in it": ("SMTP_URL", "smtp://user:hidden%x@mail.example.dk", "%25 for %"),
    "a space in it": ("SMTP_URL", "smtp://user:hidden x@mail.example.dk", "%20 for a space"),
    "a tab in it": ("SMTP_URL", "smtp://user:hidden\tx@mail.example.dk", "smtps://user"),
    "a bracket in it": ("SMTP_URL", "smtp://user:[hidden@mail.example.dk", "smtps://user"),
    "something after the port": (
        "SMTP_URL",
        "smtps://mail.example.dk:465/?password=hidden",
        "smtps://user",
    ),
    "no host behind it": ("SMTP_URL", "smtp://user:hidden@", "smtps://user"),
    "no user before it": (
        "SMTP_URL",
        "smtp://:hidden@mail.example.dk",
        "user or password is missing",
    ),
    "no password": ("SMTP_URL", "smtp://hidden@mail.example.dk", "user or password is missing"),
    "password alone": ("SMTP_URL", "hidden", "smtp://"),
    "a sign in the database's": ("DATABASE_URL", "postgresql://me:hidden%x@host/db", "%25 for %"),
    "public url": ("PUBLIC_URL", "example.dk", "https://"),
    "public url with a password": (
        "PUBLIC_URL",
        "https://me:hidden@example.dk/",
        "without user and password",
    ),
    "public url with more": ("PUBLIC_URL", "https://example.dk/#hidden", "https://example.dk/"),
    "origin with a password": ("ALLOWED_ORIGINS", "https://me:hidden@example.dk", "origins"),
    "no sender": ("MAIL_FROM", "<>", "mailbox@"),
    "a sender without a mailbox": ("MAIL_FROM", "Mentorkorps <>", "mailbox@"),
    "two senders": ("MAIL_FROM", "a@example.dk, b@example.dk", "mailbox@"),
    "an alarm that nobody has": ("ALARM_COMMAND", "/no/such --key hidden", "no such program"),
    "an alarm with half a quotation": ("ALARM_COMMAND", "true 'hidden", "quotation mark"),
    "origin": ("ALLOWED_ORIGINS", "https://a.example/path", "origins"),
    "proxy": ("TRUSTED_PROXY", "localhost", "127.0.0.1"),
    "network": ("METRICS_FROM", "192.0.2.1/24", "192.0.2.0/24"),
    "sender": ("MAIL_FROM", "nobody", "mailbox@"),
    "short key": ("SECRET_KEYS", "hidden", "16 characters"),
    "second factor": ("SECOND_FACTOR", "some", "several, all or none"),
    "no file": ("RECIPIENTS", "/findes/ikke.yaml", "cannot|ikke åbnes"),
}


@pytest.mark.parametrize(("key", "value", "reason"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_named_with_its_value_and_never_with_a_secret(
    tmp_path, key, value, reason
):
    with pytest.raises(SettingsError, match=f"MENTORKORPS_{key}=.*({reason})") as caught:
        read(tmp_path, **{key: value})

    assert "hidden" not in str(caught.value)


def test_postgresql_wants_keys_since_its_instances_share_them(tmp_path):
    with pytest.raises(
        SettingsError, match=r"MENTORKORPS_SECRET_KEYS=.*the same for every instance"
    ) as caught:
        read(tmp_path, DATABASE_URL="postgresql://me:hidden@host/db")

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("address", "label"),
    [
        ("postgresql://me:hidden@db.example/korps", "postgresql://db.example/korps"),
        (
            "postgres://me:hidd%40en@db.example:5433/korps?sslmode=verify-full",
            "postgresql://db.example:5433/korps",
        ),
        (
            "postgresql://[2001:db8::7]:5433/korps?user=me&password=hidden",
            "postgresql://2001:db8::7:5433/korps",
        ),
        (
            "postgresql:///korps?host=/run/postgresql&password=hidden",
            "postgresql:///korps?host=/run/postgresql",
        ),
        ("postgresql://me:hidden@one,two:5433/korps", "postgresql://one,two:,5433/korps"),
    ],
)
def test_an_address_of_postgresql_is_shown_without_its_password(tmp_path, address, label):
    read_settings = read(tmp_path, DATABASE_URL=address, SECRET_KEYS=KEY)

    assert label == str(read_settings.database)
    assert "hidd" not in repr(read_settings)


def test_the_folder_of_this_machine_is_beside_the_file_or_where_it_is_told(tmp_path):
    server = {"DATABASE_URL": "postgresql://host/korps", "SECRET_KEYS": KEY}

    assert tmp_path / "var" / "mail" == read(tmp_path).mail_folder
    assert "var/mail" == str(read(tmp_path, **server).mail_folder)
    assert (
        tmp_path / "here" / "mail"
        == read(tmp_path, **server, FOLDER=f"{tmp_path}/here").mail_folder
    )


A_PERSON = "default: a@example.org\npeople:\n- name: A\n  email: A@example.org\n  roles:\n"
RECIPIENTS_WRONG = {
    "no default": ("organisations: {lederne: a@example.org}", "default"),
    "unknown part": ("default: a@example.org\nteams: {}", "organisations:"),
    "no address": ("default: a@example.org\nmunicipalities: {'0461': odense}", "'0461'"),
    "two addresses": ("default: 'a@example.org, b@example.org'", "'default'"),
    "empty default": ("# ours\ndefault:\n", "recipients.yaml:2'.*'default' is empty"),
    "null default": ("default: null", "recipients.yaml:1'.*'default' is empty"),
    "spaces": ("default: '  '", "'default' is empty"),
    "default as a list": ("default: [a@example.org]", "'default' is no address"),
    "default as a table": ("default: {a: b}", "'default' has 'a'"),
    "angle brackets": ("default: <>", "'default' is no address"),
    "an empty mailbox": (
        "default: a@example.org\norganisations:\n  lederne:\n",
        "recipients.yaml:3'.*organisations.*'lederne' is empty",
    ),
    "a list of mailboxes": (
        "default: a@example.org\nmunicipalities:\n  '0461': [b@example.org]",
        "'0461' is no",
    ),
    "nobody under a heading": (
        "default: a@example.org\norganisations:\n",
        "recipients.yaml:2'.*one line each",
    ),
    "a list": ("- a@example.org", "write default:"),
    "a word": ("a@example.org", "write default:"),
    "nothing but a remark": ("# default: a@example.org", "write default:"),
    "nothing": ("", "tom"),
    "half a list": ("default: [a@example.org", "recipients.yaml"),
    "list": ("default: a@example.org\norganisations: [a]", "one line each"),
    "people as a table": (
        "default: a@example.org\npeople: {a: b}",
        "recipients.yaml:2'.*one entry",
    ),
    "a person without roles": (
        "default: a@example.org\npeople:\n- {name: A, email: a@example.org}",
        "recipients.yaml:3'.*roles:",
    ),
    "a role that there is not": (
        f"{A_PERSON}  - role: king\n",
        "recipients.yaml:6'.*coordinator, municipal_coordinator",
    ),
    "a role for nobody": (
        f"{A_PERSON}  - role: coordinator\n",
        "yaml:6'.*organisation: and its id",
    ),
    "a role for too many": (
        f"{A_PERSON}  - {{role: auditor, organisation: x}}\n",
        "yaml:6'.*nothing else",
    ),
    "a role for another kind": (f"{A_PERSON}  - {{role: trainer, organisation: x}}\n", "course:"),
    "an address that is none": (
        "default: a@example.org\npeople:\n- name: A\n  email: a\n  roles: [{role: auditor}]",
        "recipients.yaml:4'.*no address",
    ),
    "a language that the desk lacks": (
        f"{A_PERSON}  - role: auditor\n  language: de",
        "recipients.yaml:7'.*da or en",
    ),
    "somebody twice": (
        f"{A_PERSON}  - role: auditor\n- {{name: B, email: a@EXAMPLE.org, roles: [{{role: auditor}}]}}",
        "recipients.yaml:7'.*line 3",
    ),
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


def test_a_role_for_nobody_we_know_stops_the_start_and_a_former_id_does_not(tmp_path, data):
    file, organisations = tmp_path / "recipients.yaml", data / "organisations.yaml"
    renamed = organisations.read_text("utf-8").replace(
        "- id: smedene", "- was: [smede]\n  id: smedene"
    )
    organisations.write_text(renamed, "utf-8")
    catalogue, site = load_catalogue(data), built_site(tmp_path / "site")
    for id in ("smede", "smedene"):
        file.write_text(f"{A_PERSON}  - {{role: coordinator, organisation: {id}}}")
        read(tmp_path, RECIPIENTS=str(file)).recipients.refuse_unknown(catalogue)

    file.write_text(f"{A_PERSON}  - {{role: coordinator, organisation: ingen}}")
    with pytest.raises(
        SettingsError, match=r"recipients\.yaml:6'.*'ingen' among the organisations"
    ):
        create_app(catalogue, site, read(tmp_path, RECIPIENTS=str(file)))


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
        server.host,
        server.port,
        server.encrypted,
        server.user,
        server.password,
    )
    assert "p/w" not in repr(server)


def test_an_empty_setting_is_none(tmp_path):
    assert read(tmp_path, SMTP_URL=" ", SECRET_KEYS=f"{KEY}, {KEY}2").smtp is None


def refused(folder, **variables: str) -> str:
    """What a command says that cannot start; one line, and never how Python came there."""
    environ = {f"MENTORKORPS_{name}": value for name, value in variables.items()}
    ended = subprocess.run(
        [sys.executable, "-m", "mentorkorps", "outbox"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)} | environ,
        capture_output=True,
        text=True,
    )
    assert (2, "") == (ended.returncode, ended.stdout), ended.stderr
    assert 1 == len(ended.stderr.splitlines()), ended.stderr
    return ended.stderr


def test_a_command_ends_in_one_sentence(tmp_path):
    file = tmp_path / "recipients.yaml"
    file.write_text("organisations: {}\ndefault:\n")

    assert "MENTORKORPS_RECIPIENTS='recipients.yaml:2'" in refused(
        tmp_path, RECIPIENTS="recipients.yaml"
    )
    assert "MENTORKORPS_MAIL_FROM='<>'" in refused(tmp_path, MAIL_FROM="<>")
    assert "MENTORKORPS_SMTP_CA_FILE='none.pem'" in refused(
        tmp_path, SMTP_URL="smtp://a", SMTP_CA_FILE="none.pem"
    )


NO_CERTIFICATE = {
    "not there": (None, "cannot be read: No such file"),
    "empty": (b"", "-----BEGIN CERTIFICATE-----"),
    "another text": (b"hidden", "-----BEGIN CERTIFICATE-----"),
    "not text": (b"\x30\x82\x01\x0a\xff", "-----BEGIN CERTIFICATE-----"),
    "half of one": (b"-----BEGIN CERTIFICATE-----\nMIIB\n", "-----BEGIN CERTIFICATE-----"),
}


@pytest.mark.parametrize(("content", "reason"), NO_CERTIFICATE.values(), ids=NO_CERTIFICATE.keys())
def test_a_file_that_can_vouch_for_nobody_is_told(tmp_path, content, reason):
    file = tmp_path / "own.pem"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingsError, match=f"MENTORKORPS_SMTP_CA_FILE='.*own.pem'.*{reason}"):
        read(tmp_path, SMTP_URL="smtps://mail.example.dk", SMTP_CA_FILE=str(file))


def test_a_folder_vouches_for_nobody(tmp_path):
    with pytest.raises(SettingsError, match=r"MENTORKORPS_SMTP_CA_FILE=.*directory"):
        read(tmp_path, SMTP_URL="smtps://mail.example.dk", SMTP_CA_FILE=str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"short"])
def test_a_kept_key_that_is_none_is_named_with_its_file(tmp_path, content):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret-key").write_bytes(content)

    with pytest.raises(SettingsError, match=r"MENTORKORPS_SECRET_KEYS=.*var/secret-key"):
        read(tmp_path)


NAMES = (
    "DATABASE_URL",
    "SMTP_URL",
    "SMTP_CA_FILE",
    "ALARM_COMMAND",
    "PUBLIC_URL",
    "SECRET_KEYS",
    "RECIPIENTS",
    "MAIL_FROM",
    "ALLOWED_ORIGINS",
    "TRUSTED_PROXY",
    "METRICS_FROM",
    "LOG",
    "NEWS_WAIT_MINUTES",
)
SIGNS = strategies.sampled_from(
    [
        *(
            "smtp://",
            "smtps://",
            "https://",
            "postgresql://",
            "sqlite:///",
            "user",
            "host",
            "0",
            "::1",
            "127.0.0.1",
        ),
        *("\t", "\n", "\udcff", "\u202e", "..", "℀", "a@b.dk", "=?utf-8?q?x?="),
        *":@/?#%[]<>,;'\"\\= ().",
    ]
)
ANYTHING = strategies.lists(SIGNS, max_size=8).map("".join) | strategies.text(
    strategies.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20
)
NO_SHARED_FOLDER = hypothesis_settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@NO_SHARED_FOLDER
@given(name=strategies.sampled_from(NAMES), value=ANYTHING)
def test_whatever_stands_in_a_setting_is_taken_or_refused_by_its_name(tmp_path, name, value):
    sound = {"SECRET_KEYS": KEY, "SMTP_URL": "smtp://mail.example.dk"}
    try:
        taken = read(tmp_path, **sound | {name: value})
    except SettingsError as error:
        assert f"MENTORKORPS_{name}" == error.key
    else:
        # What is taken can be written on a mail.
        str(taken.mail_from).encode()


@NO_SHARED_FOLDER
@given(
    value=ANYTHING,
    where=strategies.sampled_from(
        ["default: {}", "default: a@b.dk\norganisations: {{x: {}}}", "{}"]
    ),
)
def test_whatever_stands_in_the_file_of_recipients_is_taken_or_refused_by_its_name(
    tmp_path, value, where
):
    file = tmp_path / "recipients.yaml"
    file.write_bytes(where.format(value).encode("utf-8", "surrogatepass"))
    try:
        read(tmp_path, SECRET_KEYS=KEY, RECIPIENTS=str(file))
    except SettingsError as error:
        assert str(error).startswith("MENTORKORPS_RECIPIENTS=")
