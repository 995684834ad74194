"""Worlds that training never sees, written for `bench.worlds`, and the questions asked there."""
