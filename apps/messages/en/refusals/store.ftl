# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

bad_path = the path is no valid text in this system's encoding
    .action = rename the file or folder

blobs_foreign = the blob folder holds the contents of another database
    .action = set TANDEM_BLOBS_DIR to a folder for this database alone

database_foreign = the database holds tables of another program
    .action = give Tandem a database of its own with TANDEM_DATABASE_URL

database_url_rejected = the database URL names no file
    .allowed = sqlite:////absolute/file

disk_full = the disk is full, nothing was stored
    .action = free some space

driver_missing = the driver of PostgreSQL is not installed
    .action = run: pip install 'tandem[postgres]'

no_such_file = there is no such file or folder
    .action = check the path
