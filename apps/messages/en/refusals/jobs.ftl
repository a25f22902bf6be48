# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

defect = the step '{ $step }' failed with an internal error ({ $kind } in { $module }, line { $line })

job_kind_taken = a job of the kind '{ $kind }' is registered by { $first } and again by { $second }
    .allowed = one function for each kind
    .action = give one of them another name, or leave its module out of TANDEM_JOB_MODULES

job_module_missing = the module { $module }, which should register jobs, cannot be found
    .action = correct TANDEM_JOB_MODULES, or the module's name

job_not_done = the job was { $state }

jobs_file_damaged = the file of the recorded steps is damaged, or was replaced
    .action = start the worker again; it begins a new one

no_kind_registered = none is registered

no_process_for_worker = no worker process can be started ({ $why })
    .action = end other programs, or raise the limit of processes

record_not_json = the record of a step is not JSON, and is not read
    .action = retry the job; it begins anew

unknown_job_kind = no job of the kind '{ $kind }' is known here
    .allowed = { $kinds }
    .action = start the worker with the module that registers it

worker_broken = the worker failed with an internal error ({ $kind }, line { $line })
    .action = start it again

worker_does_not_start = no worker can be started
    .action = run 'tandem worker' to see why (it ended with status { $status })

worker_stuck = the worker's heart has not beaten for { $seconds } s
    .action = start it again
