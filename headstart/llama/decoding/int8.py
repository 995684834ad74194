"""Linear layers in eight bits, for the CPU.

Each row of a weight matrix is rounded once, by a scale of its own; each token's states are rounded as they come,
by theirs. So whole numbers are multiplied (VNNI on x86) and summed without any error of order: unlike in bf16, a
token's product is the same in a pass of one and in a pass of many.
"""

from typing import Any, cast

import torch
from torch import Tensor, nn

_LARGEST = 127
_NEVER_ZERO = 1e-12
"""A row of zeros has no scale of its own."""


class Int8Linear(nn.Module):
    """A linear layer without bias whose weights are whole numbers from -127 to 127."""

    def __init__(self, linear: nn.Linear) -> None:
        """Take over a layer's weights, `(out, in)` in any floating-point format."""
        super().__init__()
        self.in_features, self.out_features = linear.in_features, linear.out_features
        whole, scales = _rounded(linear.weight.detach().float())
        self.register_buffer("weight", whole)
        self.register_buffer("scales", scales[:, 0])

    def forward(self, states: Tensor) -> Tensor:
        """`(…, in)` to `(…, out)`, in the format of `states`."""
        whole, scales = _rounded(states.reshape(-1, self.in_features))
        # PyTorch's product of whole numbers has no public name.
        sums = torch._int_mm(whole, cast(Tensor, self.weight).t())  # pyright: ignore[reportPrivateUsage, reportPrivateImportUsage]
        out = sums.float().mul_(scales).mul_(cast(Tensor, self.scales)).to(states.dtype)
        return out.view(*states.shape[:-1], self.out_features)


def in_int8(model: Any) -> None:
    """Replace every linear layer of a model on the CPU, the last one included, in place; half a second for 135M."""
    for block in list(model.modules()):
        for name, linear in list(block.named_children()):
            if isinstance(linear, nn.Linear) and cast(Any, linear).bias is None:
                setattr(block, name, Int8Linear(linear))


def is_int8(model: Any) -> bool:
    """Whether `in_int8` has been here."""
    return any(isinstance(module, Int8Linear) for module in model.modules())


def _rounded(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Whole numbers for `(rows, columns)`, and the scale of each row, `(rows, 1)` in float32."""
    scales = rows.abs().amax(1, keepdim=True).float().clamp_(min=_NEVER_ZERO).div_(_LARGEST)
    return (rows / scales).round_().to(torch.int8), scales
