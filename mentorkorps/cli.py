"""The command line: parse, call, print, exit code. Heavy imports happen inside the command that needs them."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mentorkorps import catalogue
from mentorkorps.problem import DataError, Problem

if TYPE_CHECKING:
    from mentorkorps.backend.settings import Settings
    from mentorkorps.backend.store import Consent, SignUp

SOUND, PROBLEMS, COULD_NOT_RUN = 0, 1, 2


class CannotRun(Exception):
    """The command cannot do its work here; the text says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns 0 if all is well, 1 for problems in the data, 2 if it could not run."""
    options = parser().parse_args(arguments)
    try:
        return options.run(options)
    except DataError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return PROBLEMS
    except CannotRun as error:
        print(f"mentorkorps: {error}", file=sys.stderr)
        return COULD_NOT_RUN


def parser() -> argparse.ArgumentParser:
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--data", type=Path, default=Path("data"), help="folder of the data files (default: data)")
    top = argparse.ArgumentParser(prog="mentorkorps", description="The portal for volunteer mentor corps.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, run: object, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, parents=[every], help=help, description=help)
        added.set_defaults(run=run)
        return added

    checks = command("check", run_check, "find everything that is wrong with the data")
    checks.add_argument("path", nargs="?", type=Path, help="the data folder, if not --data")
    checks.add_argument("--format", choices=PRINTERS, default="text", help="text, github or json")
    builds = command("build", run_build, "build the site in both languages")
    builds.add_argument("--site", type=Path, default=Path("site"), help="folder to build into (default: site)")
    exports = command("export", run_export, "write all pages and a small mkdocs.yml to a folder")
    exports.add_argument("folder", type=Path, help="an empty or missing folder")
    serves = command("serve", run_serve, "serve the site and its forms")
    serves.add_argument("--site", type=Path, default=Path("site"), help="folder of the built site (default: site)")
    serves.add_argument("--host", default="127.0.0.1", help="address to listen at (default: 127.0.0.1)")
    serves.add_argument("--port", type=int, default=8000, help="port to listen at (default: 8000)")
    desk = command("desk", run_desk, "show sign-ups")
    desk.add_argument("action", choices=("list", "show"), help="list: one line a sign-up; show: one, whole")
    desk.add_argument("sign_up", nargs="?", help="for show: the number of the sign-up")
    outbox = command("outbox", run_outbox, "show mails: those on their way, sent, and given up")
    outbox.add_argument("--all", action="store_true", help="also those that are sent")
    return top


def run_check(options: argparse.Namespace) -> int:
    from mentorkorps.check import check

    folder = options.path or options.data
    if not folder.is_dir():
        raise CannotRun(f"the folder {folder} does not exist. Give the data folder: mentorkorps check data")
    verdict = check(folder, date.today())
    PRINTERS[options.format](verdict.problems, verdict.notices)
    return PROBLEMS if verdict.problems else SOUND


def print_text(problems: Sequence[Problem], notices: Sequence[Problem]) -> None:
    for problem in problems:
        print(problem)
    for notice in notices:
        print(f"{notice}  (til orientering)")
    found = "Ingen fejl" if not problems else "1 fejl" if len(problems) == 1 else f"{len(problems)} fejl"
    print(f"{found} i data.")


def print_github(problems: Sequence[Problem], notices: Sequence[Problem]) -> None:
    for level, found in (("error", problems), ("notice", notices)):
        for one in found:
            place = f"file={_property(one.file)},line={one.line},col={one.column},endColumn={one.end_column}"
            print(f"::{level} {place},title={_property(one.rule)}::{_escaped(one.message.da)}")


def print_json(problems: Sequence[Problem], notices: Sequence[Problem]) -> None:
    found = {"problems": [asdict(one) for one in problems], "notices": [asdict(one) for one in notices]}
    print(json.dumps(found, ensure_ascii=False, indent=2))


PRINTERS = {"text": print_text, "github": print_github, "json": print_json}


def _escaped(text: str) -> str:
    """Text for a GitHub workflow command, so that no value in the data can forge a line of its own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def run_build(options: argparse.Namespace) -> int:
    from mentorkorps.building import BuildFailed, build

    catalogue.load(options.data)
    try:
        build(options.data, options.site)
    except BuildFailed as error:
        raise CannotRun(str(error)) from error
    return SOUND


