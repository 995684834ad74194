"""The embedded model's own GGUF with this project's adapter merged in: what another engine is given to run.

Each adapted tensor is taken out of the file's quantisation (Q4_1), changed, and written as Q8_0: put back into Q4_1,
its rounding would be larger than what the adapter adds (a mean of 0.0042 against 0.0036 in a query projection), and
the other engine would run another model.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType, GGUFReader, GGUFValueType, GGUFWriter
from gguf.quants import dequantize, quantize

from headstart.llama.loading.embedded import ADAPTER, find_gguf

NAMES = {
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
"""A layer's tensors in GGUF, and as transformers calls them."""


def write_merged(path: Path, quantisation: str = "Q8_0", *, adapter: Path = ADAPTER) -> Path:
    """Write the file to `path`, adapted tensors in this GGML quantisation."""
    reader = GGUFReader(find_gguf())
    deltas = _deltas(adapter)
    heads = {kind: int(reader.fields[f"llama.attention.{field}"].contents()) for kind, field in _HEADS.items()}
    writer = GGUFWriter(path, "llama")
    for field in reader.fields.values():
        if field.name != "general.architecture" and not field.name.startswith("GGUF."):
            of_array = field.types[-1] if field.types[0] == GGUFValueType.ARRAY else None
            writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=of_array)
    tensors: list[Any] = []
    for tensor in reader.tensors:
        data, kind = tensor.data, tensor.tensor_type
        if (delta := deltas.get(tensor.name)) is not None:
            part = tensor.name.split(".")[2]
            delta = _paired(delta, heads[part]) if part in heads else delta
            kind = GGMLQuantizationType[quantisation]
            data = quantize(dequantize(data, tensor.tensor_type) + delta, kind)
        writer.add_tensor_info(tensor.name, data.shape, data.dtype, data.nbytes, kind)
        tensors.append(data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for data in tensors:
        writer.write_tensor_data(data)
    writer.close()
    return path


_HEADS = {"attn_q": "head_count", "attn_k": "head_count_kv"}


def _deltas(adapter: Path) -> dict[str, np.ndarray]:
    """What the adapter adds to each tensor, float32 `(out, in)`, by the tensor's GGUF name."""
    from safetensors.torch import load_file

    config = json.loads((adapter / "adapter_config.json").read_text())
    rank = int(config["r"])
    scale = float(config["lora_alpha"]) / (rank**0.5 if config.get("use_rslora") else rank)
    tensors = load_file(adapter / "adapter_model.safetensors")
    found: dict[str, np.ndarray] = {}
    for name, down in tensors.items():
        if ".lora_A." not in name:
            continue
        up = tensors[name.replace(".lora_A.", ".lora_B.")]
        layer, _, part = name.partition("layers.")[2].removesuffix(".lora_A.weight").partition(".")
        kind = next(gguf for gguf, theirs in NAMES.items() if theirs == part)
        found[f"blk.{layer}.{kind}.weight"] = (scale * (up.float() @ down.float())).numpy()
    return found


def _paired(weights: np.ndarray, heads: int) -> np.ndarray:
    """Rows in the order in which llama.cpp rotates queries and keys: a head's halves interleaved."""
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
