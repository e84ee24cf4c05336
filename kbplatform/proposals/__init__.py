"""Somebody proposes other words for a section of an article; an editor takes them, or says why not."""
