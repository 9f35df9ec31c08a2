"""The command line: parse, call, print, exit code. Heavy imports happen inside the command that needs them."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mentorkorps import catalogue, curriculum, handwritten, operating
from mentorkorps.ending import COULD_NOT_RUN, PROBLEMS, SOUND, CannotRun
from mentorkorps.model import LANGUAGES, Language
from mentorkorps.problem import DataError, Problem

if TYPE_CHECKING:
    from mentorkorps.announced import Announced
    from mentorkorps.described import Described
    from mentorkorps.vanished import Earlier

TRAINING = Path("training")
DOCS = Path("docs")
LOCAL = "http://127.0.0.1:8000/"


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
    operating.names.add_options(kits, "names for list and tags, else they are blank", required=False)
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
    news.add_argument("kind", choices=("programme", "organisation", "course", "event"), help="what to add")
    news.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="values",
        help="give a value instead of being asked, such as name.da=Smedene or sources=a,b",
    )  # fmt: skip
    news.add_argument("--from", dest="earlier", metavar="ID", help="for a course or an event: copy this earlier one")
    news.add_argument("--date", type=date.fromisoformat, help="for --from: the first day of the copy")
    differs = command("diff", run_diff, "say in plain Danish what changes on the site since BASE")
    differs.add_argument("base", help="a Git revision such as origin/main, or another data folder")
    operating.add_commands(command)
    return top


def run_check(options: argparse.Namespace) -> int:
    from mentorkorps import telling
    from mentorkorps.check import check

    folder = options.path or options.data
    if not folder.is_dir():
        raise CannotRun(f"the folder {folder} does not exist. Give the data folder: mentorkorps check data")
    earlier, before = _earlier(folder, options.since)
    verdict = check(folder, options.on, earlier=earlier, before=before)
    for problem in _of_texts(folder, verdict.records):
        (verdict.problems if problem.severity == "error" else verdict.notices).append(problem)
    found = sorted(verdict.problems + verdict.notices, key=lambda one: (one.file, one.line, one.column))
    if options.format == "json":
        print(telling.as_json(verdict.problems, verdict.notices, verdict.allowed))
    elif options.format == "github":
        print("".join(f"{line}\n" for line in telling.github(found)), end="")
        _add_to_job_summary(telling.summary(found, verdict.allowed))
    else:
        print("\n".join(telling.text(found, verdict.allowed, _wants_colour())))
    return PROBLEMS if verdict.problems else SOUND


def _earlier(data: Path, since: str | None) -> "tuple[Earlier | None, Announced | None]":
    """The records of the edition before, and what calendars showed; None where nobody can tell."""
    from mentorkorps import difference
    from mentorkorps.announced import announced

    try:
        with difference.before(since or "HEAD", data) as base:
            return difference.earlier(base), announced(base, datetime.now())
    except difference.NoBase as error:
        if since:
            raise CannotRun(str(error)) from error
        return None, None


def _of_texts(data: Path, records: catalogue.Catalogue | None) -> list[Problem]:
    """What is wrong with the training and the pages beside the data, once the data they lean on can be read."""
    if records is None:
        return []
    training, problems = None, []
    if (folder := data.resolve().parent / TRAINING).is_dir():
        training, problems = curriculum.find(folder, records, TRAINING.as_posix())
    return problems + list(handwritten.find(data.parent / DOCS, (data.parent / DOCS).as_posix(), records, training))


def _wants_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _add_to_job_summary(lines: Iterable[str]) -> None:
    """Adds to the page that GitHub shows of a run, if this is one."""
    if path := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as summary:
            summary.writelines(f"{line}\n" for line in lines)


def run_build(options: argparse.Namespace) -> int:
    from mentorkorps.building import BuildFailed, build
    from mentorkorps.publish import papers

    catalogue.load(options.data)
    try:
        build(options.data, options.site)
    except BuildFailed as error:
        raise CannotRun(str(error)) from error
    if not papers.can_be_pdf():
        print(papers.HOW)
    return SOUND


def run_export(options: argparse.Namespace) -> int:
    from mentorkorps.export import export
    from mentorkorps.publish import calendars, slides

    if options.folder.exists() and any(options.folder.iterdir()):
        raise CannotRun(f"the folder {options.folder} is not empty. Name an empty or a missing one.")
    records = catalogue.load(options.data)
    training = curriculum.load(TRAINING, records)
    count = export(records, options.folder, curriculum=training)
    sites: dict[Language, Path] = {one: options.folder / "docs" / one for one in LANGUAGES}
    count += slides.write(records, training, sites)
    calendars.write(records, sites, _public_url())
    slides.copy_assets(options.folder / "docs" / "da" / "assets")
    print(f"{count} pages written to {options.folder}.")
    return SOUND


def run_papers(options: argparse.Namespace) -> int:
    from mentorkorps.publish import papers

    records, training = _records(options)
    public_url = _public_url()
    for language in _languages(options):
        press = papers.Press(records, training, language, public_url)
        try:
            written = papers.write(press.prints(), options.folder / language)
        except papers.PangoMissing as error:
            raise CannotRun(str(error)) from error
        print(f"{len(written)} papers written to {options.folder / language}.")
    return SOUND


def run_kit(options: argparse.Namespace) -> int:
    from mentorkorps.publish import kits, papers

    records, training = _records(options)
    if options.course not in records.courses:
        raise CannotRun(f"there is no course {options.course!r}. There are: {', '.join(records.courses)}")
    public_url = _public_url()
    try:
        names = operating.names.read(options) if options.names else ()
        for language in _languages(options):
            press = papers.Press(records, training, language, public_url)
            kit = kits.Kit(press, records.courses[options.course], names)
            count = kits.write(kit, options.folder / language)
            print(f"{count} files written to {options.folder / language}.")
    except papers.PangoMissing as error:
        raise CannotRun(str(error)) from error
    return SOUND


def run_pack(options: argparse.Namespace) -> int:
    from mentorkorps.publish import packing, papers

    records, training = _records(options)
    public_url = _public_url()
    with_pdf = not options.without_pdf and papers.can_be_pdf()
    for language in _languages(options):
        prints = papers.Press(records, training, language, public_url).prints()
        pack = packing.Packer(records, training, language, public_url).pack(papers.pdfs(prints) if with_pdf else ())
        print(f"{packing.write(pack, options.folder)}  {len(pack.content) / 1e6:.1f} MB")
        for left_out in pack.left_out:
            print(f"  no room for {left_out.file}.pdf", file=sys.stderr)
    if not papers.can_be_pdf():
        print(papers.HOW, file=sys.stderr)
    return SOUND


def _records(options: argparse.Namespace) -> tuple[catalogue.Catalogue, curriculum.Curriculum]:
    records = catalogue.load(options.data)
    return records, curriculum.load(TRAINING, records)


def _languages(options: argparse.Namespace) -> Sequence[Language]:
    return (options.language,) if options.language else LANGUAGES


def _public_url() -> str:
    """Where the portal stands, for QR codes and links on paper, with a slash at its end."""
    if "MENTORKORPS_PUBLIC_URL" not in os.environ:
        print(f"mentorkorps: papers will lead to {LOCAL}; set MENTORKORPS_PUBLIC_URL", file=sys.stderr)
    return os.environ.get("MENTORKORPS_PUBLIC_URL", LOCAL).rstrip("/") + "/"


def run_picture(options: argparse.Namespace) -> int:
    from mentorkorps import pictures

    for path in options.files:
        before = path.stat().st_size
        try:
            size = pictures.clean(path)
        except ValueError as error:
            raise CannotRun(f"{path} is no whole jpg, png or webp picture; nothing is changed") from error
        after = path.stat().st_size
        print(f"{path}: {size.width} × {size.height} pixels, {before // 1000} kB before and {after // 1000} kB now")
    return SOUND


def run_schema(options: argparse.Namespace) -> int:
    from mentorkorps import schema

    folder = options.to or options.data / "schema"
    written = schema.write(catalogue.load(options.data), folder)
    print(f"{len(written)} schemas written to {folder}.")
    return SOUND


def run_new(options: argparse.Namespace) -> int:
    from mentorkorps import scaffold

    table = scaffold.KINDS[options.kind]
    records = catalogue.load(options.data)
    fields = records.described[table].fields
    given = dict(_assignment(one, set(scaffold.paths(fields))) for one in options.values)
    if options.earlier:
        held = {"course": records.courses, "event": records.events}.get(options.kind, {}).get(options.earlier)
        if held is None or options.date is None:
            raise CannotRun(
                "--from needs `new course` or `new event`, the id of one that exists, and --date YYYY-MM-DD"
            )
        text = scaffold.copy(options.data, table, held, options.date, date.today(), given)
    else:
        text = scaffold.record(fields, scaffold.defaults(options.kind, date.today()) | given, _ask)
    file, line = scaffold.append(options.data, table, text)
    print(f"{file}:{line}  added. Fill in what stands as a comment, and run: mentorkorps check")
    return SOUND


def _assignment(written: str, known: set[str]) -> tuple[str, str]:
    path, equals, value = written.partition("=")
    if not equals or path not in known:
        raise CannotRun(f"--set {written}: write FIELD=VALUE, with one of {', '.join(sorted(known))}")
    return path, value


def _ask(path: str, field: "Described") -> str:
    if not sys.stdin.isatty():
        raise CannotRun(f"“{path}” is needed: give it as --set {path}=VALUE")
    options = f" ({', '.join(field.options)})" if field.options else ""
    answer = ""
    while not answer:
        answer = input(f"{path}{options}: {field.meaning.da} ").strip()
    return answer


def run_diff(options: argparse.Namespace) -> int:
    from mentorkorps import difference, telling

    try:
        with difference.before(options.base, options.data) as base:
            found = list(difference.differences(base, options.data, date.today()))
    except difference.NoBase as error:
        raise CannotRun(str(error)) from error
    print("\n".join(map(telling.visible, found)) if found else "Intet ændrer sig på siden.")
    changes = [f"- {telling.markdown(one)}" for one in found]
    _add_to_job_summary(["## Det ændrer sig på siden", "", *(changes or ["Intet."]), ""])
    return SOUND


if __name__ == "__main__":
    sys.exit(main())
