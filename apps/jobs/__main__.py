"""``python -m apps.jobs``: one worker; see ``apps.jobs.worker``."""

from apps.jobs.worker import main

main()
