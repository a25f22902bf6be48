"""The weights of a mixture-of-experts block of DeepSeek-V3 as those of ours.

Shapes: E experts, F their hidden width, D width; ``gate_up_proj`` is ``[E, 2 F, D]``, ``down_proj`` ``[E, D, F]``.
"""

from collections.abc import Mapping

from torch import Tensor


def layer_state(block: Mapping[str, Tensor], group: str = "text") -> dict[str, Tensor]:
    """State of a ``MixtureOfExperts`` that computes what a block of transformers' ``DeepseekV3MoE`` computes.

    Our layer needs SwiGLU experts and a router that normalises its gates and scales them by the block's
    ``routed_scaling_factor``.

    Args:
        block: State of the block: shared expert, stacked experts and gate.
        group: Name of our group of experts.
    """
    gate_EFD, up_EFD = block["experts.gate_up_proj"].chunk(2, dim=1)
    at = f"groups.{group}."
    return {
        "shared.up.weight": block["shared_experts.up_proj.weight"],
        "shared.gate.weight": block["shared_experts.gate_proj.weight"],
        "shared.down.weight": block["shared_experts.down_proj.weight"],
        f"{at}w1_EFD": gate_EFD,
        f"{at}w3_EFD": up_EFD,
        f"{at}w2_EFD": block["experts.down_proj"].transpose(1, 2),
        f"{at}router.weight_ED": block["gate.weight"],
        f"{at}router.choice_bias_E": block["gate.e_score_correction_bias"],
    }
