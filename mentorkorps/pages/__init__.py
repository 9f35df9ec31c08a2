"""The catalogue -> the pages of the site in both languages. Pure: no clock, no disk, no host."""

from mentorkorps.pages.fragments import UnknownFragment, fill, fragments
from mentorkorps.pages.page import Page
from mentorkorps.pages.site import pages

__all__ = ["Page", "UnknownFragment", "fill", "fragments", "pages"]
