"""What every document and every screen says about its use."""

from core_model.errors import Phrase

NOTICE_OF_USE = Phrase(
    "notice_of_use",
    "Tandem supports decisions in research. It is not a medical device, its findings are not a diagnosis, and nothing "
    "it says is investment advice. A qualified person decides.",
)
"""The screens say it in their language."""

NOTICE = str(NOTICE_OF_USE)
"""As documents carry it."""
