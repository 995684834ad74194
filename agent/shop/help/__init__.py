"""The shop's help articles: a folder of Markdown, kept in the database, found by what a customer asks."""
