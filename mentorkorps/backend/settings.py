"""The environment -> one frozen Settings, or a SettingsError that names key and value."""

import logging
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from mentorkorps import source
from mentorkorps.backend import database
from mentorkorps.backend.database import Database
from mentorkorps.backend.logs import FORMATS, Format
from mentorkorps.catalogue import Catalogue
from mentorkorps.forms import ascii_address, ascii_domain
from mentorkorps.problem import DataError

DATABASE_URL = "MENTORKORPS_DATABASE_URL"
FOLDER = "MENTORKORPS_FOLDER"
SMTP_URL = "MENTORKORPS_SMTP_URL"
PUBLIC_URL = "MENTORKORPS_PUBLIC_URL"
SECRET_KEYS = "MENTORKORPS_SECRET_KEYS"
RECIPIENTS = "MENTORKORPS_RECIPIENTS"
MAIL_FROM = "MENTORKORPS_MAIL_FROM"
ALLOWED_ORIGINS = "MENTORKORPS_ALLOWED_ORIGINS"
TRUSTED_PROXY = "MENTORKORPS_TRUSTED_PROXY"
METRICS_FROM = "MENTORKORPS_METRICS_FROM"
LOG = "MENTORKORPS_LOG"

DEFAULTS = {
    DATABASE_URL: "sqlite:///var/mentorkorps.db",
    PUBLIC_URL: "http://127.0.0.1:8000/",
    MAIL_FROM: "Mentorkorps <svar-ikke@mentorkorps.invalid>",
}
SHORTEST_KEY = 16
LOOPBACK = ("localhost", "127.0.0.1", "::1")

log = logging.getLogger(__name__)


class SettingsError(Exception):
    """A setting cannot be used. Names its key, its value (never a secret's) and what would be right."""

    def __init__(self, key: str, value: str, reason: str) -> None:
        super().__init__(f"{key}={value!r}: {reason}")
        self.key = key


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server. `encrypted` from the first byte (smtps), else STARTTLS where it is offered."""

    host: str
    port: int
    encrypted: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def is_local(self) -> bool:
        return self.host in LOOPBACK


@dataclass(frozen=True, slots=True)
class Recipients:
    """Which mailbox hears of which sign-ups: the organisation's, else the municipality's, else the default."""

    default: str
    organisations: Mapping[str, str] = field(default_factory=dict)
    municipalities: Mapping[str, str] = field(default_factory=dict)
    file: str = ""

    def mailbox(self, organisation: str | None, municipality: str | None) -> str:
        return self.organisations.get(organisation) or self.municipalities.get(municipality) or self.default

    def refuse_unknown(self, catalogue: Catalogue) -> None:
        """Raises SettingsError for an id that is in no table: its mail would go astray without a word."""
        for ids, table, name in (
            (self.organisations, catalogue.organisations, "organisations"),
            (self.municipalities, catalogue.municipalities, "municipalities"),
        ):
            for id in ids:
                if id not in table:
                    raise SettingsError(RECIPIENTS, self.file, f"there is no {id!r} among the {name}")


@dataclass(frozen=True, slots=True)
class Settings:
    database: Database
    folder: Path
    smtp: SmtpServer | None
    public_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    recipients: Recipients
    mail_from: Address
    allowed_origins: frozenset[str]
    trusted_proxy: frozenset[IPv4Address | IPv6Address]
    metrics_from: tuple[IPv4Network | IPv6Network, ...]
    log_format: Format

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


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from environment variables; an empty one counts as absent. Raises SettingsError.

    Without secret keys one is made beside the database's file, readable by its owner alone.
    """
    given = DEFAULTS | {key: value.strip() for key, value in environ.items() if value.strip()}
    where = _database(given[DATABASE_URL])
    folder = Path(given[FOLDER]) if FOLDER in given else where.folder
    mail_from = _mail_from(given[MAIL_FROM])
    return Settings(
        database=where,
        folder=folder,
        smtp=_smtp(given[SMTP_URL]) if SMTP_URL in given else None,
        public_url=_public_url(given[PUBLIC_URL]),
        secret_keys=_keys(given[SECRET_KEYS]) if SECRET_KEYS in given else _kept_key(where, folder),
        recipients=(_recipients(given[RECIPIENTS]) if RECIPIENTS in given else Recipients(mail_from.addr_spec)),
        mail_from=mail_from,
        allowed_origins=frozenset(map(_origin, given.get(ALLOWED_ORIGINS, "").replace(",", " ").split())),
        trusted_proxy=frozenset(map(_proxy, given.get(TRUSTED_PROXY, "").replace(",", " ").split())),
        metrics_from=tuple(map(_network, given.get(METRICS_FROM, "").replace(",", " ").split())),
        log_format=_log_format(given.get(LOG, "json")),
    )


def _log_format(text: str) -> Format:
    if text not in FORMATS:
        raise SettingsError(LOG, text, "write json or text")
    return text


