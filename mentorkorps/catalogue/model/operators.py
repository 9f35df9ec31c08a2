"""Who runs the portal: who is responsible for it, and how they are reached."""

from dataclasses import dataclass

from mentorkorps.catalogue.model.text import Id, Title
from mentorkorps.catalogue.yaml_nodes import Place


@dataclass(frozen=True, slots=True)
class Operator:
    """The one who runs the portal. What lacks is said to lack wherever it would be printed.

    `controller`: who decides over personal data (GDPR, article 4(7)), with `cvr`, the number in the
    Danish register of companies, and the postal `address`. `mailbox` reads what people write,
    `phone` is answered in the `hours`. `trial`: nobody answers, and real answers are not wanted.
    """

    id: Id
    at: Place
    controller: str | None = None
    cvr: str | None = None
    address: str | None = None
    mailbox: str | None = None
    phone: str | None = None
    hours: Title | None = None
    trial: bool = False

    @property
    def phone_link(self) -> str:
        """`tel:+4566000001`; a number without a country is Danish."""
        digits = "".join(sign for sign in self.phone or "" if sign.isdigit() or sign == "+")
        return f"tel:{digits}" if digits.startswith("+") else f"tel:+45{digits}"

    @property
    def is_reachable(self) -> bool:
        """Whether people are told who is responsible and where to write (GDPR, article 13(1)(a))."""
        return bool(self.controller and self.address and self.mailbox)


NOBODY = Operator("nobody", Place("data/operators.yaml", 1, 1))
"""Where the data do not say who runs the portal."""
