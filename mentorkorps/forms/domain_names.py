"""Domains of mail and web addresses: as the network knows them, as people read them, and what was meant by a slip.

Kept is the ASCII form, since mail, Origin and duplicates need one; shown is what was typed.
Chromium does the same to what is typed into its field but not to what a script puts in, so form.js
does it there. A likely slip is asked about by the server alone: the page comes back with status
200, since nothing is wrong, and the second sending passes.

A copy of the list of slips in JavaScript would be a second truth.
"""

import idna

COMMON = (
    "gmail.com",
    "hotmail.com",
    "hotmail.dk",
    "outlook.com",
    "outlook.dk",
    "live.dk",
    "live.com",
    "icloud.com",
    "yahoo.dk",
    "yahoo.com",
    "jubii.dk",
    "jubiimail.dk",
    "mail.dk",
    "tdcadsl.dk",
    "post.tele.dk",
    "stofanet.dk",
    "youmail.dk",
    "webspeed.dk",
    "get2net.dk",
    "protonmail.com",
    "proton.me",
)
"""Where most people in Denmark have their mail, the largest first: what a slip is held against."""
KNOWN = frozenset(
    (
        *COMMON,
        "googlemail.com",
        "hotmail.co.uk",
        "msn.com",
        "me.com",
        "mac.com",
        "ymail.com",
        "aol.com",
        "mail.com",
        "rocketmail.com",
        "email.com",
        "email.dk",
        "post.com",
        "cloud.com",
        "pm.me",
        "fastmail.com",
        "zoho.com",
        "hey.com",
        "gmx.com",
        "yandex.com",
        "privat.dk",
        "sol.dk",
        "ofir.dk",
        "mail.tele.dk",
        "adslhome.dk",
        "fibermail.dk",
        "bbsyd.dk",
        "energimail.dk",
        "kabelmail.dk",
        "profibermail.dk",
        "nypost.dk",
        "oncable.dk",
        "tiscali.dk",
        "wanadoo.dk",
    )
)
"""Domains that are never doubted, also where one is spelt much like another."""
NO_TOP_LEVEL = {
    **dict.fromkeys(
        ("con", "cmo", "ocm", "comm", "coom", "vom", "xom", "cpm", "conm", "com1"), "com"
    ),
    **dict.fromkeys(("dkk", "ddk", "kd", "dk1"), "dk"),
}
"""Slips for .com and .dk that are no top-level domains (IANA's list of them, November 2026)."""
NO_MAIL_THERE = {
    **dict.fromkeys(
        ("gmail.dk", "gmail.co", "gmail.cm", "gmail.om", "gmail.net", "gmail.org"), "gmail.com"
    ),
    **dict.fromkeys(("icloud.dk", "icloud.co", "icloud.cm", "icloud.net"), "icloud.com"),
}
"""Real domains under which these two services give nobody a mailbox."""
SHORTEST = 5
"""Letters of a name from which one wrong letter is a slip; of shorter names only two letters changed about are."""


def ascii_domain(domain: str) -> str:
    """The domain as DNS and mail know it: blåbær.dk -> xn--blbr-roah.dk (IDNA 2008, mapped by UTS 46).

    Raises ValueError for what can be no domain.
    """
    return (
        domain
        if domain.isascii()
        else idna.encode(domain, uts46=True, std3_rules=True).decode("ascii")
    )


def ascii_address(address: str) -> str:
    """A mail address with its domain in ASCII; what stands before the @ stays. Raises ValueError."""
    local, at, domain = address.rpartition("@")
    return f"{local}{at}{ascii_domain(domain)}"


def readable_address(address: str) -> str:
    """A mail address as its owner writes it: anna@xn--blbr-roah.dk -> anna@blåbær.dk."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{idna.decode(domain) if 'xn--' in domain.lower() else domain}"
    except ValueError:
        return address


def suggested_address(address: str) -> str | None:
    """The address that was probably meant: a@gmial.com -> a@gmail.com. None where the domain is no likely slip."""
    local, at, domain = address.rpartition("@")
    suggestion = _meant(domain.lower())
    return f"{local}{at}{suggestion}" if suggestion else None


def _meant(domain: str) -> str | None:
    if domain in KNOWN:
        return None
    if domain in NO_MAIL_THERE:
        return NO_MAIL_THERE[domain]
    name, dot, top = domain.rpartition(".")
    mended = f"{name}{dot}{NO_TOP_LEVEL.get(top, top)}"
    matches = (common for common in COMMON if _is_slip_for(common, mended))
    return mended if mended in KNOWN else next(matches, mended if mended != domain else None)


def _is_slip_for(common: str, typed: str) -> bool:
    name, _, top = common.partition(".")
    typed_name, _, typed_top = typed.partition(".")
    is_near = top == typed_top and abs(len(name) - len(typed_name)) <= 1
    return is_near and _differs_by_one(name, typed_name)


def _differs_by_one(name: str, typed: str) -> bool:
    """Whether two letters are changed about or, in a longer name, one is wrong, missing or too many."""
    if sorted(name) == sorted(typed):
        return name in _swapped(typed)
    return len(name) >= SHORTEST and (
        name in _replaced(typed, name) or name in _cut(typed) or typed in _cut(name)
    )


def _swapped(text: str) -> set[str]:
    return {text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1)}


def _cut(text: str) -> set[str]:
    return {text[:at] + text[at + 1 :] for at in range(len(text))}


def _replaced(text: str, other: str) -> set[str]:
    if len(text) != len(other):
        return set()
    return {text[:at] + other[at] + text[at + 1 :] for at in range(len(text))}
