"""The command line: parse, call, print, exit code. Each family of commands stands in its module,
and heavy imports happen inside the command that needs them.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.commands import (
    access_log,
    certificates,
    check,
    desk,
    edit,
    lists,
    maintenance,
    newsletter,
    outbox,
    papers,
    pictures,
    serve,
    site,
)
from mentorkorps.commands.arguments import Run
from mentorkorps.commands.exit_codes import COULD_NOT_RUN, PROBLEMS, SOUND, CannotRun

FAMILIES = (
    check,
    site,
    papers,
    pictures,
    edit,
    serve,
    desk,
    access_log,
    outbox,
    newsletter,
    lists,
    certificates,
    maintenance,
)
"""In the order of the help."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command. Returns 0 if all is well, 1 for problems in the data, 2 if it could not
    run.
    """
    options = parser().parse_args(arguments)
    run: Run = options.run
    try:
        exit_code = run(options)
        sys.stdout.flush()
        return exit_code
    except BrokenPipeError:
        # whoever reads has seen enough; what is left must go somewhere, or Python complains at exit
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
    """The parser of every command, with the function that runs it as `run`."""
    shared = argparse.ArgumentParser(add_help=False)
    data_help = "folder of the data files (default: data)"
    shared.add_argument("--data", type=Path, default=Path("data"), help=data_help)
    top = argparse.ArgumentParser(
        prog="mentorkorps", description="The portal for volunteer mentor corps."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, run: Run, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, parents=[shared], help=help, description=help)
        command.set_defaults(run=run)
        return command

    for family in FAMILIES:
        family.add_commands(add)
    return top
