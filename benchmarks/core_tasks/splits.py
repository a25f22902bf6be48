"""Which split is for what: the only place of these benchmarks that names the test split."""

from core_model.training.splits import Split

JUDGED: Split = "test"
"""Identities that figures are of. Nothing is chosen on them."""
CHOOSING: Split = "validation"
"""Identities that weights of a mixture are chosen on."""
LEARNING: Split = "train"
"""Identities that heads and word counts learn from."""
