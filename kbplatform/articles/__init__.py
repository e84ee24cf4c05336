"""Practices and articles: languages, revisions, sections, content packs, site facts."""
