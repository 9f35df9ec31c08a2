"""What a site holds beside its pages: slides, calendar files, and the names of places."""

from pathlib import Path

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
