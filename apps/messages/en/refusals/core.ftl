# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

card_unreadable = a card that names no weights
    .action = reinstall the weights

checkpoint_unreadable = a checkpoint that cannot be read ({ $kind })
    .action = remove it: the run then begins anew

corpus_empty = a corpus without text
    .allowed = one passage a line, an empty line between documents
    .action = give another file

empty_row = a row without tokens
    .allowed = at least one token in every row

training_differs = a folder with a training that follows from something else: { $differences }
    .action = give another folder, or remove this one

training_unknown = a folder with a checkpoint, but without what it follows from
    .action = give another folder, or remove this one

weights_differ = weights that differ from their card's SHA-256
    .action = reinstall the weights

weights_missing = the weights that the card names are not beside it
    .action = reinstall, or make them again with the command in the card
