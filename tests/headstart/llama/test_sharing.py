"""Lifetimes: chat models over the same weights share a thread and its caches, and leave nothing when they are gone."""

import copy
import gc
import os
import pickle
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import ConfigurableField
from transformers import PreTrainedTokenizerFast

from headstart.errors import ModelError, SessionClosedError
from headstart.llama.chat_model import ChatLlama
from headstart.llama.loading.pipeline import pipeline_over
from headstart.llama.loading.weights import Loaded
from tests.headstart.llama.conftest import tiny_llama

WAIT_S = 20.0
QUESTION = [HumanMessage("Where is my coffee mug?")]


def until(true: Callable[[], bool]) -> None:
    """Wait for a state; what is collected ends in its own time."""
    end = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)  # A collector that runs all the time leaves the model's thread no interpreter.
        gc.collect()


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "model"]


def test_instances_that_langchain_makes_share_thread_and_cache(loaded: Loaded) -> None:
    gc.collect()
    before = len(threads())
    chat = ChatLlama.from_loaded(loaded, max_new_tokens=3)
    configured = chat.configurable_fields(temperature=ConfigurableField(id="t"))
    first = configured.invoke(QUESTION)
    for number in range(30):
        again = configured.with_config(configurable={"t": number / 100}).invoke(QUESTION)

    assert first.response_metadata["cached_tokens"] == 0
    assert again.response_metadata["cached_tokens"] == again.usage_metadata["input_tokens"] - 1
    assert len(threads()) == before + 1
    assert len(chat._local.decoder.conversations) == 1
    chat.close()


def test_what_is_dropped_leaves_no_thread_and_no_cache(tokenizer: PreTrainedTokenizerFast, loaded: Loaded) -> None:
    before = len(threads())
    gone: list[weakref.ref[Any]] = []
    for seed in range(4):
        one = Loaded(tiny_llama(len(tokenizer), seed=seed), tokenizer, loaded.choice)
        chat = ChatLlama.from_loaded(one, max_new_tokens=3)
        chat.invoke(QUESTION)
        next(chat.stream(QUESTION))
        gone += [weakref.ref(held) for held in (chat, chat._local, chat._local.decoder, one.model)]
        del one, chat

    until(lambda: all(held() is None for held in gone))
    until(lambda: len(threads()) <= before)


def test_an_error_in_the_model_keeps_nothing_alive(loaded: Loaded) -> None:
    chat = ChatLlama.from_loaded(loaded, max_new_tokens=3)
    decoder = weakref.ref(chat._local.decoder)
    chat._local.decoder._pass = None
    with pytest.raises(ModelError):
        chat.invoke(QUESTION)
    del chat

    until(lambda: decoder() is None)


def test_the_last_that_is_closed_takes_the_thread_and_the_caches_along(loaded: Loaded) -> None:
    first, second = ChatLlama.from_loaded(loaded), ChatLlama.from_loaded(loaded, max_new_tokens=3)
    second.invoke(QUESTION)
    thread = second._local.thread
    with first as entered:
        assert entered is first
    assert second.invoke(QUESTION).text
    with pytest.raises(SessionClosedError, match="make a new one"):
        first.invoke(QUESTION)
    second.close()

    assert thread.close()
    assert second.cached_text() == ""
    assert ChatLlama.from_loaded(loaded, max_new_tokens=3).invoke(QUESTION).text, "a new one works"


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        lambda chat: chat.model_copy(),
        lambda chat: chat.model_copy(deep=True),
        lambda chat: chat.model_copy(deep=True, update={"seed": 3}),
    ],
)
def test_copies_share_the_weights_and_are_closed_apart(
    chat: ChatLlama, copied: Callable[[ChatLlama], ChatLlama]
) -> None:
    answer = chat.invoke(QUESTION).text
    made = copied(chat)

    assert made._local is chat._local
    assert made.invoke(QUESTION).text == answer
    chat.close()
    assert made.invoke(QUESTION).text == answer
    made.close()


def test_a_deep_copy_has_settings_of_its_own(chat: ChatLlama) -> None:
    chat.stop = ["x"]
    made = copy.deepcopy(chat)
    made.stop.append("y")

    assert chat.stop == ["x"]


@pytest.mark.parametrize("update", [{"temprature": 1.0}, {"model_id": "embedded"}, {"n": 2}])
def test_a_copy_refuses_what_it_cannot_change(chat: ChatLlama, update: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(update))):
        chat.model_copy(update=update)


def test_a_pickle_holds_what_loads_the_model_again_and_no_weights(
    tmp_path: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    tiny_llama(len(tokenizer)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    chat = ChatLlama(model_id=str(tmp_path), dtype="float32", max_tokens=4, temperature=0.5, seed=0)
    written = pickle.dumps(chat)
    read = pickle.loads(written)

    assert len(written) < 10_000
    assert (read.temperature, read.seed, read.max_tokens) == (0.5, 0, 4)
    assert read.invoke(QUESTION).text == chat.invoke(QUESTION).text


def test_a_model_without_a_name_to_load_it_by_is_not_pickled(chat: ChatLlama, loaded: Loaded) -> None:
    with pytest.raises(TypeError, match="loaded by its name"):
        pickle.dumps(chat)
    own = pipeline_over(loaded)
    del own.pipeline.headstart_loaded
    with pytest.raises(TypeError, match="over a pipeline"):
        pickle.dumps(ChatLlama(llm=own))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*")
def test_after_a_fork_the_child_is_told_at_once(chat: ChatLlama) -> None:
    chat.invoke(QUESTION)
    reads, writes = os.pipe()
    child = os.fork()
    if not child:  # pragma: no cover  It ends without pytest.
        said = []
        for call in (lambda: chat.invoke(QUESTION), lambda: ChatLlama(llm=chat.llm).prefill(QUESTION), chat.close):
            try:
                said.append(str(call()))
            except ModelError as error:
                said.append(str(error))
        os.write(writes, "\n".join(said).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writes)
    with os.fdopen(reads) as pipe:
        first, second, closed = pipe.read().split("\n")

    assert "found a fork" in first
    assert "found a fork" in second
    assert closed == "None"
    assert chat.invoke(QUESTION).text, "the parent goes on"


@pytest.mark.timeout(120)
def test_a_program_ends_with_an_answer_under_way(tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> None:
    tiny_llama(len(tokenizer)).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    code = (
        "from headstart.llama import ChatLlama\n"
        f"llm = ChatLlama(model_id={str(tmp_path)!r}, dtype='float32', max_tokens=900)\n"
        "stream = llm.stream('hi'); next(stream); print('ended')"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False)

    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "ended"


def test_the_package_gives_its_class_and_imports_torch_only_then() -> None:
    code = (
        "import sys, headstart.llama as llama; "
        "assert 'torch' not in sys.modules; assert llama.__all__ == ['Capabilities', 'ChatLlama', 'capabilities_of']; "
        "assert not hasattr(llama, 'Nothing'); from headstart.llama import ChatLlama; assert 'torch' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=100)
