"""What every document and every screen says about its use."""

NOTICE = (
    "Tandem supports decisions in research. It is not a medical device, its findings are not a diagnosis, and nothing "
    "it says is investment advice. A qualified person decides."
)
