"""The environment -> one frozen Settings, or a SettingsError that names key and value."""

import logging
import os
import re
import secrets
import shlex
import shutil
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.headerregistry import Address
from email.utils import getaddresses, parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import SplitResult, unquote, urlsplit

from mentorkorps.backend.db.url import SECRET_WRITTEN, DatabaseUrl, parse_url
from mentorkorps.backend.files import ownership
from mentorkorps.backend.logging import FORMATS, Format
from mentorkorps.backend.recipients_file import (
    RECIPIENTS,
    Recipients,
    plain_mailbox,
    read_recipients,
)
from mentorkorps.backend.settings_error import SettingsError
from mentorkorps.forms.domain_names import ascii_domain

DATABASE_URL = "MENTORKORPS_DATABASE_URL"
FOLDER = "MENTORKORPS_FOLDER"
SMTP_URL = "MENTORKORPS_SMTP_URL"
SMTP_CA_FILE = "MENTORKORPS_SMTP_CA_FILE"
ALARM_COMMAND = "MENTORKORPS_ALARM_COMMAND"
PUBLIC_URL = "MENTORKORPS_PUBLIC_URL"
SECRET_KEYS = "MENTORKORPS_SECRET_KEYS"
MAIL_FROM = "MENTORKORPS_MAIL_FROM"
SECOND_FACTOR = "MENTORKORPS_SECOND_FACTOR"
ALLOWED_ORIGINS = "MENTORKORPS_ALLOWED_ORIGINS"
TRUSTED_PROXY = "MENTORKORPS_TRUSTED_PROXY"
METRICS_FROM = "MENTORKORPS_METRICS_FROM"
LOG = "MENTORKORPS_LOG"
NEWS_WAIT_MINUTES = "MENTORKORPS_NEWS_WAIT_MINUTES"

DEFAULTS = {
    DATABASE_URL: "sqlite:///var/mentorkorps.db",
    PUBLIC_URL: "http://127.0.0.1:8000/",
    MAIL_FROM: "Mentorkorps <svar-ikke@mentorkorps.invalid>",
}
SecondFactorRule = Literal["none", "several", "all"]
SECOND_FACTOR_RULES: tuple[SecondFactorRule, ...] = get_args(SecondFactorRule)
"""Who must give a second factor to log in: nobody, who sees more than one organisation, everybody."""
NEWS_WAIT = timedelta(hours=2)
LONGEST_NEWS_WAIT = timedelta(days=7)
SHORTEST_KEY = 16
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SMTP_WRITTEN = f"write smtp://host:port or smtps://user:password@host. {SECRET_WRITTEN}"
SCHEMES = ("smtp", "smtps", "http", "https", "sqlite", "postgresql", "postgres")
HARMLESS = re.compile(r"[a-z]+://[\w.-]+(:\d+)?/?")
"""An address that nobody can have meant to hold a password."""
HOST = re.compile(r"[\w.-]+|[0-9A-Fa-f:.]+(%\w+)?")
CODED = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server. `encrypted` from the first byte (smtps), else STARTTLS where it is offered."""

    host: str
    port: int
    encrypted: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """Who may vouch for its certificate, beside those whom the system trusts."""

    @property
    def is_local(self) -> bool:
        return self.host in LOOPBACK


@dataclass(frozen=True, slots=True)
class Settings:
    database: DatabaseUrl
    folder: Path
    smtp: SmtpServer | None
    alarm_command: tuple[str, ...]
    public_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    recipients: Recipients
    mail_from: Address
    second_factor: SecondFactorRule
    allowed_origins: frozenset[str]
    trusted_proxy: tuple[IPv4Network | IPv6Network, ...]
    metrics_from: tuple[IPv4Network | IPv6Network, ...]
    log_format: Format
    news_wait: timedelta = NEWS_WAIT
    """How long mails about what opened or moved wait, so that somebody can hold them."""

    @property
    def mail_folder(self) -> Path:
        """Where mails go as files while there is no mail server."""
        return self.folder / "mail"

    @property
    def errands_folder(self) -> Path:
        """Where commands leave notes for the server that has the database."""
        return self.folder / "errands"

    @property
    def root(self) -> str:
        """The path under which the site is published, with slashes around: "/" mostly."""
        return urlsplit(self.public_url).path

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def own_origin(self) -> str:
        return self.public_url.removesuffix(self.root)


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from environment variables; an empty one counts as absent. Raises SettingsError.

    Without secret keys one is made beside the database's file, readable by its owner alone.
    """
    values = DEFAULTS | {key: value.strip() for key, value in environ.items() if value.strip()}
    where = _database(values[DATABASE_URL])
    folder = Path(values[FOLDER]) if FOLDER in values else where.folder
    mail_from = _mail_from(values[MAIL_FROM])
    return Settings(
        database=where,
        folder=folder,
        smtp=_smtp(values[SMTP_URL], _ca_file(values.get(SMTP_CA_FILE)))
        if SMTP_URL in values
        else None,
        alarm_command=_alarm_command(values.get(ALARM_COMMAND, "")),
        public_url=_public_url(values[PUBLIC_URL]),
        recipients=(
            read_recipients(values[RECIPIENTS])
            if RECIPIENTS in values
            else Recipients(mail_from.addr_spec)
        ),
        mail_from=mail_from,
        second_factor=_second_factor(values.get(SECOND_FACTOR, "none")),
        allowed_origins=frozenset(
            map(_origin, values.get(ALLOWED_ORIGINS, "").replace(",", " ").split())
        ),
        trusted_proxy=tuple(map(_proxy, values.get(TRUSTED_PROXY, "").replace(",", " ").split())),
        metrics_from=tuple(map(_network, values.get(METRICS_FROM, "").replace(",", " ").split())),
        log_format=_log_format(values.get(LOG, "json")),
        news_wait=_minutes(values[NEWS_WAIT_MINUTES]) if NEWS_WAIT_MINUTES in values else NEWS_WAIT,
        # Last, so that nothing is made where another setting is wrong.
        secret_keys=_keys(values[SECRET_KEYS])
        if SECRET_KEYS in values
        else _kept_key(where, folder),
    )


