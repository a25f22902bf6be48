"""Sentences by code and values, in English and Chinese: what is stored has no language, what is shown has one.

    from apps.messages import said, refused, cautioned

    said(Message("period_days", {"days": 3}), "zh")    # a stored sentence, in words
    refused(error.refusal, "zh", name="report.html")     # why something was refused, what is allowed, what to do
    cautioned(caution, "en")                              # what was skipped or degraded

The catalogues are Fluent files (https://projectfluent.org), the same ones in ``en/`` and ``zh/``. Those in
``refusals/`` have the sentences of errors; the English ones are collected from where the errors are raised, by
``python -m apps.messages.collect``.
"""

from apps.messages.sentences import LANGUAGES, cautioned, refused, said

__all__ = ["LANGUAGES", "cautioned", "refused", "said"]
