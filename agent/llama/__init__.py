"""A local Llama as a LangChain chat model, with tools, a warm KV cache and cancelling.

A library: it knows nothing of this project but its errors.
"""
