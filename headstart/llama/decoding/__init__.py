"""From a prompt's tokens to the next ones: passes, KV caches, drafts, the choice of a token."""
