"""From a conversation to a prompt's tokens, and from a model's tokens back to text and tool calls."""
