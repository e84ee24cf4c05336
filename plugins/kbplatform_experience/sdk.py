"""What other plugins may import to bring kinds of entry of their own; ``__all__`` is the promise.

Mark the hook ``@hookimpl(optionalhook=True)``: then the plugin also works where experience is switched off.
"""

from __future__ import annotations

from kbplatform_experience.kinds import EntryKind

__all__ = ["EntryKind"]
