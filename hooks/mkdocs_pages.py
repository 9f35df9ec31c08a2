"""Mentorkorps' pages as MkDocs files; an adapter and nothing else."""

from pathlib import Path
from urllib.parse import urljoin, urlsplit

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.curriculum.loading import load_curriculum
from mentorkorps.interface import addresses
from mentorkorps.interface.i18n import words
from mentorkorps.publish import calendars, slides
from mentorkorps.site import place_index
from mentorkorps.site.fragments import UnknownFragment, fill
from mentorkorps.site.record_pages import site_pages

UNUSED = ("assets/javascripts/", "assets/stylesheets/", "assets/images/")
"""Material's own scripts, styles and pictures: no page asks for them."""


def on_config(config: MkDocsConfig) -> None:
    try:
        config.extra["catalogue"] = load_catalogue(Path(config.extra["data"]), "data")
        training = Path(config.extra["training"])
        config.extra["curriculum"] = load_curriculum(
            training, config.extra["catalogue"], "training"
        )
    except DataError as error:
        raise PluginError(str(error)) from error


@event_priority(50)  # before the search plugin, so that it sees these pages
def on_files(files: Files, config: MkDocsConfig) -> Files:
    for file in [file for file in files if file.src_uri.startswith(UNUSED)]:
        files.remove(file)
    language = config.theme["language"]
    config.extra["bodies"] = bodies = {}
    extra = config.extra
    for page in site_pages(extra["catalogue"], language, extra["forms_url"], extra["curriculum"]):
        file = File.generated(
            config, f"{inside(page.at, language)}index.md", content=page.front_matter
        )
        bodies[file.src_uri] = page.body
        if page.source:
            file.edit_uri = f"../../{page.source.file}#L{page.source.line}"
        files.append(file)
    return files


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    language = config.theme["language"]
    front, elsewhere = (
        addresses.address("front", code) for code in (language, other_than(language))
    )
    env.globals |= {
        "t": words(language),
        "language": language,
        "place": lambda kind: inside(addresses.address(kind, language), language),
        "elsewhere": addresses.relative(front, elsewhere),
    }


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    try:
        return fill(markdown, config.extra["catalogue"], config.theme["language"])
    except UnknownFragment as error:
        raise PluginError(f"{page.file.src_uri}: {error}") from error


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    return config.extra["bodies"].get(
        page.file.src_uri, html
    )  # HTML already: Markdown would read it for nothing


def on_page_context(
    context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
) -> None:
    language = config.theme["language"]
    front = addresses.address("front", language)
    if translations := addresses.translations(front + page.url.removeprefix("./")):
        root = config.site_url.removesuffix(front)
        context["translated"] = addresses.relative(front, translations[other_than(language)])
        context["alternates"] = [(code, urljoin(root, at)) for code, at in translations.items()]


def on_post_build(config: MkDocsConfig) -> None:
    language = config.theme["language"]
    site, root = (
        {language: Path(config.site_dir)},
        config.site_url.removesuffix(addresses.address("front", language)),
    )
    slides.write_slides(config.extra["catalogue"], config.extra["curriculum"], site)
    calendars.write_calendars(config.extra["catalogue"], site, root)
    place_index.write(config.extra["catalogue"], site[language])


def on_template_context(context: TemplateContext, template_name: str, config: MkDocsConfig) -> None:
    if template_name == "shell.html":  # the backend answers with it at any depth
        context["base_url"] = urlsplit(config.site_url).path


def inside(at: str, language: str) -> str:
    """An address as seen from the root of one language's own site."""
    return at.removeprefix(addresses.address("front", language))


def other_than(language: str) -> str:
    return "da" if language == "en" else "en"
