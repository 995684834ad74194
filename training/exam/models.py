"""Which model sits the exam: the embedded one with its adapter or another's, the same untaught, or any other."""

import hashlib
import tempfile
from pathlib import Path

from langchain_core.language_models import BaseChatModel

from agent.models.loading import load_chat_llama
from agent.settings import Settings
from headstart.llama.loading import embedded
from training.fingerprint import fingerprint

ROOT = Path(__file__).parents[2]
EMBEDDED = "embedded"
UNTAUGHT = "untaught"
WORK = Path(tempfile.gettempdir()) / "headstart-exam"
"""Converted weights, databases and what was said so far."""


def key(spec: str, adapter: Path | None) -> str:
    """Eight hex digits over everything of the program and the model that can change an answer."""
    digest = hashlib.sha256(f"{fingerprint()} {spec}".encode())
    if spec == EMBEDDED and adapter is None:
        adapter = embedded.ADAPTER
    for path in sorted(adapter.glob("*.safetensors")) if adapter else ():
        digest.update(path.read_bytes())
    for folder in ("agent", "headstart"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def load(spec: str, adapter: Path | None) -> BaseChatModel:
    """The model, loaded as the program loads it; without a taught adapter or with another one, converted first."""
    settings = Settings(cache_folder=WORK / "cache")
    if spec == UNTAUGHT:
        spec = str(converted(WORK / "nothing"))
    elif spec == EMBEDDED and adapter is not None:
        spec = str(converted(adapter))
    return load_chat_llama(settings.model_copy(update={"model": spec}), lambda _: None)


def converted(adapter: Path) -> Path:
    """The folder with the embedded weights and that adapter merged in; a folder without an adapter merges nothing."""
    # Converting removes what lies beside it for other adapters, so each has a folder of its own.
    name = hashlib.sha256(str(adapter.absolute()).encode()).hexdigest()[:8]
    folder = embedded.cache_folder(WORK / "weights" / name, adapter=adapter)
    if not embedded.is_complete(folder):
        embedded.convert(folder, lambda *_: None, adapter=adapter)
    return folder
