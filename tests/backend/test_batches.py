"""Batches and newsletters as an operator handles them: held, released, sent and cancelled, and counted."""

from tests.backend.test_lists import batches, before, changed, join, mails, operate  # noqa: F401 (before is a fixture)
