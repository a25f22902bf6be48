"""``tandem core describe``: a table for people, a document for programs."""

import json

from core_model.compute.size import size_of
from core_model.config import CoreConfig
from tests.apps.commands import Tandem, tandem

__all__ = ["tandem"]


def test_a_preset_is_described(tandem: Tandem) -> None:
    told = json.loads(tandem("core", "describe", "tiny", "--json").stdout)
    assert told == {
        "preset": "tiny",
        "shape": told["shape"],
        **json.loads(json.dumps(size_of(CoreConfig.tiny()).as_dict())),
    }
    assert "experts of text" in tandem("core", "describe", "tiny").stdout


def test_an_unknown_preset_is_refused(tandem: Tandem) -> None:
    refused = tandem("core", "describe", "huge")
    assert refused.returncode == 1
    assert "tiny, small, base and large" in refused.stderr
