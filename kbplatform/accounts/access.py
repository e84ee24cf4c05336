"""What a reader may do. Until there are accounts there is one permission: reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kbplatform.bilingual import Text
from kbplatform.errors import Forbidden

if TYPE_CHECKING:
    from kbplatform.accounts.viewer import Viewer

READ = "articles.read"
KNOWN_PERMISSIONS = frozenset({READ})


class Access:
    """Decides by permission name; what it does not know, it denies."""

    def __init__(self, *, open_to_readers: bool) -> None:
        self._open = open_to_readers

    def allows(self, viewer: Viewer, permission: str) -> bool:
        """Whether ``viewer`` holds ``permission``."""
        return permission == READ and (self._open or viewer.id is not None)

    def require(self, viewer: Viewer, permission: str) -> None:
        """Raise Forbidden, with what to do, unless ``viewer`` holds ``permission``."""
        if not self.allows(viewer, permission):
            raise Forbidden(
                Text("这个站点只对登录的人开放", "This site is for signed-in people only"),
                remedy=Text(
                    "站点不在本机回环地址上，默认不公开。管理员可设 KBPLATFORM_READ_ACCESS=everyone 来开放阅读。",
                    "It is reachable from other machines, so reading is closed by default. The operator can open it "
                    "with KBPLATFORM_READ_ACCESS=everyone.",
                ),
            )
