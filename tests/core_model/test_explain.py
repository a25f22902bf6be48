"""Relevance adds up to the score, is registered to the voxel, moves with its input, and depends on the weights."""

from pathlib import Path

import torch
from torch import nn
from torch.testing import assert_close

from core_model.config import CoreConfig
from core_model.core import Core
from core_model.explain import input_relevance, shuffled, smooth, token_relevance, word_relevance
from core_model.inputs.packing import pack
from core_model.inputs.segments import TextSegment, VolumeSegment
from core_model.nn.heads import ClassificationHead
from core_model.output import CoreOutput
from tests.core_model.test_core import small_core
from tests.core_model.test_model import every_modality

TINY = CoreConfig.tiny()


class Reader(nn.Module):
    """A stem of two convolutions, the core on the vector at the brightest response, and a head: voxels to one score."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.stem = nn.Sequential(
            nn.Conv3d(1, 8, 3, padding=1, padding_mode="circular"),
            nn.GELU(),
            nn.Conv3d(8, 8, 3, padding=1, padding_mode="circular"),
        )
        self.core = Core(TINY).eval()
        self.head = ClassificationHead(32, 1)
        nn.init.normal_(self.head.linear.weight)

    def score(self, place_ZYX: tuple[int, int, int]):
        def from_voxels(volume_ZYX: torch.Tensor) -> torch.Tensor:
            map_CZYX = self.stem(volume_ZYX[None, None])[0]
            vector_1C = map_CZYX[:, place_ZYX[0], place_ZYX[1], place_ZYX[2]][None]
            segment = VolumeSegment(vector_1C, torch.zeros(1, 3), torch.ones(1, 3))
            return self.head(self.core(pack([[segment]], TINY)).mean()).sum()

        return from_voxels


def volume() -> torch.Tensor:
    torch.manual_seed(3)
    voxels = 0.1 * torch.randn(10, 12, 14)
    voxels[4:7, 5:8, 6:9] += 2
    return voxels


def test_voxel_relevance_adds_up_to_the_score_and_stays_in_what_the_candidate_sees() -> None:
    score = Reader().score((5, 6, 7))
    map_ZYX = input_relevance(score, volume(), steps=64)
    assert map_ZYX.shape == volume().shape
    assert_close(map_ZYX.sum(), score(volume()) - score(torch.zeros_like(volume())), atol=2e-2, rtol=2e-2)
    outside = torch.ones_like(map_ZYX, dtype=torch.bool)
    outside[3:8, 4:9, 5:10] = False
    assert float(map_ZYX[outside].abs().max()) == 0.0
    assert float(map_ZYX[~outside].abs().max()) > 0


def test_a_shifted_volume_shifts_the_map_voxel_by_voxel() -> None:
    reader = Reader()
    before = input_relevance(reader.score((5, 6, 7)), volume(), steps=8)
    moved = volume().roll((2, -1, 3), dims=(0, 1, 2))
    after = input_relevance(reader.score((7, 5, 10)), moved, steps=8)
    assert_close(after, before.roll((2, -1, 3), dims=(0, 1, 2)), atol=1e-5, rtol=1e-4)


def test_shuffled_weights_give_another_map() -> None:
    reader = Reader()
    before = input_relevance(reader.score((5, 6, 7)), volume(), steps=8)
    reader.core.load_state_dict(shuffled(reader.core.state_dict()))
    after = input_relevance(reader.score((5, 6, 7)), volume(), steps=8)
    seen = before != 0
    rank = torch.stack([m[seen].argsort().argsort().double() for m in (before, after)])
    assert float(torch.corrcoef(rank)[0, 1]) < 0.9


def test_shuffling_keeps_the_entries_of_each_tensor_and_moves_them() -> None:
    state = Core(TINY).state_dict()
    other = shuffled(state)
    assert other.keys() == state.keys()
    word = "text.word_VD"
    assert_close(other[word].flatten().sort().values, state[word].flatten().sort().values, atol=0, rtol=0)
    assert not torch.equal(other[word], state[word])
    assert torch.equal(other[word], shuffled(state)[word]), "the seed decides"


def test_token_relevance_covers_all_modalities_and_adds_up() -> None:
    torch.manual_seed(0)
    model = Core(TINY).eval()
    direction_D = torch.randn(32)
    batch = pack([every_modality()], TINY)

    def score(output: CoreOutput) -> torch.Tensor:
        return output.mean()[0] @ direction_D

    relevance_T = token_relevance(model, batch, score, steps=200)
    nothing = torch.zeros(batch.num_tokens, 32)
    with torch.no_grad():
        difference = score(model(batch)) - score(model(batch, embedded_TD=nothing))
    assert_close(relevance_T.sum(), difference, atol=5e-2, rtol=5e-2)
    assert bool((relevance_T != 0).all())


def test_words_get_the_sum_of_their_pieces_in_their_place(tmp_path: Path) -> None:
    core = small_core(tmp_path)
    text = "net incomes 净利润"

    def score(output: CoreOutput) -> torch.Tensor:
        return output.mean()[0].square().sum()

    words = word_relevance(core, text, score, steps=4)
    assert [text[word.begin : word.end] for word in words] == ["net", "incomes", "净利润"]
    ids = core.tokenizer.ids(text)
    every = token_relevance(core, pack([[TextSegment(torch.tensor(ids))]], TINY), score, steps=4)
    spaces = [k for k, piece in enumerate(core.tokenizer.pieces(ids)) if piece in ("<s>", "</s>", "\u2581")]
    assert abs(sum(word.relevance for word in words) - float(every.sum() - every[spaces].sum())) < 1e-4


def test_a_smoothed_map_keeps_its_sum_its_centre_and_its_width_in_millimetres() -> None:
    point = torch.zeros(41, 41, 41)
    point[20, 20, 20] = 2.0
    smoothed = smooth(point, (2.0, 1.0, 0.5), 3.0)
    assert abs(float(smoothed.sum()) - 2) < 1e-2
    assert int(smoothed.argmax()) == int(point.argmax())
    for axis, step in enumerate((2.0, 1.0)):
        profile = smoothed.sum(dim=[a for a in range(3) if a != axis]) / smoothed.sum()
        spread = float((profile * ((torch.arange(41) - 20) * step) ** 2).sum()) ** 0.5
        assert abs(spread - 3.0) < 0.15
