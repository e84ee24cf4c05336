"""Who is asking, and what they may do."""

from kbplatform.accounts.access import Access
from kbplatform.accounts.viewer import ANONYMOUS, Viewer

__all__ = ["ANONYMOUS", "Access", "Viewer"]
