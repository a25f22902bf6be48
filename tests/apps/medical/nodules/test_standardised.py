"""Candidate vectors are standardised and clipped before they are embedded."""

import torch
from torch.testing import assert_close

from apps.medical.nodules.standardised import CLIP, StandardisedVolumeEmbedding
from core_model.inputs.volume import VolumeEmbedding


def test_vectors_are_embedded_in_standard_deviations_from_their_mean_within_bounds() -> None:
    torch.manual_seed(0)
    embedding = StandardisedVolumeEmbedding(8, 32)
    vector_NC = torch.randn(50, 8) * torch.arange(1.0, 9.0) + 3
    embedding.standardise_by(vector_NC)
    standard_NC = ((vector_NC - vector_NC.mean(0)) / vector_NC.std(0)).clamp(-CLIP, CLIP)
    assert_close(embedding.standardised(vector_NC), standard_NC, atol=1e-5, rtol=0)
    assert_close(embedding.standardised(vector_NC * 100).abs().max(), torch.tensor(CLIP))
    plain = VolumeEmbedding(8, 32)
    own = {name: value for name, value in embedding.state_dict().items() if name not in ("mean_C", "scale_C")}
    plain.load_state_dict(own)
    place = (torch.randn(50, 3), torch.ones(50, 3))
    assert_close(embedding(vector_NC, *place), plain(standard_NC, *place), atol=1e-5, rtol=0)
