"""What is drawn, worked out without a widget: words, readings, rows of a turn, cards, pictures."""
