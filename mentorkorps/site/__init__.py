"""The catalogue -> the pages of the site in both languages. Pure: no clock, no disk, no host."""

from mentorkorps.site.fragments import UnknownFragment, fill, fragments
from mentorkorps.site.page import Page
from mentorkorps.site.record_pages import site_pages

__all__ = [
    "Page",
    "UnknownFragment",
    "fill",
    "fragments",
    "site_pages",
]
