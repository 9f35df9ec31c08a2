"""What the desk says of those who wait for something to open."""

from mentorkorps.catalogue.load import load_catalogue
from tests.backend.conftest import Hands, opened
from tests.backend.mailing_lists import join, write_data
from tests.backend.test_desk_log_in import logged_in

PEOPLE = """
default: mentor@example.org
people:
- {name: Anna Ley, email: anna@example.org, roles: [{role: coordinator, organisation: portal}]}
- {name: Al, email: al@example.org, language: en, roles: [{role: auditor}]}
"""


def test_before_something_opens_the_desk_says_how_many_wait_and_shows_nobody(tmp_path):
    recipients = tmp_path / "recipients.yaml"
    recipients.write_text(PEOPLE)
    catalogue = load_catalogue(write_data(tmp_path))
    with opened(tmp_path, catalogue, Hands(), RECIPIENTS=str(recipients)) as portal:
        for number in range(4):
            join(portal, "interesseliste", f"vera{number}", place="5000")
        anna, _ = logged_in(portal, "anna@example.org")
        few = anna.get("/desk/interest").text
        join(portal, "interesseliste", "vera4", place="5000", programme="smedenes-korps")
        danish = anna.get("/desk/interest").text
        auditor, _ = logged_in(portal, "al@example.org")
        english = auditor.get("/desk/interest").text
        stranger = portal.client.get("/desk/interest", follow_redirects=False)

    assert "Færre end 5 står på interesselisten" in few
    assert "Odense" not in few
    assert "5 står på interesselisten" in danish
    assert "5 i Odense" in danish
    assert "5 in Odense" in english
    assert "vera" not in danish
    assert "smed" not in danish.casefold(), "one person alone asked for that programme"
    assert (303, "/desk/?to=") == (stranger.status_code, stranger.headers["location"][:10])
