# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

folder_not_empty = the folder for the phantom holds files already
    .allowed = an empty or new folder
    .action = name another folder
