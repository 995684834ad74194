"""This agent's world: orders, accounts, tools and what to look up ahead. Replace it to make the program yours."""
