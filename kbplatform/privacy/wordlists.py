"""Lists of words as one writes them: with blanks between them."""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())
