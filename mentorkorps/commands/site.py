"""`mentorkorps build` and `export`: the site as folders of files."""

import argparse
from pathlib import Path

from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.commands.arguments import AddCommand
from mentorkorps.commands.exit_codes import SOUND, CannotRun
from mentorkorps.commands.folders import TRAINING, public_url
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.interface.languages import LANGUAGES, Language
from mentorkorps.publish.pdf import HOW_TO_GET_PANGO, can_be_pdf


def add_commands(add: AddCommand) -> None:
    build = add("build", run_build, "build the site in both languages")
    site_help = "folder to build into (default: site)"
    build.add_argument("--site", type=Path, default=Path("site"), help=site_help)
    export = add("export", run_export, "write all pages and a small mkdocs.yml to a folder")
    export.add_argument("folder", type=Path, help="an empty or missing folder")


def run_build(options: argparse.Namespace) -> int:
    from mentorkorps.site.build import BuildFailed, build_site

    load_catalogue(options.data)
    try:
        build_site(options.data, options.site)
    except BuildFailed as error:
        raise CannotRun(str(error)) from error
    if not can_be_pdf():
        print(HOW_TO_GET_PANGO)
    return SOUND


def run_export(options: argparse.Namespace) -> int:
    from mentorkorps.publish import calendars, slides
    from mentorkorps.site.export import export_pages

    if options.folder.exists() and any(options.folder.iterdir()):
        raise CannotRun(
            f"the folder {options.folder} is not empty. Name an empty or a missing one."
        )
    records = load_catalogue(options.data)
    training = load_curriculum(TRAINING, records)
    count = export_pages(records, options.folder, curriculum=training)
    sites: dict[Language, Path] = {
        language: options.folder / "docs" / language for language in LANGUAGES
    }
    count += slides.write_slides(records, training, sites)
    calendars.write_calendars(records, sites, public_url())
    slides.copy_assets(options.folder / "docs" / "da" / "assets")
    print(f"{count} pages written to {options.folder}.")
    return SOUND
