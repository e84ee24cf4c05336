"""The field's terms, zh ↔ en: read from files, shown on hover and on a page of their own, used by search."""

from kbplatform.glossary.entries import Fault
from kbplatform.glossary.terms import Concept, Glossary, GlossaryError, glossary_files, load_glossary

__all__ = ["Concept", "Fault", "Glossary", "GlossaryError", "glossary_files", "load_glossary"]
