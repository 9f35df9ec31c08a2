"""`mentorkorps picture`: makes pictures fit for the site."""

import argparse
from pathlib import Path

from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.exit_codes import SOUND, CannotRun


def add_commands(add: AddCommand) -> None:
    picture = add(
        "picture",
        run_picture,
        "make pictures fit for the site: upright, small, without place and names",
    )
    files_help = "a jpg, png or webp, written in its place"
    picture.add_argument("files", type=Path, nargs="+", metavar="FILE", help=files_help)


def run_picture(options: argparse.Namespace) -> int:
    from mentorkorps.catalogue import images

    for path in options.files:
        before = path.stat().st_size
        try:
            size = images.clean_picture(path)
        except ValueError as error:
            why = "is no whole jpg, png or webp picture; nothing is changed"
            raise CannotRun(f"{path} {why}") from error
        after = path.stat().st_size
        weights = f"{before // 1000} kB before and {after // 1000} kB now"
        print(f"{path}: {size.width} × {size.height} pixels, {weights}")
    return SOUND
