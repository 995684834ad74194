"""The ways to write the same tokens that `bench.decoding` compares, and the models it runs them on."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from agent.shop.tools import TOOLS
from headstart.llama.decoding import decoder as decoding
from headstart.llama.decoding import passes
from headstart.llama.decoding.choosing import Guide
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.format.grammar import CallGrammar, CallGuide, Vocabulary
from headstart.llama.format.tool_calls import CHATML
from headstart.llama.loading.checks import stop_ids
from headstart.llama.loading.choice import ModelChoice
from headstart.llama.loading.weights import Loaded
from headstart.world.langchain import schemas

UNREPEATED = """Before dawn two fishermen pushed their green boat across wet shingle while gulls argued overhead. \
Nobody spoke much; salt had cracked every lip along that coast since autumn. Far out, beyond \
Miller's Reef, a lantern swung twice, stopped, then vanished behind heavy swell. Old Tomas counted \
under his breath, rubbing tobacco between thumb and finger, remembering how brass instruments once \
played upon summer piers. Rain arrived sideways. His nephew, barely sixteen, gripped cold oars as \
if they might teach him courage, yet thought only about warm bread, Helena's laughter, and whether \
schoolmasters ever drowned."""
"""English that says nothing twice: what a draft is taken from is never followed by the same again for long."""


@dataclass(frozen=True, slots=True)
class Written:
    """What one way wrote, and how fast."""

    tokens: list[int]
    rate: float
    """Tokens a second after the first pass, which the prompt's prefill would be counted to."""


Way = Callable[[list[int], int], Written]


class CountedDecoder(Decoder):
    """Counts the passes that make tokens."""

    steps = 0

    def _step(self, pending: Sequence[int], draft: Sequence[int]) -> Tensor:
        self.steps += 1
        return super()._step(pending, draft)


class DictatedDecoder(CountedDecoder):
    """Writes a given text at the model's full cost: every pass is made, and then its logits say what is to come."""

    dictated: Sequence[int] = ()

    def _step(self, pending: Sequence[int], draft: Sequence[int]) -> Tensor:
        logits = super()._step(pending, draft)
        first = len(self.cached) - len(draft)
        with torch.inference_mode():
            for row in range(len(draft) + 1):
                logits[row, self.dictated[min(first + row, len(self.dictated) - 1)]] = float("inf")
        return logits


class NoLookup:
    """Plain decoding: never a draft, and no work to find one."""

    def __init__(self, _: Sequence[int]) -> None:
        return

    def append(self, _: int) -> None:
        """Nothing is kept."""

    def draft(self, _: int) -> list[int]:
        """None."""
        return []

    def learn(self, drafted: int, accepted: int) -> None:
        """Nothing to learn."""


class Writers:
    """Every way over one model; Headstart's keep their KV cache, as they do in the program."""

    def __init__(self, loaded: Loaded, *, unrepeated: Sequence[int]) -> None:
        self.model: Any = loaded.model
        self.decoder = CountedDecoder(loaded.model)
        self._dictated = DictatedDecoder(loaded.model)
        self._dictated.dictated = unrepeated
        self._stop_ids = stop_ids(loaded.model, loaded.tokenizer) if loaded.tokenizer is not None else frozenset()
        self._grammar: CallGrammar | None = None
        if loaded.tokenizer is not None:
            vocabulary = Vocabulary(loaded.tokenizer, int(self.model.config.vocab_size), sorted(self._stop_ids))
            self._grammar = CallGrammar(vocabulary, CHATML, schemas(TOOLS))

    def ways(self, kind: str) -> dict[str, Way]:
        """Those that a prompt of this kind is written in: only an answer ends by itself, only a decoder is dictated."""
        if kind == "unrepeated":
            return {"plain": self._plain(self._dictated), "headstart": self._ours(self._dictated)}
        stops = self._stop_ids if kind == "grounded" else frozenset[int]()
        ways = {
            "generate": self._generate(stops),
            "generate, lookup": self._generate(stops, prompt_lookup_num_tokens=10),
            "plain": self._plain(self.decoder, stops),
            "headstart": self._ours(self.decoder, stops),
        }
        if kind == "grounded" and self._grammar is not None:
            ways["headstart, tools"] = self._ours(self.decoder, stops, self._grammar)
        return ways

    def _generate(self, stops: frozenset[int], **options: Any) -> Way:
        from transformers import GenerationConfig, StoppingCriteria

        class FirstToken(StoppingCriteria):
            """Takes down when the first pass was over, and how much was written then; stops nothing."""

            at_s, held = 0.0, 0

            def __call__(self, input_ids: Tensor, scores: Any, **_: Any) -> Tensor:
                self.held = self.held or input_ids.shape[1]
                self.at_s = self.at_s or time.perf_counter()
                return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)

        def way(prompt: list[int], made: int) -> Written:
            ids = torch.tensor([prompt], device=self.model.device)
            config = GenerationConfig(
                max_new_tokens=made, do_sample=False, eos_token_id=sorted(stops) or None, pad_token_id=0, **options
            )
            first = FirstToken()
            out = self.model.generate(
                ids, attention_mask=torch.ones_like(ids), generation_config=config, stopping_criteria=[first]
            )
            ended = time.perf_counter()
            return Written(out[0, len(prompt) :].tolist(), _rate(out.shape[1] - first.held, ended - first.at_s))

        return way

    def _ours(
        self, decoder: CountedDecoder, stops: frozenset[int] = frozenset(), grammar: CallGrammar | None = None
    ) -> Way:
        def way(prompt: list[int], made: int) -> Written:
            guide: Guide | None = CallGuide(grammar, made) if grammar else None
            decoder.steps = held = 0
            first_s = 0.0
            tokens: list[int] = []
            for token in decoder.generate(prompt, max_new_tokens=made, stop_ids=stops, guide=guide):
                first_s = first_s or time.perf_counter()
                tokens.append(token)
                if decoder.steps == 1:
                    held = len(tokens)
            return Written(tokens, _rate(len(tokens) - held, time.perf_counter() - first_s))

        return way

    def _plain(self, decoder: CountedDecoder, stops: frozenset[int] = frozenset()) -> Way:
        ours = self._ours(decoder, stops)

        def way(prompt: list[int], made: int) -> Written:
            with patch.object(decoding, "PromptLookup", NoLookup):
                return ours(prompt, made)

        return way


