"""Training an adapter: one command from samples to a version with its card.

- ``settings``   ``Tuning``: how an adapter is trained, a frozen dataclass that a plain Python function returns
- ``samples``    own data read and looked through before a training: what is wrong stops it, with the list
- ``domain``     ``Trainable``: a domain that can be trained; ``Tuned``, the task of its training
- ``labelled``   texts with a label
- ``pairs``      questions with the passages that answer them
- ``watch``      what a run writes beside its metrics: progress, routing, events for TensorBoard
- ``run``        ``tune``: the run itself
"""