def _second_factor(text: str) -> SecondFactorRule:
    if text not in SECOND_FACTOR_RULES:
        raise SettingsError(SECOND_FACTOR, text, "write several, all or none")
    return text


def _log_format(text: str) -> Format:
    if text not in FORMATS:
        raise SettingsError(LOG, text, "write json or text")
    return text


def _minutes(text: str) -> timedelta:
    is_number = text.isascii() and text.isdecimal() and len(text) < 6
    wait = timedelta(minutes=int(text)) if is_number else None
    if wait is None or wait > LONGEST_NEWS_WAIT:
        most = LONGEST_NEWS_WAIT // timedelta(minutes=1)
        raise SettingsError(NEWS_WAIT_MINUTES, text, f"write a number of minutes, at most {most}")
    return wait


def _database(url: str) -> DatabaseUrl:
    try:
        return parse_url(url)
    except ValueError as error:
        raise SettingsError(DATABASE_URL, _masked(url), str(error)) from None


def _smtp(url: str, ca_file: Path | None) -> SmtpServer:
    parts = _split(SMTP_URL, url, SMTP_WRITTEN)
    ends_with_host = parts.path in ("", "/") and not any(sign in url for sign in "?#")
    is_host = bool(HOST.fullmatch(parts.hostname or ""))
    if not (
        parts.scheme in ("smtp", "smtps")
        and is_host
        and ends_with_host
        and CODED.fullmatch(parts.netloc)
    ):
        raise SettingsError(SMTP_URL, _masked(url), SMTP_WRITTEN)
    if "@" in parts.netloc and not (parts.username and parts.password):
        raise SettingsError(SMTP_URL, _masked(url), f"user or password is missing: {SMTP_WRITTEN}")
    encrypted = parts.scheme == "smtps"
    usual = 465 if encrypted else 587 if parts.username else 25
    return SmtpServer(
        str(parts.hostname),
        parts.port or usual,
        encrypted,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
        ca_file,
    )


def _ca_file(path: str | None) -> Path | None:
    if path is None:
        return None
    try:
        ssl.create_default_context(cafile=path)
    except ssl.SSLError:
        reason = (
            "there is no certificate in it. It is a text with -----BEGIN CERTIFICATE----- (PEM)"
        )
        raise SettingsError(SMTP_CA_FILE, path, reason) from None
    except OSError as error:
        raise SettingsError(
            SMTP_CA_FILE, path, f"the file cannot be read: {error.strerror}"
        ) from None
    return Path(path)


