"""What is this shop's English: what a question asks for, and whether an answer says what the records hold."""
