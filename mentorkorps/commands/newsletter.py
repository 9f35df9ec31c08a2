"""`mentorkorps newsletter`: drafts of what is new in a municipality, looked at, and sent."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from mentorkorps.commands.arguments import AddCommand, Run
from mentorkorps.commands.context import counted, database_command
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.commands.lists import code_of
from mentorkorps.interface.languages import LANGUAGES

if TYPE_CHECKING:
    from mentorkorps.backend.db.records import Batch
    from mentorkorps.backend.settings import Settings


def add_commands(add: AddCommand) -> None:
    newsletter = add(
        "newsletter", run_newsletter, "draft, show and send what is new in a municipality"
    )
    shared = argparse.ArgumentParser(add_help=False)
    data_help = "folder of the data files (default: data)"
    shared.add_argument("--data", type=Path, default=argparse.SUPPRESS, help=data_help)
    actions = newsletter.add_subparsers(dest="action", required=True, metavar="ACTION")

    def add_action(name: str, run: Run, help: str) -> argparse.ArgumentParser:
        action = actions.add_parser(name, parents=[shared], help=help, description=help)
        action.set_defaults(run_action=run)
        return action

    draft = add_action("draft", _draft, "draft one for each municipality with news and readers")
    draft.add_argument("--municipality", metavar="PLACE", help="only for that municipality")
    for option, name, help in (
        ("--from", "first", "the first day of the period (default: of last month)"),
        ("--to", "last", "the last day of the period (default: of last month)"),
    ):
        draft.add_argument(option, dest=name, type=date.fromisoformat, metavar="DATE", help=help)
    add_action("list", _list, "the newsletters there are, and how far they have come")
    show = add_action("show", _show, "the words of one, without anything personal")
    show.add_argument("newsletter", help="its number, or how it begins")
    show.add_argument("--language", choices=LANGUAGES, default="da", help="default: da")
    send = add_action("send", _send, "let one leave, or all drafts; also while the server runs")
    which = send.add_mutually_exclusive_group(required=True)
    which.add_argument("newsletter", nargs="?", help="its number, or how it begins")
    which.add_argument("--all", action="store_true", help="all that are drafts")


def run_newsletter(options: argparse.Namespace) -> int:
    run: Run = options.run_action
    return run(options)


def _draft(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import danish_day, utc_now
    from mentorkorps.backend.db import connect
    from mentorkorps.backend.jobs import command_files
    from mentorkorps.backend.lists import newsletter

    records, now = load_catalogue(options.data), utc_now()
    codes = (code_of(records, options.municipality),) if options.municipality else ()
    last_month = newsletter.month_before(danish_day(now))
    period = newsletter.Period(options.first or last_month.first, options.last or last_month.last)
    with database_command() as settings:
        with connect.opened_to_read(settings) as snapshot:
            key = settings.secret_keys[0]
            drafts = newsletter.drafts(snapshot, records, key, period, now, codes)
        count = 0
        if drafts:
            command = command_files.CommandFile("draft", newsletter.drafts_as_json(drafts))
            count = command_files.run_beside_server(settings, command, utc_now)
    print(f"{counted(count, 'newsletter', 'newsletters')} drafted. Nothing has left.")
    return SOUND


def _list(options: argparse.Namespace) -> int:
    records = load_catalogue(options.data)
    with database_command() as settings:
        newsletters = _newsletters(settings)
    for batch in newsletters:
        print(f"{batch.id}  {batch.state:<9} {batch.mails:>5} mails  {_title(records, batch)}")
    print(f"{counted(len(newsletters), 'newsletter', 'newsletters')}.")
    return SOUND


def _show(options: argparse.Namespace) -> int:
    from mentorkorps.backend.lists import contents

    records = load_catalogue(options.data)
    with database_command() as settings:
        batch = _meant(settings, options.newsletter)
    told = contents.ListContents(records, settings.public_url, Path())
    print(_title(records, batch))
    for news in told.news(batch.content, options.language):
        print(f"\n{news.why}")
        for label, value in news.rows:
            print(f"{label}: {value}")
        print(news.page)
    return SOUND


def _send(options: argparse.Namespace) -> int:
    from mentorkorps.backend.clock import utc_now
    from mentorkorps.backend.jobs import command_files

    with database_command() as settings:
        if options.all:
            chosen = [batch for batch in _newsletters(settings) if batch.state == "draft"]
        else:
            chosen = [_meant(settings, options.newsletter)]
        sent = sum(
            command_files.run_beside_server(
                settings, command_files.CommandFile("send", batch.id), utc_now
            )
            for batch in chosen
        )
    print(f"{counted(sent, 'newsletter leaves', 'newsletters leave')}.")
    return SOUND


def _title(records: Catalogue, batch: "Batch") -> str:
    told = json.loads(batch.content)
    municipality = records.name("municipalities", batch.about.partition("/")[2], "da")
    return f"{municipality}, {told['first']} to {told['last']}"


def _newsletters(settings: "Settings") -> "list[Batch]":
    from mentorkorps.backend.db import operator_reads

    return [batch for batch in operator_reads.batches(settings) if batch.kind == "newsletter"]


def _meant(settings: "Settings", begins: str) -> "Batch":
    meant = [batch for batch in _newsletters(settings) if batch.id.startswith(begins)]
    if len(meant) != 1:
        raise CannotRun("give the number of one, as `mentorkorps newsletter list` shows it")
    return meant[0]
