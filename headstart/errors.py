"""The few errors a user can meet.

Every message says what was expected, what was found and the one thing to do.
`exit_code` is what `headstart ask` and the other commands end with.
"""


class HeadstartError(Exception):
    """Something the user can mend; its text is fit to be shown as it is."""

    exit_code = 1


class SettingsError(HeadstartError):
    """An option, variable or configuration file holds something that cannot be used."""

    exit_code = 2


class SignInError(HeadstartError):
    """The name and password do not open an account, or it is too early to try again."""

    exit_code = 3


class DatabaseError(HeadstartError):
    """A database, or a file or folder of the program, cannot be used: missing, locked, damaged, full, read-only."""

    exit_code = 4


class WorldError(HeadstartError):
    """A world is not as it should be, or its service failed."""

    exit_code = 4


class ArgumentsError(HeadstartError):
    """A tool was called with arguments that it does not take; the text is for the model that wrote them."""


class ModelError(HeadstartError):
    """The language model cannot be loaded, or it failed in the middle of an answer."""

    exit_code = 5


class QuestionError(HeadstartError):
    """The question cannot be asked as it stands: empty, or longer than the prompt has room for."""


class ConfirmationError(HeadstartError):
    """The change does not wait for the customer's word: it was answered, or another question came."""


class SessionClosedError(HeadstartError):
    """The customer signed out, or the program is quitting, while this was under way."""
