"""A stranger on the same machine, who has no token, gets no answer from the dashboard."""

import pytest

from benchmarks.trust.answers import answers_without_token


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_nothing_is_answered_without_the_token() -> None:
    figure = answers_without_token()["answers_without_token"]
    assert figure.value == 0, figure.note
    assert figure.n > 2000
