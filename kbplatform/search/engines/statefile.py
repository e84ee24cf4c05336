"""The file beside a Whoosh index that says which folder is current: replaced atomically, all a reader has to look at."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

_OLD_FOLDER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class IndexState:
    """``folder`` is empty where there is no usable index; ``seq`` is the outbox row it reaches to."""

    schema: str = ""
    folder: str = ""
    generation: int = 0
    seq: int = 0


class StateFile:
    """``<root>/state.json``. What it says of another schema version, or of a folder elsewhere, counts as nothing."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self._file = str(self.root / "state.json")
        self.schema_version = ""
        self._stamp: tuple[int, int, int] | None = None
        self._state = IndexState()

    def expect(self, schema_version: str) -> None:
        """From now on only an index of this version is usable."""
        self.schema_version = schema_version
        self._stamp = None

    def current(self) -> IndexState:
        """The content, read again only when the file was replaced. Costs microseconds."""
        try:
            status = os.stat(self._file)
        except OSError:
            self._stamp, self._state = None, IndexState()
            return self._state
        stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        if stamp != self._stamp:
            self._state = self._read()
            self._stamp = stamp
        return self._state

    def _read(self) -> IndexState:
        try:
            state = IndexState(**json.loads((self.root / "state.json").read_text("utf-8")))
            plain = Path(state.folder).name == state.folder and state.folder.startswith("ix-")
        except (OSError, ValueError, TypeError, AttributeError):
            return IndexState()
        return state if plain and state.schema == self.schema_version else IndexState()

    def replace(self, state: IndexState) -> None:
        """Make ``state`` what every reader sees next."""
        self.root.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=self.root, delete=False, suffix=".tmp") as out:
            json.dump(asdict(state), out)
        os.replace(out.name, self.root / "state.json")

    def fresh_folder(self) -> tuple[int, Path]:
        """An empty folder for the next generation, and its number: higher than any there ever was."""
        generation = max(self.current().generation, self._highest()) + 1
        folder = self.root / f"ix-{generation}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return generation, folder

    def _highest(self) -> int:
        return max((int(p.name[3:]) for p in self.root.glob("ix-*") if p.name[3:].isdecimal()), default=0)

    def sweep(self, keep: str) -> None:
        """Remove older folders, but not one that a reader may be opening this second."""
        for folder in self.root.glob("ix-*"):
            with contextlib.suppress(OSError):
                if folder.name != keep and time.time() - folder.stat().st_mtime > _OLD_FOLDER_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)
