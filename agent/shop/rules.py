"""What is worth looking up in this shop before anybody asks.

A rule is a small function that gives candidates; the session issues them. So far there is one, for
the sign-in: the question that most customers come with is about their newest orders.
"""

from agent.speculation.speculator import Call

ORDER_HISTORY = Call.of("get_order_history")


def at_sign_in() -> list[Call]:
    """The reads that the first question will most likely need."""
    return [ORDER_HISTORY]
