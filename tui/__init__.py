"""The Textual application and the command line: two thin fronts over `agent`."""
