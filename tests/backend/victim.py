"""Servers that are killed one after another, each a process of its own: python -m tests.backend.victim SITE PORT.

A line on stdin, the seconds that its clock is ahead, starts one; its process id comes back. What all of them need is
loaded once. With VICTIM_USER, a number, each becomes that user, as a service that root starts does.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

from mentorkorps.backend import settings
from mentorkorps.backend.app import create_app
from mentorkorps.backend.clock import utc_now
from mentorkorps.backend.web import server as web_server
from mentorkorps.catalogue.load import load_catalogue
from tests.conftest import ROOT

if __name__ == "__main__":
    site, port = sys.argv[1:]
    records, read = load_catalogue(ROOT / "data"), settings.read_settings(os.environ)
    for line in sys.stdin:
        ahead = timedelta(seconds=int(line))
        if child := os.fork():
            print(child, flush=True)
            os.waitpid(child, 0)
            continue
        if user := int(os.environ.get("VICTIM_USER", "0")):
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        app = create_app(records, Path(site), read, lambda ahead=ahead: utc_now() + ahead)
        web_server.run_server(
            app, web_server.bind_socket("127.0.0.1", int(port)), web_server.connections_allowed()
        )
        os._exit(0)
