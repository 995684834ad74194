"""Speculative tool calls for any agent: issue a read before the model asks, claim it when it does.

`agent.speculation.langchain` puts it under LangChain tools; it is imported from there, so that this stays light.
"""

from agent.speculation.calls import Ahead, Call, Claim, Fetched, Outcome, State
from agent.speculation.ledger import Ledger
from agent.speculation.prediction import Candidate, Predictor
from agent.speculation.speculator import Speculator

__all__ = ["Ahead", "Call", "Candidate", "Claim", "Fetched", "Ledger", "Outcome", "Predictor", "Speculator", "State"]
