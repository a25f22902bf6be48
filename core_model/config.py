"""Shape of the core: one frozen dataclass and its presets."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

from core_model.errors import InputRejected

Modality = Literal["text", "code", "image", "volume", "facts"]
MODALITIES: tuple[Modality, ...] = get_args(Modality)
"""Kinds of segment, in the order of their numbers in a batch."""

PRESETS = ("tiny", "small", "base", "large")
"""Names of the presets, from small to large."""

Dispatch = Literal["auto", "dense", "grouped", "loop"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ExpertGroupConfig:
    """The routed experts of some modalities.

    Attributes:
        name: Name of the group, part of the names of its weights.
        modalities: Whose tokens it serves; every modality belongs to exactly one group.
        num_experts: Number of routed experts.
        hidden: Hidden width of each; a multiple of 8 (grouped matrix products need strides of 16 bytes).
        num_active: How many run for a token, 1 to ``num_experts``.
    """

    name: str
    modalities: tuple[Modality, ...]
    num_experts: int
    hidden: int
    num_active: int

    def __post_init__(self) -> None:
        if not 1 <= self.num_active <= self.num_experts:
            raise ValueError(f"group {self.name}: {self.num_active} of {self.num_experts} experts cannot run")
        if self.hidden % 8 or self.hidden <= 0:
            raise ValueError(f"group {self.name}: hidden width {self.hidden} is not a positive multiple of 8")


def _groups(text: int, text_active: int, vision: int, facts: int) -> tuple[ExpertGroupConfig, ...]:
    return (
        ExpertGroupConfig(name="text", modalities=("text", "code"), num_experts=8, hidden=text, num_active=text_active),
        ExpertGroupConfig(name="vision", modalities=("image", "volume"), num_experts=4, hidden=vision, num_active=2),
        ExpertGroupConfig(name="facts", modalities=("facts",), num_experts=4, hidden=facts, num_active=2),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CoreConfig:
    """Shape of a core model.

    Attributes:
        width: Width of a token, D; a multiple of ``num_heads`` and of 8.
        num_heads: Attention heads.
        num_layers: Blocks; ``num_full_attention`` of them, the last ones, attend across windows.
        vocab_size: Text pieces.
        window: Learned text positions; longer text restarts them, window by window.
        num_full_attention: Layers in which the windows of a long text see each other.
        shared_hidden: Hidden width of the expert that every token runs.
        groups: Routed experts by modality; none in a dense core, whose tokens all run the shared expert alone.
        volume_features: Length of a candidate vector from a volume's stem.
        patch: Edge of an image's cell in pixels, a power of two: each is a token.
        image_channels: Channels of the image stem at full size.
        masked_facts: Whether facts whose value or unit is masked can be read.
        norm_eps: Epsilon of the layer norms.
        num_kv_heads: Heads of keys and values, a divisor of ``num_heads`` (grouped-query attention); as many as heads
            where ``None``.
    """

    width: int = 384
    num_heads: int = 12
    num_layers: int = 12
    vocab_size: int = 36_000
    window: int = 512
    num_full_attention: int = 3
    shared_hidden: int = 512
    groups: tuple[ExpertGroupConfig, ...] = _groups(128, 4, 192, 96)
    volume_features: int = 80
    patch: int = 8
    image_channels: int = 16
    masked_facts: bool = True
    norm_eps: float = 1e-12
    num_kv_heads: int | None = None

    def __post_init__(self) -> None:
        if self.width % self.num_heads or self.width % 8:
            raise ValueError(f"width {self.width} is not a multiple of 8 and of {self.num_heads} heads")
        if not 1 <= self.kv_heads <= self.num_heads or self.num_heads % self.kv_heads:
            raise ValueError(f"{self.num_heads} heads cannot share {self.num_kv_heads} heads of keys and values")
        if not 0 <= self.num_full_attention <= self.num_layers:
            raise ValueError(f"{self.num_full_attention} of {self.num_layers} layers cannot attend fully")
        served = sorted(m for group in self.groups for m in group.modalities)
        if self.groups and served != sorted(MODALITIES):
            raise ValueError(f"every modality needs exactly one expert group, got {served}")
        if self.shared_hidden <= 0 or self.vocab_size < 4 or self.window < 2:
            raise ValueError("shared_hidden, vocab_size and window must be positive")
        if self.patch < 2 or self.patch & (self.patch - 1) or self.image_channels < 1:
            raise ValueError(f"patch {self.patch} is not a power of two, or the image stem has no channels")

    @property
    def kv_heads(self) -> int:
        """Heads of keys and values."""
        return self.num_heads if self.num_kv_heads is None else self.num_kv_heads

    @classmethod
    def tiny(cls) -> "CoreConfig":
        """For tests: random weights, milliseconds."""
        return cls(
            width=32,
            num_heads=4,
            num_layers=3,
            vocab_size=97,
            window=16,
            num_full_attention=1,
            shared_hidden=32,
            groups=_groups(16, 4, 16, 8),
            volume_features=8,
            patch=4,
            image_channels=4,
        )

    @classmethod
    def small(cls) -> "CoreConfig":
        """The shape that ships: 4 of 8 text experts run."""
        return cls()

    @classmethod
    def base(cls) -> "CoreConfig":
        """For one GPU: 768 wide, random start."""
        return cls(width=768, num_layers=12, vocab_size=36_000, shared_hidden=1024, groups=_groups(512, 2, 512, 256))

    @classmethod
    def large(cls) -> "CoreConfig":
        """For several GPUs: 1024 wide, 24 layers, random start."""
        return cls(width=1024, num_heads=16, num_layers=24, shared_hidden=2048, groups=_groups(1024, 2, 1024, 512))

    def with_active(self, name: str, num_active: int) -> "CoreConfig":
        """The same shape with another number of active experts in one group."""
        return replace(
            self, groups=tuple(replace(g, num_active=num_active) if g.name == name else g for g in self.groups)
        )

    @classmethod
    def preset(cls, name: str) -> "CoreConfig":
        """A preset by its name.

        Raises:
            InputRejected: There is no such preset.
        """
        if name not in PRESETS:
            raise InputRejected(
                "the preset {name}",
                allowed="{names}",
                code="preset_unknown",
                values={"name": name, "names": list(PRESETS)},
            )
        return getattr(cls, name)()

    @property
    def active_hidden(self) -> int:
        """Hidden neurons of the feed-forward nets that a text token runs in each layer."""
        text = [group for group in self.groups if "text" in group.modalities]
        return self.shared_hidden + sum(group.num_active * group.hidden for group in text)

    def as_dense(self, hidden: int | None = None) -> "CoreConfig":
        """The same shape without routed experts.

        Args:
            hidden: Of the feed-forward net of each layer; as many as a text token runs here where not given.
        """
        return replace(self, groups=(), shared_hidden=self.active_hidden if hidden is None else hidden)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "CoreConfig":
        """The inverse of ``as_dict``, also after a trip through JSON."""
        groups = tuple(
            ExpertGroupConfig(**{**group, "modalities": tuple(group["modalities"])}) for group in values["groups"]
        )
        return cls(**{**values, "groups": groups})
