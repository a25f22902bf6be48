# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

application_missing = the database holds tables of an application that is not among the settings: { $name }
    .action = name the package of its records in TANDEM_APPLICATIONS

audit_changed = row { $seq } of the audit chain was changed
    .action = move this database away and run 'tandem restore FILE' with the last backup that verifies

audit_incomplete = row { $seq } of the audit chain is missing
    .action = move this database away and run 'tandem restore FILE' with the last backup that verifies

audit_replaced = row { $seq } of the audit chain is not the one that was known
    .action = move this database away and run 'tandem restore FILE' with the last backup that verifies

backup_exists = there is a file already where the backup is to be
    .action = give the name of a new file

backup_not_written = the backup cannot be written ({ $why })
    .action = give a place with enough room that can be written

backup_of_other_kind = the backup is of another kind of database ({ $kind })
    .allowed = the kind that TANDEM_DATABASE_URL names
    .action = set TANDEM_DATABASE_URL to a new database of that kind

backup_unreadable = the backup cannot be read ({ $why })
    .action = check the file and its permissions

bad_path = the path is not valid text in this system's encoding
    .action = rename the file or folder

blob_damaged = the stored content { $content } is damaged
    .action = delete the reading that needs it and read the input again

blobs_elsewhere = the blob folder does not hold the contents of this database
    .action = set TANDEM_BLOBS_DIR to the folder that does, then upgrade

blobs_foreign = the blob folder holds the contents of another database
    .action = set TANDEM_BLOBS_DIR to a folder for this database alone

blobs_read_only = the blob folder cannot be used ({ $why })
    .action = make it readable and writable, or set TANDEM_BLOBS_DIR

blobs_unusable = the blob folder cannot be used ({ $why })
    .action = check the disk

data_dir_open_to_others = other users of this machine can read the data folder
    .action = run 'chmod { $mode } { $folder }', or set { $variable } to a folder of its own

data_dir_unusable = the data folder cannot be used ({ $why })
    .action = set TANDEM_DATA_DIR to a folder that can be written

database_busy = the database server has no room for another connection
    .action = try again later

database_damaged = the database file is damaged
    .action = move it away and run 'tandem restore FILE' with a backup

database_file_damaged = the database file is damaged: { $found }
    .action = move it away and run 'tandem restore FILE' with a backup

database_foreign = the database holds tables of another program
    .action = give Tandem a database of its own with TANDEM_DATABASE_URL

database_io = the disk under the database fails
    .action = check the disk, then try again

database_locked = another program holds the database
    .action = end that program, or try again later

database_not_of_blobs = the blob folder holds the contents of a store that this database is not
    .action = put its database back, or move both away and run 'tandem restore FILE' with a backup

database_not_opened = the database cannot be opened
    .action = check that its folder can be used

database_read_only = the database can only be read
    .action = make its file and folder writable

database_refused = the database server refuses this user, or its password
    .action = correct TANDEM_DATABASE_URL

database_unreachable = the database server does not answer
    .action = start it, or correct TANDEM_DATABASE_URL

database_url_rejected = the database URL cannot be read
    .allowed = sqlite:////absolute/file or postgresql://user:password@host:port/name
    .action = correct TANDEM_DATABASE_URL; signs such as @ : / in a password are written as %40 %3A %2F

database_url_without_file = the database URL names no file
    .allowed = sqlite:////absolute/file

disk_full = the disk is full, nothing was stored
    .action = free some space and try again

document_not_read = the document of the reading { $id } cannot be read
    .action = delete the reading and read its input again

document_replaced = the document of the reading { $id } is not the one that was kept when it was read
    .action = delete the reading and read its input again, or run 'tandem restore FILE' with a backup

driver_missing = the driver of PostgreSQL is not installed
    .action = run: pip install 'tandem[postgres]'

file_no_database = the file is not a database
    .action = move it away and run 'tandem restore FILE' with a backup

file_not_stored = the file '{ $name }' of the reading is not stored
    .action = run the job again

in_use = a job is reading it
    .action = wait for it, or run 'tandem jobs cancel { $job }' first

inbox_unusable = the inbox in the data folder cannot be looked through ({ $why })
    .action = make it readable

input_gone = the input of this job is no longer in the store
    .action = give the file or folder again

job_cancelled = cancelled

job_done = done

job_ended = the job has ended ({ $state })

job_failed = failed

job_not_ended = the job is { $state }
    .action = run 'tandem jobs cancel { $job }' first

job_not_retryable = the job is { $state }
    .allowed = a job that failed or was cancelled

job_queued = queued

job_running = running

no_audit_head = this is no head of an audit chain
    .allowed = COUNT:HASH, as 'tandem db verify' prints it

no_job_to_delete = there is no job '{ $id }'
    .action = see { $commands }

no_reading_to_delete = there is no reading '{ $id }'
    .action = see { $commands }

no_such_content = there is no stored content { $content }
    .action = read the input again

no_such_job = there is no job '{ $id }'
    .action = see 'tandem jobs list'

no_such_path = there is no such file or folder
    .action = check the path

no_such_reading = there is no reading '{ $id }'
    .action = see the list of readings

no_such_user = the path cannot be looked up (there is no such user)
    .action = check it and its permissions

not_a_backup = the file is no whole backup of Tandem
    .allowed = what 'tandem backup FILE' writes
    .action = give another backup

not_deleted_alone = a row of the kind '{ $kind }' is not deleted by itself
    .allowed = ids of { $kinds }

path_gone = the file or folder is no longer where it was
    .action = put it back, or give its new place

path_unreadable_now = the file or folder can no longer be looked up ({ $why })
    .action = check its permissions

program_failed = the program { $program } failed with status { $status }
    .action = see whether it is of the server's version: { $program } --version

program_missing = the program { $program } of PostgreSQL is not installed
    .action = install the client programs of the server's version, and put them on the PATH

reading_gone = the reading was deleted while the job ended
    .action = read it again

records_missing = the package { $package }, which should hold an application's records, cannot be found
    .action = correct TANDEM_APPLICATIONS

restore_not_verified = what was restored does not verify
    .action = run 'tandem restore FILE' with another backup, to a new place

restore_over_blobs = the blob folder holds the contents of another database
    .action = set TANDEM_BLOBS_DIR, or TANDEM_DATA_DIR, to a new folder

restore_over_store = there is a database already where the backup is to be restored
    .action = move it away with its files, or set TANDEM_DATA_DIR or TANDEM_DATABASE_URL to a new place

row_differs = the row of the reading { $id } in the table { $table } differs from its document
    .action = delete the reading and read its input again, or run 'tandem restore FILE' with a backup

schema_missing = the database holds no tables of Tandem yet
    .allowed = schema { $heads }
    .action = run 'tandem db upgrade'

schema_newer = the database has schema { $revision }, newer than this version of Tandem knows
    .allowed = schema { $heads } and older
    .action = install the newer version of Tandem, or use another database

schema_older = the database has an older schema
    .allowed = schema { $heads }
    .action = run 'tandem db upgrade'

server_read_only = the database can only be read
    .action = connect to one that takes writes

store_changed = the store changed while it was copied
    .action = try again

unknown_id = there is nothing with the id '{ $id }'
    .allowed = an id such as reading-0123abcd
    .action = see { $commands }

unreadable_path = the path cannot be looked up ({ $why })
    .action = check it and its permissions

upload_not_removed = an uploaded file cannot be removed ({ $why })
    .action = make the inbox in the data folder writable, and remove it by hand

worker_died = { $count } workers died in the step '{ $step }'
    .action = it may need more memory than there is
