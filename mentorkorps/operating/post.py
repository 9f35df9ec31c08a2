"""`mentorkorps outbox`: what goes out."""

import argparse

from mentorkorps.backend import store
from mentorkorps.ending import SOUND
from mentorkorps.operating.house import operating


def outbox(options: argparse.Namespace) -> int:
    with operating() as settings:
        mails = store.mails(settings)
    for mail in mails:
        if options.all or mail.state != "sent":
            print(
                f"{mail.id}  {mail.kind:<8} {mail.state:<8} attempts {mail.attempts}  "
                f"due {mail.due_at:%Y-%m-%d %H:%M}  {mail.error or ''}".rstrip()
            )
    unsent = sum(mail.state not in ("sent", "failed") for mail in mails)
    failed = sum(mail.state == "failed" for mail in mails)
    print(f"{len(mails)} mails, {unsent} on their way, {failed} given up.")
    return SOUND
