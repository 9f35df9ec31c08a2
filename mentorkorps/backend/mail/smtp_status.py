"""What a mail server's refusal means: whom it is about, and whether another try can help.

The reply code says whether it is for good (RFC 5321, 4.2.1), the enhanced status code whom it is about (RFC 3463, and
the registry "SMTP Enhanced Status Codes" at iana.org/assignments/smtp-enhanced-status-codes). The words are never kept:
servers repeat addresses in them.

A bare 550 is believed once another mail of the same audience was accepted: Exim says "550 relay
not permitted" without an enhanced code, and takes what is for its own people, coordinators often,
all the while.
"""

import re
import ssl
from dataclasses import dataclass
from typing import Literal

from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from mentorkorps.interface.i18n import words
from mentorkorps.interface.languages import Language

Verdict = Literal["gone", "unclear", "recipient", "server", "broken"]

GONE = {
    "5.1.1": "no_mailbox",  # bad destination mailbox address (RFC 3463, 3.2)
    "5.1.2": "no_domain",  # bad destination system address (RFC 3463, 3.2)
    "5.1.3": "bad_address",  # bad destination mailbox address syntax (RFC 3463, 3.2)
    "5.1.6": "moved",  # destination mailbox has moved, no forwarding address (RFC 3463, 3.2)
    "5.1.10": "no_domain",  # the recipient's domain has a null MX (RFC 7505, 4.2)
    "5.2.1": "disabled",  # mailbox disabled, not accepting messages (RFC 3463, 3.3)
}
"""The recipient is meant, for good.

All other codes may be about us, the relay or a rule, and are tried again.
"""
UNCLEAR = (550, 551, 553, 556)
"""Refusals of a recipient without an enhanced code (RFC 5321, 4.2.3; 556: RFC 7504, 4).

Some relays answer so, too, when it is us whom they refuse ("550 relay not permitted").
"""
BY_ENHANCED = {
    "1.7": "sender",  # bad sender's mailbox address syntax (RFC 3463, 3.2)
    "1.8": "sender",  # bad sender's system address (RFC 3463, 3.2)
    "2": "full",  # mailbox status (RFC 3463, 3.3)
    "2.3": "too_large",  # message length exceeds administrative limit (RFC 3463, 3.3)
    "3.4": "too_large",  # message too big for system (RFC 3463, 3.4)
    "7.8": "login",  # authentication credentials invalid (RFC 4954, 6)
    "7.9": "login",  # authentication mechanism is too weak (RFC 4954, 6)
    "7": "refused",  # security or policy (RFC 3463, 3.8)
}
"""By subject and detail, or by subject alone."""
LOGIN = ("530", "534", "535", "538")
"""RFC 4954, 6: whatever the enhanced code is."""
BY_CODE = {"421": "busy", "454": "refused", "552": "full"}
"""Without an enhanced code that says more (RFC 5321, 4.2.3).

454 is how Postfix puts off whom it does not relay for.
"""
BY_ERROR = {
    "SMTPConnectError": "away",
    "ConnectionRefusedError": "away",
    "gaierror": "away",
    "SMTPConnectTimeoutError": "silent",
    "SMTPReadTimeoutError": "silent",
    "SMTPTimeoutError": "silent",
    "TimeoutError": "silent",
    "SMTPServerDisconnected": "cut",
    "ConnectionResetError": "cut",
    "SSLError": "encryption",
    "SMTPException": "unsupported",
    "SMTPNotSupported": "unsupported",
    "SMTPResponseException": "nonsense",
    "FileNotFoundError": "file",
    "PermissionError": "file",
}
CERTIFICATE = {
    "9": "certificate_date",
    "10": "certificate_date",
    "62": "certificate_name",
    "64": "certificate_name",
}
"""Why a certificate does not hold (X509_STORE_CTX_get_error(3) of OpenSSL).

It is not yet or no longer valid, or of another name. All others: nobody whom this machine trusts
vouches for it.
"""

GREYLISTING = ("450", "451")
"""With 4.7.1 as its enhanced code (RFC 6647, 5)."""
TO_RCPT = (SMTPRecipientRefused.__name__, "SMTPRecipientsRefused")
"""The second of them stands in rows that were written until November 2026."""

ENHANCED = re.compile(r"(?:^|#)([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)", re.MULTILINE)
"""In front (RFC 2034, 4), or as qmail writes it: no mailbox here by that name (#5.1.1)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server said: its code, the enhanced code or "", and whether it answered RCPT.

    By an answer to RCPT it is about one recipient.
    """

    code: int
    enhanced: str
    is_to_rcpt: bool

    def __str__(self) -> str:
        return f"{self.code} {self.enhanced}".rstrip()


def reply_of(error: Exception) -> Reply | None:
    """The server's answer, if the error is one."""
    if not isinstance(error, SMTPResponseException) or not 200 <= error.code < 600:
        return None
    enhanced = ENHANCED.search(str(error.message))
    is_to_rcpt = isinstance(error, SMTPRecipientRefused)
    return Reply(error.code, enhanced[1] if enhanced else "", is_to_rcpt)


def judge_error(error: Exception) -> Verdict:
    """Whom an error is about.

    gone: the recipient, for good. unclear: the recipient, if others of that kind get through, else
    us. recipient: the recipient, for now. server: the mail server, or us as it sees us. broken: the
    mail cannot even be written.
    """
    reply = reply_of(error)
    if reply is None:
        return "server" if isinstance(error, SMTPException | OSError) else "broken"
    is_sender = isinstance(error, SMTPSenderRefused | SMTPAuthenticationError | SMTPConnectError)
    if reply.code >= 500 and reply.enhanced in GONE and not is_sender:
        return "gone"
    if reply.code in UNCLEAR and reply.is_to_rcpt and not reply.enhanced:
        return "unclear"
    return "recipient" if _is_about_mailbox(reply) else "server"


def _is_about_mailbox(reply: Reply) -> bool:
    subject = reply.enhanced[2:].partition(".")[0]
    if subject == "2" or (reply.code == 552 and not subject):
        return True
    # Greylisting and busy mailboxes; not a busy system, network or protocol (RFC 3463, 3.4 to 3.6).
    return reply.is_to_rcpt and reply.code in (450, 451, 452) and subject not in ("3", "4", "5")


def describe_error(error: Exception) -> str:
    """Codes and class of an error. Never its words: servers repeat addresses in them."""
    if certificate := _certificate_error(error):
        return f"{type(certificate).__name__} {certificate.verify_code}"
    return " ".join(filter(None, [str(reply_of(error) or ""), type(error).__name__]))


def explain(error: str, language: Language) -> str:
    """What `describe_error` gave, in words for the operator."""
    return words(language).text("outbox", _meaning(*error.split()))


def _meaning(first: str = "", second: str = "", *_: str) -> str:
    if first == ssl.SSLCertVerificationError.__name__:
        return CERTIFICATE.get(second, "certificate_issuer")
    if not first.isdigit():
        return BY_ERROR.get(first, "broken")
    if first in LOGIN:
        return "login"
    enhanced = second[2:] if second[1:2] == "." else ""
    if not enhanced and int(first) in UNCLEAR and second in TO_RCPT:
        return "recipient"
    if first in GREYLISTING and enhanced.startswith("7."):
        return "later"
    meaning = GONE.get(second) or BY_ENHANCED.get(enhanced) or BY_CODE.get(first)
    by_subject = BY_ENHANCED.get(enhanced.partition(".")[0])
    return meaning or by_subject or ("later" if first < "5" else "refused")


def _certificate_error(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    while error:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__
    return None
