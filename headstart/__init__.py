"""The libraries of Headstart: a local Llama, speculative tool calls, a guard, worlds, the timeline of a turn.

Each is imported from its own package, so that taking one does not load the others.
"""
