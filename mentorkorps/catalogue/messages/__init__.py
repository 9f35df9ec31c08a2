"""Every rule about the data files: its code, how grave it is, what an editor is told, and an
example of each side.

The checks, the help page on the site and the tests all read this one table.
"""

from mentorkorps.catalogue.messages import files, policy, records, training
from mentorkorps.catalogue.messages.rule import Message, Rule, Severity

RULES: dict[str, Rule] = files.RULES | records.RULES | policy.RULES | training.RULES

__all__ = [
    "RULES",
    "Message",
    "Rule",
    "Severity",
]
