"""Why something that a model wrote was not shown, or not done."""

from enum import StrEnum


class Correction(StrEnum):
    """The value is what a user reads after `Corrected:`. A world's check may have an enum of its own."""

    UNVERIFIED_NUMBER = "unverified number"
    UNVERIFIED_DATE = "unverified date"
    UNVERIFIED_NAME = "unverified name"
    REPEATED_LOOKUP = "repeated lookup"
    NEEDLESS_LOOKUP = "lookup you did not ask for"
