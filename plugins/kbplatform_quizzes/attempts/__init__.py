"""Attempts at quizzes: drawn once, saved answer by answer, marked exactly once, and to be marked again."""
