"""Data whose forms allow news, people on the lists, and what they get."""

import re
import shutil
from email.message import EmailMessage
from pathlib import Path

from mentorkorps.catalogue.load import Catalogue, load_catalogue
from tests.backend.conftest import Portal, run_cli
from tests.conftest import HERE

SAYS = "2026-11-22"
CONTACT = '{id: contact, version: "2026-11-22", required: true, text: {da: Ja., en: "Yes."}'
NEWS = """    - id: news
      version: "2026-11-22"
      required: false
      text: {da: Ja., en: "Yes."}
      allows: [programmes, courses]
"""


def write_data(folder: Path) -> Path:
    """The sound records with lists whose consents allow news; neither course nor event is open."""
    data = folder / "data"
    shutil.copytree(HERE / "sound", data)
    forms = data / "forms.yaml"
    text = forms.read_text("utf-8")
    at = text.index("- id: interesseliste")
    interest = text[at:].replace(f"{CONTACT}}}\n", f"{CONTACT}, allows: [programmes]}}\n{NEWS}")
    interest = interest.replace("  journey: true\n", "  answered: false\n")
    join = text[:at].replace(
        'en: "Yes, thanks."}}', 'en: "Yes, thanks."}, allows: [programmes, courses]}'
    )
    forms.write_text(join + interest, "utf-8")
    others = next(
        path for path in (data / "forms").glob("*.yaml") if "nyhedsbrev" in path.read_text()
    )
    text = others.read_text("utf-8")
    at, end = text.index("- id: nyhedsbrev"), text.index("- id: kursusevaluering")
    newsletter = text[at:end].replace(
        f"{CONTACT}}}", f"{CONTACT}, allows: [programmes, courses, events]}}"
    )
    newsletter = newsletter.replace("  retention:", "  answered: false\n  retention:")
    others.write_text(text[:at] + newsletter + text[end:], "utf-8")
    for table in ("courses", "events"):
        edit(data, table, "status: open", "status: planned")
    whole = """municipalities: ["0329", "0461"]
  mentors: {da: Alle., en: Anybody.}
  audience: {da: Flygtninge., en: Refugees.}
  commitment: {hours_per_month: 4, months: 3}
  training: {days: 2, mandatory: true, text: {da: To dage., en: Two days.}}
  matching: {by: both, text: {da: Efter branche., en: By industry.}}
  insurance: {da: Du er forsikret., en: You are insured.}
  answers: {function: {da: Koordinatoren, en: The coordinator}, working_days: 3}
"""
    edit(data, "programmes", 'municipalities: ["0329", "0461"]\n', whole)
    return data


def edit(data: Path, table: str, before: str, after: str) -> Catalogue:
    """The catalogue after an editor put a text in the place of another, once."""
    path = data / f"{table}.yaml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    return load_catalogue(data)


OPEN = 'status: open\n  confirmed: "2026-11-23"\n  municipalities: ["0461"]'


def open_smiths(data: Path) -> Catalogue:
    """After the Smiths' corps has opened in Odense, where it is not the first."""
    return edit(data, "programmes", 'status: interest\n  municipalities: ["0329", "0461"]', OPEN)


def join(
    portal: Portal, form: str, name: str, /, is_confirmed: bool = True, **answers: str
) -> None:
    typed = {"email": f"{name}@example.org", "language": "da", "contact": SAYS}
    answer = portal.client.post(f"/forms/{form}", data=typed | answers)
    assert 303 == answer.status_code, answer.text
    if is_confirmed:
        sign_up = next(
            sign_up
            for sign_up in portal.sign_ups()
            if sign_up.email == typed["email"] and sign_up.confirmed_at is None
        )
        token = portal.signed("confirm", f"{sign_up.id}.{sign_up.asked_stamp}")
        assert 200 == portal.client.post(f"/confirm/{token}").status_code


def mails(portal: Portal, kind: str) -> dict[str, EmailMessage]:
    """The mails of a kind that have left, by who got them."""
    folder = portal.settings.mail_folder
    sent = [folder / f"{mail.id}.eml" for mail in portal.mails() if mail.kind == kind]
    letters = [portal.read(path) for path in sent if path.exists()]
    return {str(letter["To"]).partition("@")[0]: letter for letter in letters}


def leave_in(letter: EmailMessage) -> str:
    return "/leave/" + re.search(r"/leave/([\w.-]+)>", letter["List-Unsubscribe"])[1]


def batches(portal: Portal) -> list[tuple[str, str, str]]:
    rows = portal.rows("SELECT kind, about, state FROM batches ORDER BY created_at, state")
    return [tuple(row) for row in rows]


def own_page(portal: Portal, name: str) -> str:
    sign_up = next(
        sign_up for sign_up in portal.sign_ups() if sign_up.email == f"{name}@example.org"
    )
    return f"/mine/{portal.token('mine', sign_up)}"


def operate(portal: Portal, monkeypatch, capsys, *command: str, code: int = 0) -> str:
    """What a command of the operator says beside the server that runs."""
    for name, value in portal.environ.items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    assert code == run_cli(command), capsys.readouterr().err
    return capsys.readouterr().out
