"""CONTRIBUTING's recipes for a migration and for a periodic job, followed in a copy of the tree."""

import os
import shutil
import subprocess
import sys

import pytest

from mentorkorps.backend.db import connect, migrate
from tests.backend.conftest import KEY, built_site
from tests.backend.test_store import read_settings
from tests.conftest import ROOT

MIGRATION = '''
"""What a coordinator notes about a sign-up."""

import sqlalchemy as sa
from alembic import op

revision = "{name}"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("sign_ups", sa.Column("note", sa.String))
'''
COLUMN = '\nSIGN_UPS.append_column(Column("note", String))\n'
OPENS = """
import os
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from mentorkorps.backend.db import connect
from mentorkorps.backend.db.tables import METADATA
from mentorkorps.backend.settings import read_settings
read = read_settings(os.environ)
connect.open_database(read).close()
with connect.opened_to_read(read) as snapshot:
    context = MigrationContext.configure(snapshot.connection, opts={"compare_type": False})
    assert [] == compare_metadata(context, METADATA)
    print(context.get_current_revision())
"""
JOB = '''
"""Counts what there is, now and then."""

import logging

from mentorkorps.backend.db import retention_rows
from mentorkorps.backend.db.connect import Database
from mentorkorps.backend.jobs.periodic import PeriodicJob

log = logging.getLogger(__name__)


class Tally(PeriodicJob):
    """Logs how many sign-ups there are."""

    name = "tally"
    seconds_between = 60

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    async def look(self) -> None:
        log.info("tally: %s", sum((await self._database.read(retention_rows.figures)).sign_ups.values()))
'''
RUNS = """
import asyncio, logging, os, sys
from pathlib import Path
from mentorkorps.backend.app import create_app
from mentorkorps.backend.settings import read_settings
from mentorkorps.catalogue.load import load_catalogue
logging.basicConfig(level=logging.INFO, stream=sys.stdout)
app = create_app(load_catalogue(Path("data")), Path(sys.argv[1]), read_settings(os.environ))
async def live():
    async with app.router.lifespan_context(app):
        await asyncio.sleep(2)
asyncio.run(live())
"""


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(ROOT / "mentorkorps", tmp_path / "mentorkorps")
    shutil.copytree(ROOT / "data", tmp_path / "data")
    return tmp_path


def run(copy, program, *arguments):
    variables = {
        "MENTORKORPS_DATABASE_URL": f"sqlite:///{copy}/m.db",
        "MENTORKORPS_SECRET_KEYS": KEY,
        "PYTHONPATH": str(copy),
    }
    ended = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=copy,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ended.returncode, ended.stderr
    return ended.stdout


def change(path, before, after):
    text = path.read_text("utf-8")
    assert 1 == text.count(before), before
    path.write_text(text.replace(before, after), "utf-8")


def test_a_migration_brings_a_database_of_today_along(copy):
    connect.open_database(read_settings(f"sqlite:///{copy}/m.db")).close()
    versions = copy / "mentorkorps" / "backend" / "db" / "migrations" / "versions"
    last = max(path.stem for path in versions.glob("*.py"))
    assert last == max(path.stem for path in (migrate.MIGRATIONS / "versions").glob("*.py"))
    name = f"{int(last[:4]) + 1:04}_notes"
    (versions / f"{name}.py").write_text(MIGRATION.lstrip().format(name=name, before=last))
    tables = copy / "mentorkorps" / "backend" / "db" / "tables.py"
    tables.write_text(tables.read_text("utf-8") + COLUMN, "utf-8")

    assert name == run(copy, OPENS).strip()


def test_a_periodic_job_looks_as_soon_as_the_server_lives(copy):
    backend = copy / "mentorkorps" / "backend"
    (backend / "jobs" / "tally.py").write_text(JOB.lstrip())
    change(
        backend / "services.py",
        "    database: Database\n",
        "    database: Database\n    tally: RunningJob\n",
    )
    change(
        backend / "services.py", "        return (\n", "        return (\n            self.tally,\n"
    )
    change(
        backend / "app.py",
        "        database=database,\n",
        "        database=database,\n        tally=Tally(database),\n",
    )
    change(
        backend / "app.py",
        "from mentorkorps.backend.jobs.missing_records",
        "from mentorkorps.backend.jobs.tally import Tally\nfrom mentorkorps.backend.jobs.missing_records",
    )

    assert "tally: 0" in run(copy, RUNS, built_site(copy / "site"))
