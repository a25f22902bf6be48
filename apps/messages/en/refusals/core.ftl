# Made by: python -m apps.messages.collect. Do not edit; change the sentences where they are raised.

candidates_misshapen = candidates whose vectors, positions, spacing, facts and scores do not fit together
    .allowed = [N, T, C], [N, T, 3], [N, 3], [N, F] and [N]

candidates_not_finite = candidates with a value that is not finite

card_unreadable = a card that names no weights
    .action = reinstall the weights

empty_row = a row without tokens
    .allowed = at least one token in every row

weights_differ = weights that differ from their card's SHA-256
    .action = reinstall the weights

weights_missing = the weights that the card names are not beside it
    .action = reinstall, or make them again with the command in the card
