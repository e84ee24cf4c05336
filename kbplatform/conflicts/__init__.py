"""A pack brings other words for a text that was edited here: an editor chooses, section by section."""
