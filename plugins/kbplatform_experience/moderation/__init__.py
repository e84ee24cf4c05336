"""Keeping it decent: reports, the queue, decisions."""
