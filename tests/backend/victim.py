"""A server in a process of its own, for the test that kills it: python -m tests.backend.victim SITE PORT."""

import os
import sys
from pathlib import Path

from mentorkorps import catalogue
from mentorkorps.backend import serve, settings
from mentorkorps.backend.app import create_app
from tests.conftest import ROOT

if __name__ == "__main__":
    site, port = sys.argv[1:]
    records = catalogue.load(ROOT / "data")
    app = create_app(records, Path(site), settings.read(os.environ))
    serve.run(app, serve.bind("127.0.0.1", int(port)))
