# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

document_unreadable = a document that is no { $kind }: { $place }: { $why }
    .action = read the input again
