"""Mentorkorps' pages as MkDocs files; an adapter and nothing else."""

from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils.templates import TemplateContext

from mentorkorps.catalogue.diagnostics import DataError
from mentorkorps.publish.site_files import write_site_files
from mentorkorps.site.fragments import UnknownFragment
from mentorkorps.site.publication import Publication, read_publication
from mentorkorps.site.wide_tables import scrolling_tables

UNUSED = ("assets/javascripts/", "assets/stylesheets/", "assets/images/")
"""Material's own scripts, styles and pictures: no page asks for them."""


def on_config(config: MkDocsConfig) -> None:
    extra = config.extra
    try:
        extra["publication"] = read_publication(
            Path(extra["data"]),
            Path(extra["training"]),
            config.theme["language"],
            config.site_url or "",
            extra["forms_url"],
        )
    except DataError as error:
        raise PluginError(str(error)) from error


@event_priority(50)  # before the search plugin, so that it sees these pages
def on_files(files: Files, config: MkDocsConfig) -> Files:
    for file in [file for file in files if file.src_uri.startswith(UNUSED)]:
        files.remove(file)
    publication = publication_of(config)
    config.extra["bodies"] = bodies = {}
    for page in publication.pages():
        path = f"{publication.inside(page.at)}index.md"
        file = File.generated(config, path, content=page.front_matter)
        bodies[file.src_uri] = page.body
        if page.source:
            file.edit_uri = f"../../{page.source.file}#L{page.source.line}"
        files.append(file)
    return files


def on_env(env: Environment, config: MkDocsConfig, files: Files) -> None:
    env.globals |= publication_of(config).frame_values()


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    try:
        return publication_of(config).filled(markdown)
    except UnknownFragment as error:
        raise PluginError(f"{page.file.src_uri}: {error}") from error


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The body that was HTML from the beginning: Markdown would read it for nothing."""
    body: str | None = config.extra["bodies"].get(page.file.src_uri)
    return scrolling_tables(html) if body is None else body


def on_page_context(
    context: TemplateContext, page: Page, config: MkDocsConfig, nav: Navigation
) -> TemplateContext:
    values = publication_of(config).translation_values(page.url.removeprefix("./"))
    return context | values  # type: ignore[return-value] # MkDocs types its own keys alone


def on_post_build(config: MkDocsConfig) -> None:
    write_site_files(publication_of(config), Path(config.site_dir))


def on_template_context(context: TemplateContext, template_name: str, config: MkDocsConfig) -> None:
    if template_name == "shell.html":  # the backend answers with it at any depth
        context["base_url"] = publication_of(config).base_path


def publication_of(config: MkDocsConfig) -> Publication:
    """What `on_config` has read: MkDocs hands nothing else from one event to the next."""
    publication: Publication = config.extra["publication"]
    return publication
