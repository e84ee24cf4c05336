"""kbplatform: knowledge base and training platform for customer-service teams."""

import pluggy

__version__ = "0.1.0"

hookimpl = pluggy.HookimplMarker("kbplatform")
"""Marks a function of a plugin as the implementation of the hook of the same name."""

hookspec = pluggy.HookspecMarker("kbplatform")
"""Marks a function as a hook that others may implement."""

__all__ = ["__version__", "hookimpl", "hookspec"]
