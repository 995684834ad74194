"""What a question calls for, by its kind and the customer's rows at that moment; nothing is taken from an answer."""

from collections.abc import Callable, Mapping

from training.exam.second import of_orders, of_services
from training.exam.second.conversations import Asked
from training.exam.second.rows import Rows, Wanted
from training.exam.truth import Customer

TABLE: Mapping[str, Callable[[Rows], Wanted]] = {**of_orders.TABLE, **of_services.TABLE}


def wanted(asked: Asked, customer: Customer) -> Wanted:
    """What is right for this customer now."""
    return TABLE[asked.kind](Rows(asked, customer))
