"""The store: one database and one folder of blobs, used through functions that take the open ``Store`` first.

    from apps.store.store import open_store
    from apps.store import inputs, readings, blobs, deletion, audit

    with open_store() as store:                       # settings of the environment; makes a new SQLite file
        input_id = inputs.add(store, "report.htm")    # the only place where a path is kept
        reading = readings.find(store, "finance.read", provenance)

- ``inputs``    paths of what was given, by id
- ``jobs``      rows of jobs; ``workers`` their heartbeats (use ``apps.jobs`` from outside)
- ``readings``  documents with their provenance: an equal one gives the stored reading
- ``blobs``     content by its hash: bytes, files, arrays
- ``folders``   which store a folder of files belongs to, and who may read it; ``disk`` how files are written
- ``audit``     the chain of acts; ``verify`` checks it
- ``applications``  what the store has to know of those that keep tables of their own in it; it knows none by name
- ``migrations``  ``upgrade`` brings a database to the newest schema, with the branch of each application

A function that raises leaves the store as it was. What the database says about itself (locked, full, read-only, newer
schema) is an ``Unavailable`` with a code. SQL stands here and in the ``records`` of the applications, nowhere else.
"""
