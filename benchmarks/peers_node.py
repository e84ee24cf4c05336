"""minisearch, run by node in a child process that times itself: the pipe between us is not part of any figure."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from peers import HITS, SUGGESTIONS, Absent, Prepared, Task, Tokens

HERE = Path(__file__).resolve().parent


class MiniSearch:
    """Our tokens; with ``own`` also its prefix and fuzzy matching. Our analysis in Python is added to its time, as to all."""

    name = "minisearch"
    mode = "tokens"

    def __init__(self, folder: Path, tokens: Tokens) -> None:
        package = next((p / "minisearch" for p in _modules() if (p / "minisearch").is_dir()), None)
        if shutil.which("node") is None or package is None:
            raise Absent("needs node, and `npm install` in benchmarks/")
        self.version = json.loads((package / "package.json").read_text("utf-8"))["version"]
        self._folder = folder
        self._tokens = tokens
        self._node = subprocess.Popen(
            ["node", "--max-old-space-size=8000", str(HERE / "minisearch_peer.mjs"), self.mode],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        )  # fmt: skip

    def _ask(self, request: dict[str, object]) -> dict:
        self._node.stdin.write(json.dumps(request, ensure_ascii=False) + "\n")
        self._node.stdin.flush()
        line = self._node.stdout.readline()
        if not line:
            raise RuntimeError("node ended: see its message above")
        return json.loads(line)

    def build(self, documents: Sequence[Prepared]) -> float:
        path = self._folder / f"minisearch-{self.mode}.jsonl"
        with path.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(d.row, ensure_ascii=False) + "\n" for d in documents)
        seconds = self._ask({"task": "build", "path": str(path)})["ms"] / 1000
        path.unlink()
        return seconds

    def _measured(self, task: Task, name: str, *, narrow: bool = False) -> tuple[float, list[str]]:
        started = time.perf_counter()
        if name == "keystroke":
            terms, words = self._tokens.parts(task.text), []
        else:
            terms = self._tokens.of(task.text)
            words = [t.surface for t in self._tokens.analyzer.query_tokens(self._tokens.analyzer.normalise(task.text))] if name == "excerpt" else []
        ours = (time.perf_counter() - started) * 1000
        request = {"task": name, "terms": " ".join(terms), "words": words, "lang": task.lang, "group": task.group if narrow else ""}
        reply = self._ask(request) if terms else {"ms": 0.0, "keys": []}
        return ours + reply["ms"], list(dict.fromkeys(reply["keys"]))

    def keystroke(self, task: Task) -> tuple[float, list[str]]:
        ms, keys = self._measured(task, "keystroke")
        return ms, keys[:SUGGESTIONS]

    def find(self, task: Task) -> tuple[float, list[str]]:
        ms, keys = self._measured(task, "find")
        return ms, keys[:HITS]

    def excerpt(self, task: Task) -> tuple[float, list[str]]:
        ms, keys = self._measured(task, "excerpt")
        return ms, keys[:HITS]

    def filtered(self, task: Task) -> tuple[float, list[str]]:
        ms, keys = self._measured(task, "filtered", narrow=True)
        return ms, keys[:HITS]

    def update(self, document: Prepared, word: str) -> float:
        reply = self._ask({"task": "replace", "row": document.row, "terms": " ".join(self._tokens.of(word)), "lang": "", "group": ""})
        return reply["ms"] if document.document.key in reply["keys"] else float("nan")

    def close(self) -> None:
        self._node.stdin.close()
        self._node.wait(10)
        self._node.stdout.close()


class MiniSearchOwn(MiniSearch):
    """With the options its manual recommends for search boxes."""

    name = "minisearch prefix+fuzzy"
    mode = "own"


def _modules() -> list[Path]:
    """Where node looks for packages of our script."""
    return [folder / "node_modules" for folder in (HERE, *HERE.parents)]
