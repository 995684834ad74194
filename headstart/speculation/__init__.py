"""Speculative tool calls for any agent: issue a read before the model asks, claim it when it does.

`headstart.speculation.langchain` puts it under LangChain tools; it is imported from there, so that this stays light.
"""

from headstart.speculation.calls import Ahead, Call, Claim, Fetched, Outcome, State
from headstart.speculation.ledger import Ledger
from headstart.speculation.prediction import Candidate, Predictor
from headstart.speculation.speculator import Speculator

__all__ = ["Ahead", "Call", "Candidate", "Claim", "Fetched", "Ledger", "Outcome", "Predictor", "Speculator", "State"]
