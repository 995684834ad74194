"""The second exam: questions that somebody wrote who had seen nothing of the program.

Nobody who works on the program reads `training/exam/second_questions.toml`; they would write the program for it.
"""