def _rate(tokens: int, seconds: float) -> float:
    """Tokens a second; where the first pass made all of them there is no rate, and one token stands in."""
    return max(1, tokens) / max(seconds, 1e-6)


class AttentionClock:
    """How long the attention of all layers takes, told by a wrapper around it; exact where it runs at once, the CPU."""

    def __init__(self, model: Any) -> None:
        self.seconds = 0.0
        self._eager = model.config._attn_implementation

    def __enter__(self) -> "AttentionClock":
        from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

        # Whichever of the two the model's pass goes through.
        self._patches = (
            patch.object(passes, "grouped_attention", self._timed(passes.grouped_attention)),
            patch.dict(ALL_ATTENTION_FUNCTIONS, {self._eager: self._timed(ALL_ATTENTION_FUNCTIONS[self._eager])}),
        )
        for one in self._patches:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self._patches:
            one.stop()

    def _timed(self, attention: Any) -> Any:
        def timed(*args: Any, **kwargs: Any) -> Any:
            started = time.perf_counter()
            try:
                return attention(*args, **kwargs)
            finally:
                self.seconds += time.perf_counter() - started

        return timed


SHAPES: dict[str, dict[str, Any]] = {
    "llama-3-8b": {
        "vocab_size": 128_256,
        "hidden_size": 4096,
        "intermediate_size": 14_336,
        "num_hidden_layers": 32,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
        "max_position_embeddings": 8192,
    }
}


def random_model(shape: str, dtype: str) -> Loaded:
    """A model of a known shape with random weights, on the GPU where there is one; no tokenizer."""
    from transformers import LlamaConfig, LlamaForCausalLM

    if shape not in SHAPES or dtype not in ("bf16", "nf4"):
        raise SystemExit(
            f"Expected one of {', '.join(SHAPES)} as the shape and bf16 or nf4 as its dtype, found {shape} in {dtype}."
        )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device(device):
            model = LlamaForCausalLM(LlamaConfig(**SHAPES[shape]))
    finally:
        torch.set_default_dtype(torch.float32)
    if dtype == "nf4":
        in_four_bit(model)
    choice = ModelChoice(shape, shape, device, dtype, "Random weights of this shape.")
    return Loaded(model.eval().requires_grad_(False), None, choice)  # type: ignore[arg-type]  # It has no tokenizer.


def in_four_bit(model: Any) -> None:
    """Every linear layer but the last in NF4, as transformers and bitsandbytes load one: double quantisation, bf16."""
    import bitsandbytes as bnb

    for layer in model.model.layers:
        for block in (layer.self_attn, layer.mlp):
            for name, linear in list(block.named_children()):
                if isinstance(linear, torch.nn.Linear):
                    packed = bnb.nn.Linear4bit(
                        linear.in_features,
                        linear.out_features,
                        bias=False,
                        compute_dtype=torch.bfloat16,
                        quant_type="nf4",
                    )
                    packed.weight = bnb.nn.Params4bit(
                        linear.weight.data, requires_grad=False, quant_type="nf4", compress_statistics=True
                    )
                    setattr(block, name, packed.to(linear.weight.device))
