"""`mentorkorps serve`

There is no `--workers`: two services on two ports behind the proxy need no code, and one can be
upgraded alone.
"""

import argparse
import os
from socket import socket

from mentorkorps.backend.app import create_app
from mentorkorps.backend.db.errors import CannotOpen
from mentorkorps.backend.settings import PUBLIC_URL, SettingsError, read_settings
from mentorkorps.backend.web.responses import SiteMissing
from mentorkorps.backend.web.server import PortTaken, TooFewFiles, bind_socket, connections_allowed, run_server
from mentorkorps.backend.web.socket_activation import UnusableSocket, address_of, passed_on
from mentorkorps.catalogue.load import load_catalogue
from mentorkorps.commands.exit_codes import SOUND, CannotRun


def serve(options: argparse.Namespace) -> int:
    try:
        limits = connections_allowed()
        listening, address = _listening(options)
        with listening:
            settings = read_settings({PUBLIC_URL: address} | os.environ)
            app = create_app(load_catalogue(options.data), options.site, settings)
            print(f"Mentorkorps is at {address}  (stop with Ctrl-C)")
            print(f"Data: {settings.database}   Mail: {settings.smtp or settings.mail_folder}", flush=True)
            run_server(app, listening, limits)
    except (SettingsError, SiteMissing, PortTaken, UnusableSocket, TooFewFiles, CannotOpen) as error:
        raise CannotRun(str(error)) from error
    return SOUND


def _listening(options: argparse.Namespace) -> tuple[socket, str]:
    """The socket that systemd passed on, else one of our own; and its address as people write it."""
    if passed := passed_on(os.environ):
        return passed, address_of(passed)
    return bind_socket(options.host, options.port), f"http://{options.host}:{options.port}/"
