"""What a text asks for, told by a small classifier that was learned from a table of phrasings.

    kinds = Kinds.load(path)
    kinds.likelihoods("where is my parcel")["parcel"]  # 0.97

`headstart.kinds.learning` makes one of a table; it needs torch, and nothing else here does.
"""

from headstart.kinds.classifier import Kinds

__all__ = ["Kinds"]
