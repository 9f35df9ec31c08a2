"""The private file of recipients: which mailbox hears of which sign-ups, and who may log in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from mentorkorps.backend.settings_error import SettingsError
from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.forms.domain_names import ascii_address
from mentorkorps.interface.languages import LANGUAGES, Language

RECIPIENTS = "MENTORKORPS_RECIPIENTS"
MAILBOX = re.compile(r"(?!=)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+")
"""One plain address: quoted names, comments and several addresses are for headers of mails."""


Role = Literal[
    "coordinator",
    "municipal_coordinator",
    "chief_mentor",
    "trainer",
    "national_coordinator",
    "auditor",
]
ScopeKind = Literal["organisation", "municipality", "course"]

ROLE_SCOPES: dict[Role, ScopeKind | None] = {
    "coordinator": "organisation",
    "municipal_coordinator": "municipality",
    "chief_mentor": "organisation",
    "trainer": "course",
    "national_coordinator": None,
    "auditor": None,
}
"""What a role is held for; None: for everything."""
SCOPE_TABLES: dict[ScopeKind, str] = {
    "organisation": "organisations",
    "municipality": "municipalities",
    "course": "courses",
}
PARTS = ("default", "organisations", "municipalities", "people")
PERSON_WRITTEN = "write name:, email: and roles:, and language: da or en where it is not Danish"
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of a person, as the file writes it. `id`: of whose cases; empty: of everybody's."""

    role: Role
    id: str
    line: int

    @property
    def scope_kind(self) -> ScopeKind | None:
        return ROLE_SCOPES[self.role]


@dataclass(frozen=True, slots=True)
class Person:
    """Who may log in at the desk. `email`: lower case, its domain in ASCII."""

    name: str
    email: str
    grants: tuple[Grant, ...]
    language: Language = "da"


@dataclass(frozen=True, slots=True)
class Recipients:
    """Which mailbox hears of which sign-ups: the organisation's, else the municipality's, else the default.

    `seconds`: by mailbox, who is told when somebody asks why nobody answers. `collected`: mailboxes
    that hear each morning of all that waits, and not of each sign-up.
    """

    default: str
    organisations: Mapping[str, str] = field(default_factory=dict)
    municipalities: Mapping[str, str] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    file: str = ""
    seconds: Mapping[str, str] = field(default_factory=dict)
    collected: frozenset[str] = frozenset()

    def second(self, mailbox: str) -> str:
        """Who is told when that mailbox does not answer: its own second, else the default's, else the default."""
        return self.seconds.get(mailbox) or self.seconds.get(self.default) or self.default

    def mailbox(self, organisation: Iterable[str], municipality: Iterable[str]) -> str:
        """By every id that the organisation and the municipality have had: the file may name a former one."""
        own = (box for id in organisation if (box := self.organisations.get(id)))
        near = (box for id in municipality if (box := self.municipalities.get(id)))
        return next(own, None) or next(near, None) or self.default

    def refuse_unknown(self, catalogue: Catalogue) -> None:
        """Raises SettingsError for an id that is in no table: its mail would go astray without a word."""
        for ids, table, name in (
            (self.organisations, catalogue.organisations, "organisations"),
            (self.municipalities, catalogue.municipalities, "municipalities"),
        ):
            for id in ids:
                if id not in table:
                    raise SettingsError(
                        RECIPIENTS, self.file, f"there is no {id!r} among the {name}"
                    )
        for grant in (grant for person in self.people for grant in person.grants):
            if grant.scope_kind and grant.id not in catalogue.table(SCOPE_TABLES[grant.scope_kind]):
                name = SCOPE_TABLES[grant.scope_kind]
                reason = f"there is no {grant.id!r} among the {name}"
                raise SettingsError(RECIPIENTS, f"{self.file}:{grant.line}", reason)


def read_recipients(path: str) -> Recipients:
    try:
        root = yaml_source.read_yaml(Path(path), path, is_open=False)
    except DataError as error:
        raise SettingsError(RECIPIENTS, path, str(error)) from error
    if not isinstance(root, yaml_nodes.Mapping) or not set(root.entries) <= set(PARTS):
        reason = "write default:, organisations:, municipalities: and people:"
        raise SettingsError(RECIPIENTS, path, reason)
    if "default" not in root.entries:
        raise SettingsError(RECIPIENTS, path, "default: is missing")
    default = _recipient(path, "default", *root.entries["default"])
    organisations, municipalities = (
        _recipients_of(path, name, root) for name in ("organisations", "municipalities")
    )
    recipients = [default, *organisations.values(), *municipalities.values()]
    return Recipients(
        default.mailbox,
        {id: recipient.mailbox for id, recipient in organisations.items()},
        {id: recipient.mailbox for id, recipient in municipalities.items()},
        _people(path, root),
        path,
        {entry.mailbox: entry.second for entry in reversed(recipients) if entry.second},
        frozenset(entry.mailbox for entry in recipients if entry.is_collected),
    )


@dataclass(frozen=True, slots=True)
class _Recipient:
    mailbox: str
    second: str = ""
    is_collected: bool = False


