"""Choosing and loading the model that answers."""
