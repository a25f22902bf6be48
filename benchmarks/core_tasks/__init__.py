"""What the benchmarks of the core's text part share: ``retrieval``, ``few_labels``, ``bilingual``, ``text_sentiment``.

- ``splits``     who is judged, who chooses, who learns
- ``searches``   the questions that are searched for an answer: TAT-QA and the medical questions
- ``bm25``       the search by words that a sceptic would try first, and its mixture with another
- ``encoders``   the core, its adapters and the teacher as makers of vectors
- ``labelled``   tweets and medical answers with their labels
- ``heads``      linear heads on few labels
- ``gains``      differences with intervals over identities
- ``before``     the trunk before training, measured once and kept
- ``teacher``    USE-multilingual, where it is installed
- ``running``    one thread, and the log of readings of the test split
"""
