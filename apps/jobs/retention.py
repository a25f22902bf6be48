"""Jobs that ended long ago go: their rows, their recorded steps, what they keep for a retry. Readings stay."""

import logging
from datetime import timedelta

from apps.store import jobs
from apps.store.deletion import delete_everything_of
from apps.store.ids import now
from apps.store.store import Store
from core_model.errors import NotAllowed, NotFound

AT_A_TIME = 50
log = logging.getLogger(__name__)


def forget_old_jobs(store: Store) -> list[str]:
    """Remove jobs that ended more than ``keep_jobs_days`` of the settings ago, the oldest first, some at a time. Where
    that is 0 none ever goes.

    Returns:
        Their ids.
    """
    from apps.jobs.records import forget  # takes DBOS in

    days = store.settings.keep_jobs_days
    if not days:
        return []
    gone = []
    for job_id in jobs.ended_before(store, now() - timedelta(days=days), AT_A_TIME):
        try:
            deleted = delete_everything_of(store, job_id)
        except (NotFound, NotAllowed):  # deleted or retried since, or its input is being read again
            continue
        gone += deleted.rows["job"]  # with those that ended on the same input
    if gone:
        forget(store, gone)
        log.info("%d jobs that ended more than %d days ago were removed", len(gone), days)
    return gone
