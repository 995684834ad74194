import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from headstart.llama.chat_model import ChatLlama
from headstart.llama.loading import weights
from headstart.llama.loading.choice import ModelChoice, choose_model
from headstart.llama.loading.weights import Loaded
from headstart.llama.sharing import Hold
from tests.stubs.fake_decoder import FakeDecoder

CHATML_TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CORPUS = [
    "Where is my coffee mug? Your Smart Coffee Mug (B456) was delivered on 2026-11-02.",
    'To use a tool, answer only with <tool_call>{"name": "get_order", "arguments": {"order_id": "A123"}}</tool_call>',
    "Größe, naïve, 猫, 🙂 and other things that take more than one byte.",
]


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerFast:
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=["<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(CORPUS, trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=bpe, bos_token="<|im_start|>", eos_token="<|im_end|>")
    made.chat_template = CHATML_TEMPLATE
    return made


def tiny_llama(vocabulary: int, *, seed: int = 0, context: int = 1024, spread: float = 0.2) -> LlamaForCausalLM:
    """A random Llama in float32; with a `spread` of 0.1 it falls into repetition, at 0.5 it never does."""
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        initializer_range=spread,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=1,
    )
    return LlamaForCausalLM(config).eval().requires_grad_(False)


@pytest.fixture(params=[0.1, 0.5], ids=["repetitive", "restless"])
def model(request: pytest.FixtureRequest) -> LlamaForCausalLM:
    return tiny_llama(60, spread=request.param)


@pytest.fixture
def repetitive() -> LlamaForCausalLM:
    return tiny_llama(60, spread=0.1)


@pytest.fixture
def loaded(tokenizer: PreTrainedTokenizerFast) -> Loaded:
    return Loaded(tiny_llama(len(tokenizer)), tokenizer, ModelChoice("Tiny", "tiny", "cpu", "float32", "It is a test."))


@pytest.fixture(scope="module")
def smollm(converted: Path) -> Loaded:
    """The embedded model; a file's last test lets go of it, for others load it in formats of twice the size."""
    return weights.load(choose_model("embedded"), cache=converted)


@pytest.fixture(autouse=True)
def _no_model_outlives_its_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An open model keeps a thread, and with it its caches."""
    made: weakref.WeakSet[Hold] = weakref.WeakSet()
    make = Hold.__init__

    def remembered(self: Hold, *args: Any) -> None:
        make(self, *args)
        made.add(self)

    monkeypatch.setattr(Hold, "__init__", remembered)
    yield
    for hold in list(made):
        hold.close()


@pytest.fixture
def chat(loaded: Loaded) -> Iterator[ChatLlama]:
    made = ChatLlama.from_loaded(loaded, max_new_tokens=24)
    yield made
    made.close()


@pytest.fixture
def writes(chat: ChatLlama, tokenizer: PreTrainedTokenizerFast) -> Callable[..., FakeDecoder]:
    """Makes the chat model write a given text."""

    def write(text: str, gate: threading.Event | None = None) -> FakeDecoder:
        chat.max_tokens = 1000
        chat._local.decoder = FakeDecoder(tokenizer, text, gate)
        return chat._local.decoder

    return write
