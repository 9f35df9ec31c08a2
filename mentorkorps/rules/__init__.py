"""Every rule about the data files: its code, how grave it is, what an editor is told, and an example of each side.

The checks, the help page on the site and the tests all read this one table.
"""

from mentorkorps.rules import files, judged, records, training
from mentorkorps.rules.rule import Message, Rule, Severity

RULES: dict[str, Rule] = files.RULES | records.RULES | judged.RULES | training.RULES

__all__ = ["RULES", "Message", "Rule", "Severity"]
