# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

document_unreadable = a document that is no { $kind }: { $place }: { $why }
    .action = read the input again

library_missing = the library { $name } is not installed
    .action = install Tandem with all that it depends on

no_port = the ports from { $wanted } on are taken
    .action = give a free one with --port

notice_of_use = Tandem supports decisions in research. It is not a medical device, its findings are not a diagnosis, and nothing it says is investment advice. A qualified person decides.

weights_card_empty = a card that names no weights
    .action = reinstall the weights

weights_card_missing = the weights '{ $name }' are not installed
    .action = install a release or a checkout that is complete

weights_card_unreadable = a card of the weights '{ $name }' that is not JSON
    .action = reinstall the weights
