"""The trainer's day: what changed, who has what to do by when, who knows what, and five minutes before the shift."""
