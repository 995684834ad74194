"""Which model this machine runs, whether it can hold a conversation, and its way into memory."""
