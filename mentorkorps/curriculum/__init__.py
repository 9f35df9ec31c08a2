"""training/ -> the curriculum: modules, papers, cards and a timetable whose clock times are
computed.

One text serves two readers: what stands in trainer and key blocks is a block of its own from the
first reading, so that a participant's page is made of the other blocks and never sees it.
"""

from mentorkorps.curriculum.course_plan import course_sessions, variant_of
from mentorkorps.curriculum.loading import find_problems, load_curriculum
from mentorkorps.curriculum.markdown import REFERENCE, Block
from mentorkorps.curriculum.model import (
    NEVER_SHORTER,
    Activity,
    AddOn,
    Audience,
    CardSet,
    Curriculum,
    Day,
    Edition,
    Module,
    Paper,
    PaperKind,
    Slot,
    Term,
    Variant,
)
from mentorkorps.curriculum.timetable import Hour, Session, add, sessions, spread

__all__ = [
    "NEVER_SHORTER",
    "REFERENCE",
    "Activity",
    "AddOn",
    "Audience",
    "Block",
    "CardSet",
    "Curriculum",
    "Day",
    "Edition",
    "Hour",
    "Module",
    "Paper",
    "PaperKind",
    "Session",
    "Slot",
    "Term",
    "Variant",
    "add",
    "course_sessions",
    "find_problems",
    "load_curriculum",
    "sessions",
    "spread",
    "variant_of",
]
