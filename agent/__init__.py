"""Everything of Headstart but the screen: the model, the speculation, the shop and the session that joins them."""
