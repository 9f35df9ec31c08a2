"""What a mail tells beside the facts of the sign-up that it goes to: records, and what belongs to
them.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from mentorkorps.backend.db.records import Mail, SignUp
from mentorkorps.backend.mail.frame import Fact
from mentorkorps.backend.mail.mime import Attachment
from mentorkorps.interface.languages import Language


@dataclass(frozen=True, slots=True)
class MailContent:
    """`table`: rows of facts in the place of those of the sign-up. `values`: by the names that the
    kind's template uses. `page`: the public address that the button leads to."""

    table: tuple[Fact, ...] | None = None

    values: Mapping[str, Hashable] = field(default_factory=dict)
    page: str = ""
    attachments: tuple[Attachment, ...] = ()


ContentOf = Callable[[Mail, SignUp, Language], MailContent]
"""Makes it when the mail leaves. Raises SubjectGone where it has nothing to tell any more."""