def _database(url: str) -> Database:
    try:
        return database.parse(url)
    except ValueError as error:
        scheme, slashes, _ = url.partition("://")
        shown = f"{scheme}://…" if slashes else "…"
        raise SettingsError(DATABASE_URL, shown, str(error)) from None


def _smtp(url: str) -> SmtpServer:
    shown = _without_password(url)
    parts = _split(SMTP_URL, url, shown)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise SettingsError(SMTP_URL, shown, "write smtp://host:port or smtps://user:password@host")
    encrypted = parts.scheme == "smtps"
    usual = 465 if encrypted else 587 if parts.username else 25
    return SmtpServer(
        parts.hostname,
        parts.port or usual,
        encrypted,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )


def _public_url(url: str) -> str:
    parts = _split(PUBLIC_URL, url, url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise SettingsError(PUBLIC_URL, url, "write the site's address, for example https://example.dk/")
    return f"{parts.scheme}://{_ascii_host(PUBLIC_URL, url, parts)}{parts.path.rstrip('/')}/"


def _origin(text: str) -> str:
    parts = _split(ALLOWED_ORIGINS, text, text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise SettingsError(ALLOWED_ORIGINS, text, "write origins such as https://example.dk, apart by commas")
    return f"{parts.scheme}://{_ascii_host(ALLOWED_ORIGINS, text, parts)}"


def _ascii_host(key: str, text: str, parts: SplitResult) -> str:
    """Host and port as browsers name them in Origin: a domain with æ, ø or å by its ASCII form."""
    host = parts.hostname or ""
    try:
        return parts.netloc.lower().replace(host, ascii_domain(host))
    except ValueError:
        raise SettingsError(key, text, f"{host} can be no domain") from None


def _proxy(text: str) -> IPv4Address | IPv6Address:
    try:
        return ip_address(text)
    except ValueError:
        raise SettingsError(TRUSTED_PROXY, text, "write IP addresses such as 127.0.0.1, apart by commas") from None


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise SettingsError(METRICS_FROM, text, "write networks such as 192.0.2.0/24, apart by commas") from None


def _split(key: str, url: str, shown: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise SettingsError(key, shown, "this is no address") from error
    return parts


def _without_password(url: str) -> str:
    before, at, after = url.rpartition("@")
    scheme, slashes, _ = before.partition("://")
    return f"{scheme}{slashes}…@{after}" if at else url


def _mail_from(text: str) -> Address:
    name, address = parseaddr(text)
    try:
        return Address(name, addr_spec=_mailbox(address))
    except (ValueError, MessageError) as error:
        raise SettingsError(MAIL_FROM, text, "write Name <mailbox@example.dk>") from error


def _mailbox(text: str) -> str:
    """The address itself, its domain in ASCII. Raises ValueError or MessageError for what is none."""
    address = Address(addr_spec=ascii_address(text))
    if not address.username or not address.domain or not address.addr_spec.isascii():
        raise ValueError(text)
    return address.addr_spec


def _keys(text: str) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in text.split(",") if key.strip())
    if not keys or min(map(len, keys)) < SHORTEST_KEY:
        raise SettingsError(SECRET_KEYS, "…", f"each key needs at least {SHORTEST_KEY} characters")
    return keys


def _kept_key(where: Database, folder: Path) -> tuple[str, ...]:
    if where.is_shared:
        raise SettingsError(SECRET_KEYS, "", "is needed with PostgreSQL, the same for every instance")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret-key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _keys(path.read_text("ascii"))
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    log.warning("%s is not set: made a key in %s", SECRET_KEYS, path)
    return _keys(path.read_text("ascii"))


def _recipients(path: str) -> Recipients:
    try:
        told = source.plain(source.read(Path(path), path))
    except DataError as error:
        raise SettingsError(RECIPIENTS, path, str(error)) from error
    if not isinstance(told, dict) or not set(told) <= {"default", "organisations", "municipalities"}:
        raise SettingsError(RECIPIENTS, path, "write default:, organisations: and municipalities:")
    if "default" not in told:
        raise SettingsError(RECIPIENTS, path, "default: is missing")
    mailboxes = {name: _mailboxes(path, name, told.get(name, {})) for name in ("organisations", "municipalities")}
    default = _mailboxes(path, "default", {"default": told["default"]})["default"]
    return Recipients(default, **mailboxes, file=path)


def _mailboxes(path: str, name: str, told: object) -> dict[str, str]:
    if not isinstance(told, dict):
        raise SettingsError(RECIPIENTS, path, f"under {name}: write one line each, such as odense: mail@example.dk")
    mailboxes = {}
    for id, address in told.items():
        try:
            mailboxes[id] = _mailbox(str(address))
        except (ValueError, MessageError) as error:
            raise SettingsError(RECIPIENTS, path, f"{name}: the mailbox of {id!r} is no address") from error
    return mailboxes
