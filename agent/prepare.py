"""What set-up can do ahead of the first chat: `python -m agent.prepare`.

The embedded model's weights are converted once, which takes a quarter of a minute; set-up takes minutes anyway. Its end
status tells whether there is anything left for a later set-up to try; the chat does all of this itself where it must.
"""

import sys
from typing import TextIO

from agent.settings import load_settings
from headstart.errors import HeadstartError
from headstart.llama.loading import weights
from headstart.llama.loading.choice import EMBEDDED, choose_model


def prepare(out: TextIO) -> bool:
    """Convert the weights that the chat will load, with a progress line on `out`; whether they are ready now."""
    shown = out.isatty()

    def progress(state: weights.LoadProgress) -> None:
        # Converting is the first part of loading, and all that is done here.
        percent = min(100, round(100 * state.fraction / weights.CONVERTED))
        line = f"headstart: converting the embedded model: {state.step}, {percent} %"
        print(f"\r{line:<78}" if shown else line, end="" if shown else "\n", file=out, flush=True)

    try:
        settings = load_settings()
        choice = choose_model(settings.model, settings.dtype)
        if choice.source != EMBEDDED:
            print(f"headstart: the embedded model is not converted: the chat is to use {choice.source}.", file=out)
            return False
        done = weights.convert_ahead(settings.cache_folder, progress)
    except HeadstartError as error:
        print(f"{chr(10) if shown else ''}headstart: the embedded model is not converted yet: {error}", file=out)
        return False
    if done and shown:
        print(file=out)
    return True


if __name__ == "__main__":
    sys.exit(0 if prepare(sys.stdout) else 1)
