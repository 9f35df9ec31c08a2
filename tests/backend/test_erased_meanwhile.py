"""A sign-up that is erased in another tab, or by the nightly purge, while a request about it is answered."""

from dataclasses import replace

import pytest
from httpx import ASGITransport, AsyncClient

from mentorkorps.backend.app import create_app
from mentorkorps.backend.bookings import allocation
from mentorkorps.backend.desk import routes as desk_routes
from mentorkorps.backend.settings import read_settings
from mentorkorps.backend.signups import lifecycle, retention
from tests.backend.conftest import KEY, awaited, booked, built_site, volunteer

STEPS = {
    "confirm": ("confirm", lifecycle.confirm, "/confirm/{token}"),
    "look": ("mine", None, "/mine/{token}"),
    "change": ("mine", lifecycle.change, "/mine/{token}/change"),
    "withdraw": ("mine", lifecycle.withdraw, "/mine/{token}/withdraw"),
    "take an offer": ("offer", allocation.take, "/offer/{token}/yes"),
    "decline an offer": ("offer", allocation.decline, "/offer/{token}/no"),
    "note an answer": ("desk", desk_routes.answer, "/desk/{token}/answered"),
    "say that it is no spam": ("desk", desk_routes.take_doubt_away, "/desk/{token}/restore"),
}


class ErasedBefore:
    """The database, in which somebody erases a sign-up just before one job runs."""

    def __init__(self, database, job, id):
        self.database, self.job, self.id = database, job, id

    async def change(self, job, *values):
        if job is self.job or self.job is None:
            await self.database.change(retention.erase, self.id)
        return await self.database.change(job, *values)

    async def read(self, query, *values):
        if self.job is None:
            await self.database.change(retention.erase, self.id)
        return await self.database.read(query, *values)


@pytest.mark.parametrize(("purpose", "job", "path"), STEPS.values(), ids=STEPS.keys())
def test_what_is_erased_in_between_is_gone_and_no_fault(tmp_path, real, purpose, job, path):
    url = f"sqlite:///{tmp_path}/m.db"
    settings = read_settings({"MENTORKORPS_DATABASE_URL": url, "MENTORKORPS_SECRET_KEYS": KEY})
    app = create_app(real, built_site(tmp_path / "site"), settings)
    form, typed = ("kursus", booked("karen")) if purpose == "offer" else ("mentor", volunteer())

    async def answer():
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app), base_url="http://x") as client,
        ):
            services = app.state.services
            receipt = await client.post(f"/forms/{form}", data=typed)
            id = services.tokens.read("receipt", receipt.headers["location"].split("/")[-1])
            sign_up = await services.database.read(lifecycle.sign_up_rows.sign_up_by_id, id)
            mark = f".{sign_up.asked_stamp}" if purpose == "confirm" else ""
            token = services.tokens.sign(purpose, id + mark, services.clock())
            app.state.services = replace(
                services, database=ErasedBefore(services.database, job, id)
            )
            return await client.post(path.format(token=token), data=volunteer(name="Bo Testesen"))

    response = awaited(answer())
    assert (410, "no-cache, private") == (response.status_code, response.headers["cache-control"])
    assert "slettet" in response.text
