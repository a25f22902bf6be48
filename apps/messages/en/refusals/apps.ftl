# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

document_unreadable = a document that is no { $kind }: { $place }: { $why }
    .action = read the input again

no_port = the ports from { $wanted } on are taken
    .action = give a free one with --port

notice_of_use = Tandem supports decisions in research. It is not a medical device, its findings are not a diagnosis, and nothing it says is investment advice. A qualified person decides.
