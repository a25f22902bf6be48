"""Small encoders with random weights that tests compare with."""

from typing import Any

import numpy as np
import torch

from core_model.config import CoreConfig
from core_model.torchvision_ops import transformers
from core_model.training.e5_source import E5Source

_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "out": "attention.output.dense",
    "up": "intermediate.dense",
    "down": "output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "output_norm": "output.LayerNorm",
}


def random_bert(config: CoreConfig, seed: int = 0) -> tuple[Any, E5Source]:
    """A reference ``BertModel`` in the shape of a core, and the same weights as an unpacked source."""
    library = transformers()
    text = next(group for group in config.groups if group.name == "text")
    torch.manual_seed(seed)
    bert = library.BertModel(
        library.BertConfig(
            vocab_size=config.vocab_size,
            hidden_size=config.width,
            num_hidden_layers=config.num_layers,
            num_attention_heads=config.num_heads,
            intermediate_size=config.shared_hidden + text.num_experts * text.hidden,
            max_position_embeddings=config.window,
            layer_norm_eps=config.norm_eps,
            initializer_range=0.3,
        ),
        add_pooling_layer=False,
    ).eval()
    state = {
        name: torch.nn.Parameter(tensor + 0.1 * torch.randn_like(tensor)) for name, tensor in bert.named_parameters()
    }
    bert.load_state_dict(state, strict=False)
    found = {
        "word": state["embeddings.word_embeddings.weight"],
        "position": state["embeddings.position_embeddings.weight"],
        "type": state["embeddings.token_type_embeddings.weight"],
    }
    for part in ("weight", "bias"):
        found[f"norm.{part}"] = state[f"embeddings.LayerNorm.{part}"]
        for layer in range(config.num_layers):
            for ours, theirs in _NAMES.items():
                found[f"{layer}.{ours}.{part}"] = state[f"encoder.layer.{layer}.{theirs}.{part}"]
    tensors = {name: tensor.detach() for name, tensor in found.items()}
    pieces = [str(number) for number in range(config.vocab_size)]
    scores = np.zeros(config.vocab_size, dtype=np.float32)
    return bert, E5Source(config.width, config.num_layers, config.num_heads, config.norm_eps, pieces, scores, tensors)
