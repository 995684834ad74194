"""What is shown where the program does not fit."""

from textual.widgets import Static


class TooSmall(Static):
    """Covers a screen below 50 x 15; the stylesheet shows it, so that nothing loses its focus or its text."""

    def __init__(self) -> None:
        super().__init__("This terminal is too small.\nMake it 60 x 20 or larger.", markup=False)
