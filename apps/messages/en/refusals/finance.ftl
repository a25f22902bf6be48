# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

document_type = the document has a document type of its own, which may define entities
    .allowed = none, or the bare document type of XHTML
    .action = fetch the report from the regulator's site again

no_such_file = there is no such file or folder
    .action = check the path

not_a_file = a folder was given where one report is read
    .action = give one of the files in it
