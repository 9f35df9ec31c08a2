"""`python -m mentorkorps`: the command line without an installed script."""

import sys

from mentorkorps.commands.cli import main

sys.exit(main())