def _alarm_command(text: str) -> tuple[str, ...]:
    try:
        command = tuple(shlex.split(text))
    except ValueError:
        raise SettingsError(ALARM_COMMAND, "…", "a quotation mark is not closed") from None
    if command and not shutil.which(command[0]):
        # What follows may be a key to somebody's telephone.
        raise SettingsError(ALARM_COMMAND, command[0], "there is no such program that can be run")
    return command


def _public_url(url: str) -> str:
    right = "write the site's address without user and password, for example https://example.dk/"
    parts = _split(PUBLIC_URL, url, right)
    is_web = parts.scheme in ("http", "https") and parts.hostname
    if not is_web or "@" in parts.netloc or parts.query or parts.fragment:
        raise SettingsError(PUBLIC_URL, _masked(url), right)
    return f"{parts.scheme}://{_ascii_host(PUBLIC_URL, url, parts)}{parts.path.rstrip('/')}/"


def _origin(text: str) -> str:
    right = "write origins such as https://example.dk, apart by commas"
    parts = _split(ALLOWED_ORIGINS, text, right)
    is_web = parts.scheme in ("http", "https") and parts.hostname
    if not is_web or "@" in parts.netloc or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingsError(ALLOWED_ORIGINS, _masked(text), right)
    return f"{parts.scheme}://{_ascii_host(ALLOWED_ORIGINS, text, parts)}"


def _ascii_host(key: str, text: str, parts: SplitResult) -> str:
    """Host and port as browsers name them in Origin: a domain with æ, ø or å by its ASCII form."""
    host = parts.hostname or ""
    try:
        return parts.netloc.lower().replace(host, ascii_domain(host))
    except ValueError:
        raise SettingsError(key, text, f"{host} can be no domain") from None


def _proxy(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError:
        raise SettingsError(
            TRUSTED_PROXY,
            text,
            "write addresses or networks such as 127.0.0.1 or 10.0.0.0/8, apart by commas",
        ) from None
    if network.prefixlen == 0:
        raise SettingsError(
            TRUSTED_PROXY, text, "trusts everybody; name the network of your proxies"
        )
    return network


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise SettingsError(
            METRICS_FROM, text, "write networks such as 192.0.2.0/24, apart by commas"
        ) from None


def _split(key: str, url: str, right: str) -> SplitResult:
    try:
        # urlsplit drops tabs and line breaks without a word, and a password would be another one.
        if not url.isprintable() or " " in url:
            raise ValueError(key)
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        # What Python says of an address repeats parts of it.
        raise SettingsError(key, _masked(url), f"this is no address: {right}") from None
    return parts


def _masked(url: str) -> str:
    """An address as it may be told: whole if there is no room for a password in it, else its scheme alone."""
    if HARMLESS.fullmatch(url):
        return url
    scheme, slashes, _ = url.partition("://")
    return f"{scheme}://…" if slashes and scheme in SCHEMES else "…"


def _mail_from(text: str) -> Address:
    name, address = parseaddr(text)
    try:
        # By its parts: the parser of headers meets many a text with an IndexError.
        username, _, domain = plain_mailbox(address).rpartition("@")
        if not name.isprintable() or len(getaddresses([text])) != 1:
            raise ValueError(text)
        return Address(name, username, domain)
    except ValueError:
        raise SettingsError(MAIL_FROM, text, "write Name <mailbox@example.dk>") from None


def _keys(text: str, where: str = "") -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    if not keys or min(map(len, keys)) < SHORTEST_KEY or not text.isprintable():
        reason = f"each key needs at least {SHORTEST_KEY} characters that can be printed{where}"
        raise SettingsError(SECRET_KEYS, "…", reason)
    return keys


def _kept_key(where: DatabaseUrl, folder: Path) -> tuple[str, ...]:
    if where.is_shared:
        raise SettingsError(
            SECRET_KEYS, "", "is needed with PostgreSQL, the same for every instance"
        )
    ownership.make_folder(folder)
    path = folder / "secret-key"
    try:
        handle = ownership.open_new(path)
    except FileExistsError:
        return _key_in(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    log.warning("%s is not set: made a key in %s", SECRET_KEYS, path)
    return _key_in(path)


def _key_in(path: Path) -> tuple[str, ...]:
    return _keys(
        path.read_bytes().decode("ascii", "replace").strip(), f", and {path} holds another text"
    )
