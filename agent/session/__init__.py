"""One user, from sign-in to sign-out: what is looked up, warmed and kept."""
