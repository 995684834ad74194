"""What the shop's assistant says where no model may."""

import re

NEW_ADDRESS = "What is the new address?"
"""What is asked back where a change of address names none."""

NEW_OWN_ADDRESS = "What is your new address?"
"""What is asked back where the customer's own address shall change and none is given."""

ONLY_YOURS = "I'm sorry, I can only see your own orders and your own account."
"""What is said to a question for somebody else's data."""

NOT_ALLOWED = "I'm sorry, I can't do that, but I'm happy to help you with your orders."
"""What is said to an order that no customer may give."""

NOT_UNDERSTOOD = "I'm not sure what you would like me to do. Could you say it in other words?"
"""What the customer reads where nothing that the model made of a question can stand."""

WAY_ON = 'If you know its number, tell me that; or say "a person", and somebody looks for it.'
"""Where something is not found among the orders."""

OFFER = "Shall I hand this to a person?"
"""The way on where nothing else helps; a yes to it is taken for the wish."""

HELPED = "Did that help?"
"""Asked where an article has answered; a no to it brings the offer."""

GLAD = "I'm glad it did. Is there anything else I can help you with?"
NOT_MINE = "I'm sorry that it didn't."
ALL_RIGHT = "All right. Is there anything else I can help you with?"
SORRY_FOR_THAT = "I'm sorry that this went so badly. Tell me which order it is about, and I look at once."
"""What is said to anger in which nothing is asked."""

DEAD_END = re.compile(
    r"\bI(?: can(?:'t|’t|not) say (?:that )?for certain| do(?:n't|n’t| not) have (?:that|this) information"
    r"|(?:'m|’m| am) not sure what you would like)|\bcannot be read right now",
    re.IGNORECASE,
)
"""What an answer says that answers nothing."""
NOT_FOUND = re.compile(r"^I (?:can(?:'t|’t|not)|could(?:n't|n’t| not)) find [^.]*\.$", re.IGNORECASE)
"""An answer that is nothing but that something is not there."""


def with_way_on(answer: str) -> str:
    """What to add to an answer that leads nowhere, so that the customer gets somewhere; empty for any other."""
    if answer.endswith((OFFER, WAY_ON)):
        return ""
    if DEAD_END.search(answer):
        return f" {OFFER}"
    return f" {WAY_ON}" if NOT_FOUND.match(answer) else ""
