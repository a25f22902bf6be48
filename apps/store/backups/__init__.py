"""One file that holds a whole store, and a store from such a file.

- ``snapshot``  a consistent copy of the database while others write: SQLite's backup API, or ``pg_dump``
- ``archive``   the file: a manifest, the database, the contents by their hashes, the uploads; ``backup`` writes it
- ``restore``   a store from the file, where none is

A backup holds what the readings and the applications need. What stood between the steps of jobs that are not done is
left out: after a restore they begin anew. It holds names and paths as the store does: it is for this user alone, and
deleting something from the store does not reach it.
"""

from apps.store.backups.archive import BackedUp, backup
from apps.store.backups.restore import Restored, restore

__all__ = ["BackedUp", "Restored", "backup", "restore"]
