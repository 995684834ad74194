"""What the shop's assistant says where no model may."""

NEW_ADDRESS = "What is the new address?"
"""What is asked back where a change of address names none."""

ONLY_YOURS = "I'm sorry, I can only see your own orders and your own account."
"""What is said to a question for somebody else's data."""

NOT_ALLOWED = "I'm sorry, I can't do that, but I'm happy to help you with your orders."
"""What is said to an order that no customer may give."""

NOT_UNDERSTOOD = "I'm not sure what you would like me to do. Could you say it in other words?"
"""What the customer reads where nothing that the model made of a question can stand."""