def run_export(options: argparse.Namespace) -> int:
    from mentorkorps.export import export

    if options.folder.exists() and any(options.folder.iterdir()):
        raise CannotRun(f"the folder {options.folder} is not empty. Name an empty or a missing one.")
    count = export(catalogue.load(options.data), options.folder)
    print(f"{count} pages written to {options.folder}.")
    return SOUND


def run_serve(options: argparse.Namespace) -> int:
    from mentorkorps.backend.app import create_app
    from mentorkorps.backend.reply import SiteMissing
    from mentorkorps.backend.serve import PortTaken, bind, run
    from mentorkorps.backend.settings import PUBLIC_URL, SettingsError, read
    from mentorkorps.backend.store import InUse

    address = f"http://{options.host}:{options.port}/"
    try:
        listening = bind(options.host, options.port)
        settings = read({PUBLIC_URL: address} | os.environ)
        app = create_app(catalogue.load(options.data), options.site, settings)
    except (SettingsError, SiteMissing, PortTaken, InUse) as error:
        raise CannotRun(str(error)) from error
    print(f"Mentorkorps is at {address}  (stop with Ctrl-C)")
    print(f"Data: {settings.database}   Mail: {settings.smtp or settings.mail_folder}", flush=True)
    run(app, listening)
    return SOUND


def run_desk(options: argparse.Namespace) -> int:
    from mentorkorps.backend import store

    settings = _settings_with_database()
    sign_ups = store.sign_ups(settings)
    if options.action == "list":
        for one in sign_ups:
            print(f"{one.id}  {one.received_at:%Y-%m-%d %H:%M}  {one.form:<16} {_state(one)}")
        waiting = sum(one.answered_at is None for one in sign_ups)
        print(f"{len(sign_ups)} sign-ups, {waiting} not answered yet.")
        return SOUND
    found = [one for one in sign_ups if options.sign_up and one.id.startswith(options.sign_up)]
    if len(found) != 1:
        raise CannotRun("give the number of one sign-up, as `mentorkorps desk list` shows it")
    _show(found[0], catalogue.load(options.data), store.consents(settings, found[0].id))
    return SOUND


def _state(sign_up: "SignUp") -> str:
    answered = "answered" if sign_up.answered_at else "not answered"
    confirmed = "confirmed" if sign_up.confirmed_at else "not confirmed"
    return f"{answered}, {confirmed}{', looks like spam' if sign_up.flagged else ''}"


def _show(sign_up: "SignUp", records: catalogue.Catalogue, consents: Sequence["Consent"]) -> None:
    from mentorkorps import forms

    print(f"{sign_up.id}  {sign_up.form}  {sign_up.received_at:%Y-%m-%d %H:%M} UTC  {_state(sign_up)}")
    for label, words in forms.rows(records.forms[sign_up.form], records, sign_up.answers, sign_up.language):
        print(f"  {label}: {words}")
    for consent in consents:
        print(f"  {consent.consent}: {consent.version}, {consent.given_at:%Y-%m-%d %H:%M} UTC")


def run_outbox(options: argparse.Namespace) -> int:
    from mentorkorps.backend import store

    mails = store.mails(_settings_with_database())
    for mail in mails:
        if options.all or mail.state != "sent":
            print(
                f"{mail.id}  {mail.kind:<8} {mail.state:<8} attempts {mail.attempts}  "
                f"due {mail.due_at:%Y-%m-%d %H:%M}  {mail.error or ''}".rstrip()
            )
    unsent = sum(mail.state not in ("sent", "failed") for mail in mails)
    failed = sum(mail.state == "failed" for mail in mails)
    print(f"{len(mails)} mails, {unsent} on their way, {failed} given up.")
    return SOUND


def _settings_with_database() -> "Settings":
    from mentorkorps.backend.settings import SettingsError, read

    try:
        settings = read(os.environ)
    except SettingsError as error:
        raise CannotRun(str(error)) from error
    if not settings.database.exists():
        raise CannotRun(f"there is no database at {settings.database} yet: nobody has signed up here")
    return settings


if __name__ == "__main__":
    sys.exit(main())
