"""The form backend: one process that serves the site, keeps sign-ups and sends their mails."""
