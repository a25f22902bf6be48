import hashlib

from hypothesis import given
from hypothesis import strategies as st

from core_model.training.splits import ALWAYS_TEST_TICKERS, bucket_of, split_of, split_of_ticker


@given(st.text())
def test_the_bucket_follows_the_published_rule(identity):
    digest = int.from_bytes(hashlib.sha256(identity.encode()).digest(), "big")
    assert bucket_of(identity) == digest // 100 % 10


def test_known_identities_stay_where_they_are():
    assert [split_of(i) for i in ("KO", "ADBE", "BA", "LIDC-IDRI-0001", "LIDC-IDRI-0003")] == [
        "train",
        "validation",
        "test",
        "test",
        "test",
    ]


def test_about_seven_tenths_train_one_validates_two_test():
    splits = [split_of(f"identity {k}") for k in range(20_000)]
    assert abs(splits.count("train") / 20_000 - 0.7) < 0.02
    assert abs(splits.count("validation") / 20_000 - 0.1) < 0.01
    assert abs(splits.count("test") / 20_000 - 0.2) < 0.01


def test_companies_of_the_closed_question_set_are_test_whatever_their_bucket():
    assert split_of("AXP") != "test"
    assert all(split_of_ticker(ticker) == "test" for ticker in ALWAYS_TEST_TICKERS)
