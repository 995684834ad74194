import json
import random
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import PreTrainedTokenizerFast

from bench import decoding
from bench.decoding import QUICK, compared, measure
from bench.decoding_ways import Writers, in_four_bit
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.loading.choice import ModelChoice
from headstart.llama.loading.weights import Loaded
from tests.headstart.llama.conftest import tiny_llama, tokenizer

__all__ = ["tokenizer"]

CHOICE = ModelChoice("Tiny", "tiny", "cpu", "float32", "It is a test.")


@pytest.fixture
def tiny(tokenizer: PreTrainedTokenizerFast) -> Loaded:
    return Loaded(tiny_llama(len(tokenizer), context=16_384, spread=0.1), tokenizer, CHOICE)


def test_everything_is_measured_and_what_is_compared_writes_the_same(tiny: Loaded) -> None:
    metrics, samples = measure(tiny, QUICK)

    assert metrics["grounded_same_as_generate"] == metrics["free_same_as_generate"] == 1.0
    assert metrics["warm_ttft_ratio"] > 0
    assert metrics["grounded_speedup_least"] <= metrics["grounded_speedup"] <= metrics["grounded_speedup_most"]
    assert metrics["grammar_us_a_token_of_text"] > 0
    assert metrics["grammar_us_a_token_of_a_call"] > 0
    rates = samples["tokens_a_second"]
    assert set(rates) == {"grounded", "free", "unrepeated"}
    assert all(len(way) == QUICK.rounds for ways in rates.values() for way in ways.values())


def test_the_dictated_text_is_written_whatever_the_model_would_write(tiny: Loaded) -> None:
    draw = random.Random(1)
    text = [draw.randrange(2, 400) for _ in range(60)]
    ways = Writers(tiny, unrepeated=text).ways("unrepeated")

    assert set(ways) == {"plain", "headstart"}
    for way in ways.values():
        assert way(text[:20], 40).tokens == text[20:]


def test_plain_decoding_makes_one_pass_a_token(tiny: Loaded) -> None:
    writers = Writers(tiny, unrepeated=[])
    prompt = list(range(2, 30)) * 3
    plain = writers.ways("free")["plain"](prompt, 24)
    passes = writers.decoder.steps
    drafted = writers.ways("free")["headstart"](prompt, 24)

    assert plain.tokens == drafted.tokens
    assert passes == 24
    assert writers.decoder.steps < 24


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    assert compared("x", [2.0, 9.0, 4.0], [1.0, 3.0, 4.0]) == {"x": 2.0, "x_least": 1.0, "x_most": 3.0}


def test_a_result_names_its_figures_and_what_it_ran_on(
    tiny: Loaded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "load_or_make", lambda *_: tiny)
    monkeypatch.setattr(decoding, "loads", lambda *_: [1.0, 3.0, 2.0])
    written = tmp_path / "decoding.json"

    assert decoding.main(["--quick", "--rounds", "1", "--json", str(written)]) == 0
    result: dict[str, Any] = json.loads(written.read_text())
    asked = {"grounded_speedup", "free_speedup", "warm_ttft_ratio", "ttft_7500_over_500", "peak_rss_gb", "cancel_s"}
    assert asked <= set(result["metrics"])
    assert result["metrics"]["load_s"] == 2.0
    assert result["samples"]["dtype"] == "bf16"
    assert result["machine"]["cores"]


def test_random_weights_in_four_bit_can_be_decoded() -> None:
    model: Any = tiny_llama(60).to(torch.bfloat16)
    in_four_bit(model)

    assert type(model.model.layers[0].self_attn.q_proj).__name__ == "Linear4bit"
    assert len(list(Decoder(model).generate(list(range(2, 20)), max_new_tokens=4))) == 4


def test_an_unknown_shape_is_refused() -> None:
    with pytest.raises(SystemExit, match="Expected one of llama-3-8b"):
        decoding.load_or_make("llama-9", "bf16")