def _recipients_of(path: str, name: str, root: yaml_nodes.Mapping) -> dict[str, _Recipient]:
    if name not in root.entries:
        return {}
    key, node = root.entries[name]
    if not isinstance(node, yaml_nodes.Mapping):
        reason = f"under {name}: write one line each, such as odense: mail@example.dk"
        raise SettingsError(RECIPIENTS, f"{path}:{key.line}", reason)
    return {id: _recipient(path, name, *entry) for id, entry in node.entries.items()}


def _recipient(path: str, name: str, key: yaml_nodes.Scalar, node: yaml_nodes.Node) -> _Recipient:
    """A mailbox alone, or with who steps in for it and whether it hears once a morning."""
    if not isinstance(node, yaml_nodes.Mapping):
        return _Recipient(_one_mailbox(path, name, key, node))
    if unknown := set(node.entries) - {"mailbox", "second", "digest"}:
        reason = f"{name}: {key.text!r} has {unknown.pop()!r}. Write mailbox:, second: and digest:"
        raise _wrong(path, key.line, reason)
    if "mailbox" not in node.entries:
        raise _wrong(path, key.line, f"{name}: {key.text!r} lacks mailbox:")
    digest = (node.text("digest") or "false").strip()
    if digest not in ("true", "false"):
        raise _wrong(path, key.line, f"{name}: digest of {key.text!r}: write true or false")
    second = node.entries.get("second")
    return _Recipient(
        _one_mailbox(path, name, key, node.entries["mailbox"][1]),
        _one_mailbox(path, name, key, second[1]) if second else "",
        digest == "true",
    )


def _one_mailbox(path: str, name: str, key: yaml_nodes.Scalar, node: yaml_nodes.Node) -> str:
    text = node.text.strip() if isinstance(node, yaml_nodes.Scalar) else ""
    try:
        return plain_mailbox(text)
    except ValueError:
        is_empty = isinstance(node, yaml_nodes.Scalar) and not text
        what = "is empty" if is_empty else "is no address"
        reason = f"{name}: the mailbox of {key.text!r} {what}. Write one, such as mentor@example.dk"
        raise SettingsError(RECIPIENTS, f"{path}:{key.line}", reason) from None


def _people(path: str, root: yaml_nodes.Mapping) -> tuple[Person, ...]:
    if "people" not in root.entries:
        return ()
    key, told = root.entries["people"]
    entries = yaml_nodes.mappings(told)
    if not entries or len(entries) != len(yaml_nodes.items(told)):
        raise _wrong(path, key.line, f"under people: one entry each. In it {PERSON_WRITTEN}")
    people = tuple(_person(path, entry) for entry in entries)
    lines: dict[str, int] = {}
    for person, entry in zip(people, entries, strict=True):
        if person.email in lines:
            reason = f"people: the address stands in line {lines[person.email]} too. Keep one entry"
            raise _wrong(path, entry.line, f"{reason} with all roles")
        lines[person.email] = entry.line
    return people


def _person(path: str, entry: yaml_nodes.Mapping) -> Person:
    unknown = set(entry.entries) - {"name", "email", "language", "roles"}
    if unknown or not {"name", "email", "roles"} <= set(entry.entries):
        raise _wrong(path, entry.line, f"people: {PERSON_WRITTEN}")
    name = " ".join((entry.text("name") or "").split())
    if not name or not name.isprintable() or len(name) > LONGEST_NAME:
        reason = f"people: write a name of at most {LONGEST_NAME} characters"
        raise _wrong(path, entry.entries["name"][0].line, reason)
    language = entry.text("language") if "language" in entry.entries else "da"
    if language not in LANGUAGES:
        reason = f"people: write language: {' or '.join(LANGUAGES)}"
        raise _wrong(path, entry.entries["language"][0].line, reason)
    email = _one_mailbox(path, "people", *entry.entries["email"]).lower()
    key, told = entry.entries["roles"]
    roles = yaml_nodes.mappings(told)
    if not roles or len(roles) != len(yaml_nodes.items(told)):
        reason = "people: under roles: write lines such as - {role: coordinator, organisation: red}"
        raise _wrong(path, key.line, reason)
    grants = tuple(_grant(path, role) for role in roles)
    return Person(name, email, grants, "en" if language == "en" else "da")


def _grant(path: str, entry: yaml_nodes.Mapping) -> Grant:
    role = next((role for role in get_args(Role) if role == entry.text("role")), None)
    if role is None:
        raise _wrong(path, entry.line, f"roles: write role: {', '.join(get_args(Role))}")
    kind = ROLE_SCOPES[role]
    if set(entry.entries) != ({"role", kind} if kind else {"role"}):
        where = f"{kind}: and its id" if kind else "nothing else: it is held for everything"
        raise _wrong(path, entry.line, f"roles: beside role: {role} write {where}")
    id = (entry.text(kind) or "").strip() if kind else ""
    if kind and not id:
        raise _wrong(path, entry.line, f"roles: {kind}: is empty. Write its id")
    return Grant(role, id, entry.line)


def _wrong(path: str, line: int, reason: str) -> SettingsError:
    return SettingsError(RECIPIENTS, f"{path}:{line}", reason)


def plain_mailbox(text: str) -> str:
    """The address itself, its domain in ASCII. Raises ValueError for what is none."""
    text = ascii_address(text)
    if not MAILBOX.fullmatch(text):
        raise ValueError(text)
    return text
