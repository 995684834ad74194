"""The terminal itself: keys and pastes as they come, the drivers, leaving it as it was."""
