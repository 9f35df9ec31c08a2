"""The private file of recipients: which mailbox hears of which sign-ups."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mentorkorps.backend.settings_error import SettingsError
from mentorkorps.catalogue import yaml_nodes, yaml_source
from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.load import Catalogue
from mentorkorps.forms.domain_names import ascii_address

RECIPIENTS = "MENTORKORPS_RECIPIENTS"
MAILBOX = re.compile(r"(?!=)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+\.)*[A-Za-z0-9-]+")
"""One plain address: quoted names, comments and several addresses are for headers of mails."""


@dataclass(frozen=True, slots=True)
class Recipients:
    """Which mailbox hears of which sign-ups: the organisation's, else the municipality's, else the default."""

    default: str
    organisations: Mapping[str, str] = field(default_factory=dict)
    municipalities: Mapping[str, str] = field(default_factory=dict)
    file: str = ""

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


def read_recipients(path: str) -> Recipients:
    try:
        root = yaml_source.read_yaml(Path(path), path, is_open=False)
    except DataError as error:
        raise SettingsError(RECIPIENTS, path, str(error)) from error
    if not isinstance(root, yaml_nodes.Mapping) or not set(root.entries) <= {
        "default",
        "organisations",
        "municipalities",
    }:
        raise SettingsError(RECIPIENTS, path, "write default:, organisations: and municipalities:")
    if "default" not in root.entries:
        raise SettingsError(RECIPIENTS, path, "default: is missing")
    default = _one_mailbox(path, "default", *root.entries["default"])
    by_id = {name: _mailboxes(path, name, root) for name in ("organisations", "municipalities")}
    return Recipients(default, **by_id, file=path)


def _mailboxes(path: str, name: str, root: yaml_nodes.Mapping) -> dict[str, str]:
    if name not in root.entries:
        return {}
    key, told = root.entries[name]
    if not isinstance(told, yaml_nodes.Mapping):
        reason = f"under {name}: write one line each, such as odense: mail@example.dk"
        raise SettingsError(RECIPIENTS, f"{path}:{key.line}", reason)
    return {id: _one_mailbox(path, name, *entry) for id, entry in told.entries.items()}


def _one_mailbox(path: str, name: str, key: yaml_nodes.Scalar, told: yaml_nodes.Node) -> str:
    text = told.text.strip() if isinstance(told, yaml_nodes.Scalar) else ""
    try:
        return plain_mailbox(text)
    except ValueError:
        is_empty = isinstance(told, yaml_nodes.Scalar) and not text
        what = "is empty" if is_empty else "is no address"
        reason = f"{name}: the mailbox of {key.text!r} {what}. Write one, such as mentor@example.dk"
        raise SettingsError(RECIPIENTS, f"{path}:{key.line}", reason) from None


def plain_mailbox(text: str) -> str:
    """The address itself, its domain in ASCII. Raises ValueError for what is none."""
    text = ascii_address(text)
    if not MAILBOX.fullmatch(text):
        raise ValueError(text)
    return text
