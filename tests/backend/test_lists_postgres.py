"""The lists on a PostgreSQL server: what opened is told once, also by two instances that start together."""

from mentorkorps.catalogue.load import load_catalogue
from tests.backend.conftest import eventually, opened
from tests.backend.mailing_lists import batches, join, mails, open_smiths, write_data


def test_two_instances_tell_an_opening_once(tmp_path, hands, cluster):
    environ = {"DATABASE_URL": cluster.fresh(), "FOLDER": str(tmp_path / "var")}
    data = write_data(tmp_path)
    with opened(tmp_path, load_catalogue(data), hands, **environ) as portal:
        join(portal, "nyhedsbrev", "laeser", place="5000")
    open_now = open_smiths(data)
    with (
        opened(tmp_path, open_now, hands, **environ) as portal,
        opened(tmp_path, open_now, hands, **environ),
    ):
        eventually(lambda: [("opened", "programmes/smedenes-korps", "waiting")] == batches(portal))
        hands.pass_by(hours=2, minutes=1)
        eventually(lambda: {"laeser"} == mails(portal, "opened").keys())
        eventually(lambda: "done" == batches(portal)[0][2])
        assert 1 == sum(mail.kind == "opened" for mail in portal.mails())
