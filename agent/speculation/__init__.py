"""Speculative tool calls for any agent: issue a read before the model asks, claim it when it does."""
