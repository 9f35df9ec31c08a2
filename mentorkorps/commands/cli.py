"""The command line: parse, call, print, exit code. Heavy imports happen inside the command that needs them."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.commands import operators
from mentorkorps.commands.exit_codes import COULD_NOT_RUN, PROBLEMS, SOUND, CannotRun
from mentorkorps.interface.languages import LANGUAGES

if TYPE_CHECKING:
    pass
from mentorkorps.catalogue.tables import ADDED_BY_NEW
from mentorkorps.commands.check import run_check
from mentorkorps.commands.edit import run_diff, run_new, run_schema
from mentorkorps.commands.papers import run_kit, run_pack, run_papers
from mentorkorps.commands.site import run_build, run_export


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns 0 if all is well, 1 for problems in the data, 2 if it could not run."""
    options = parser().parse_args(arguments)
    try:
        ended = options.run(options)
        sys.stdout.flush()
        return ended
    except (
        BrokenPipeError
    ):  # whoever reads has seen enough; what is left must go somewhere, or Python complains at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return SOUND
    except OSError as error:
        if error.filename is None:
            raise
        print(f"mentorkorps: {error.filename}: {error.strerror}", file=sys.stderr)
        return COULD_NOT_RUN
    except (KeyboardInterrupt, EOFError):
        print("\nmentorkorps: stopped", file=sys.stderr)
        return COULD_NOT_RUN
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
    checks.add_argument("--format", choices=("text", "github", "json"), default="text", help="how to tell it")
    checks.add_argument(
        "--on", type=date.fromisoformat, default=date.today(), metavar="DATE",
        help="judge as on that day: what will be stale then? (default: today)",
    )  # fmt: skip
    checks.add_argument(
        "--since", metavar="BASE",
        help="a Git revision or another data folder: what is not there is new, and may not begin in the past; "
        "what is there may not vanish, and what calendars showed there must be told as changed "
        "(default: HEAD, where Git knows the data)",
    )  # fmt: skip
    builds = command("build", run_build, "build the site in both languages")
    builds.add_argument("--site", type=Path, default=Path("site"), help="folder to build into (default: site)")
    exports = command("export", run_export, "write all pages and a small mkdocs.yml to a folder")
    exports.add_argument("folder", type=Path, help="an empty or missing folder")
    prints = command("papers", run_papers, "write workbook, trainer guide, run sheet, cards and handouts as PDF")
    kits = command(
        "kit", run_kit, "write what a dated course needs on the day: lists, signs, run sheet, mail, calendar"
    )
    kits.add_argument("course", help="the id of a course in data/courses.yaml")
    operators.names.add_options(kits, "names for list and tags, else they are blank", required=False)
    packs = command("pack", run_pack, "write the course as one zip a language that opens without a network")
    packs.add_argument("--without-pdf", action="store_true", help="pages, slides and search alone")
    for made in (prints, kits, packs):
        made.add_argument("folder", type=Path, help="folder to write to")
        made.add_argument("--language", choices=LANGUAGES, help="one language (default: both)")
    shown = command("picture", run_picture, "make pictures fit for the site: upright, small, without place and names")
    shown.add_argument("files", type=Path, nargs="+", metavar="FILE", help="a jpg, png or webp, written in its place")
    schemas = command("schema", run_schema, "write a JSON Schema of every table, for editors' tools")
    schemas.add_argument("--to", type=Path, default=None, help="folder to write to (default: schema/ in the data)")
    news = command("new", run_new, "add a whole record to its file: a programme, an organisation, a course or an event")
    news.add_argument("kind", choices=tuple(ADDED_BY_NEW), help="what to add")
    news.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="values",
        help="give a value instead of being asked, such as name.da=Smedene or sources=a,b",
    )  # fmt: skip
    news.add_argument("--from", dest="earlier", metavar="ID", help="for a course or an event: copy this earlier one")
    news.add_argument("--date", type=date.fromisoformat, help="for --from: the first day of the copy")
    differs = command("diff", run_diff, "say in plain Danish what changes on the site since BASE")
    differs.add_argument("base", help="a Git revision such as origin/main, or another data folder")
    operators.add_commands(command)
    return top


def run_picture(options: argparse.Namespace) -> int:
    from mentorkorps.catalogue import images

    for path in options.files:
        before = path.stat().st_size
        try:
            size = images.clean_picture(path)
        except ValueError as error:
            raise CannotRun(f"{path} is no whole jpg, png or webp picture; nothing is changed") from error
        after = path.stat().st_size
        print(f"{path}: {size.width} × {size.height} pixels, {before // 1000} kB before and {after // 1000} kB now")
    return SOUND
