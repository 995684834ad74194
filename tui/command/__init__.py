"""The command line, and what runs without a screen."""
