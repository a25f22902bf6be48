# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

folder_not_empty = the folder for the phantom holds files already
    .allowed = an empty or new folder
    .action = name another folder

phantom_size = a phantom of size '{ $size }' and seed { $seed }
    .allowed = size { $sizes }, seed 0 or more
    .action = name one of these sizes

report_kind = an example report of seed { $seed } and kind '{ $kind }'
    .allowed = seed 0 or more, kind { $kinds }
    .action = name one of these kinds, or none
