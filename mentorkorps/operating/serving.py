"""`mentorkorps serve`"""

import argparse
import os
from socket import socket

from mentorkorps import catalogue
from mentorkorps.backend.app import create_app
from mentorkorps.backend.reply import SiteMissing
from mentorkorps.backend.serve import PortTaken, TooFewFiles, bind, connections_allowed, run
from mentorkorps.backend.settings import PUBLIC_URL, SettingsError, read
from mentorkorps.backend.socket_activation import UnusableSocket, address_of, passed_on
from mentorkorps.backend.store import CannotOpen
from mentorkorps.ending import SOUND, CannotRun


def serve(options: argparse.Namespace) -> int:
    try:
        limits = connections_allowed()
        listening, address = _listening(options)
        with listening:
            settings = read({PUBLIC_URL: address} | os.environ)
            app = create_app(catalogue.load(options.data), options.site, settings)
            print(f"Mentorkorps is at {address}  (stop with Ctrl-C)")
            print(f"Data: {settings.database}   Mail: {settings.smtp or settings.mail_folder}", flush=True)
            run(app, listening, limits)
    except (SettingsError, SiteMissing, PortTaken, UnusableSocket, TooFewFiles, CannotOpen) as error:
        raise CannotRun(str(error)) from error
    return SOUND


def _listening(options: argparse.Namespace) -> tuple[socket, str]:
    """The socket that systemd passed on, else one of our own; and its address as people write it."""
    if passed := passed_on(os.environ):
        return passed, address_of(passed)
    return bind(options.host, options.port), f"http://{options.host}:{options.port}/"
