"""The store: one database and one folder of blobs, used through functions that take the open ``Store`` first.

    from apps.store.store import open_store
    from apps.store import inputs, readings, blobs, medical, finance, deletion, audit

    with open_store() as store:                       # settings of the environment; makes a new SQLite file
        input_id = inputs.add(store, "report.htm")    # the only place where a path is kept
        reading = readings.find(store, "finance.read", provenance)

- ``inputs``    paths of what was given, by id
- ``jobs``      rows of jobs; ``workers`` their heartbeats (use ``apps.jobs`` from outside)
- ``readings``  documents with their provenance: the same four give the stored reading
- ``blobs``     content by its hash: bytes, files, arrays
- ``ownership``  which store a folder of files belongs to; ``disk`` how files are written
- ``audit``     the chain of acts; ``verify`` checks it
- ``migrations``  ``upgrade`` brings a database to the newest schema

A function that raises leaves the store as it was. What the database says about itself (locked, full, read-only, newer
schema) is an ``Unavailable`` with a code. No SQL stands outside this package.
"""
