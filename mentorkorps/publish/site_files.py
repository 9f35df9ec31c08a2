"""What a site holds beside its pages: slides, calendars, names of places, and word to robots."""

from pathlib import Path

from mentorkorps.interface.addresses import address
from mentorkorps.interface.languages import LANGUAGES
from mentorkorps.publish.calendars import write_calendars
from mentorkorps.publish.slides import write_slides
from mentorkorps.site.place_index import write_place_index
from mentorkorps.site.publication import Publication


def write_site_files(publication: Publication, folder: Path) -> None:
    """Writes them into the folder of one language's built site."""
    sites = {publication.language: folder}
    write_slides(publication.catalogue, publication.curriculum, sites)
    write_calendars(publication.catalogue, sites, publication.public_url)
    write_place_index(publication.catalogue, folder)
    if not publication.front:
        robots = robots_txt(publication.public_url)
        (folder / "robots.txt").write_text(robots, "utf-8")


def robots_txt(public_url: str) -> str:
    """Every page may be read; the sitemap of each language (RFC 9309, sitemaps.org)."""
    sitemaps = [
        f"Sitemap: {public_url}{address('front', language)}sitemap.xml" for language in LANGUAGES
    ]
    return "\n".join(["User-agent: *", "Allow: /", "", *sitemaps, ""])
