"""Batches and newsletters as an operator handles them: held, released, sent and cancelled, and counted."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from mentorkorps.backend.db import connect
from mentorkorps.catalogue.load import Catalogue, load_catalogue
from tests.backend.conftest import KEY, Hands, eventually, opened, run_cli, text_of
from tests.backend.test_lists import batches, before, changed, join, mails, operate  # noqa: F401 (before is a fixture)
