"""How figures are kept: with the command, the day, the commit and the machine that made them."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of the values do not exceed; NaN for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


def about() -> dict[str, object]:
    """What made the figures, so that a reader can make them again."""
    return {
        "command": " ".join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]]),
        "made": time.strftime("%Y-%m-%d", time.gmtime()),
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain", "--", "kbplatform", "content") else ""),
        "load": round(os.getloadavg()[0], 1),
        "machine": f"{os.cpu_count()} × {_processor()}, {platform.system()}, Python {platform.python_version()}",
    }


def _git(*arguments: str) -> str:
    found = subprocess.run(["git", *arguments], cwd=HERE, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in info.read_text("utf-8").splitlines() if line.startswith("model name")] if info.exists() else []
    return names[0] if names else platform.processor() or platform.machine()


def save(path: Path, figures: dict[str, object]) -> None:
    """Write figures as JSON that reads well in a diff: numbers to four significant digits, NaN and infinity as null."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(_rounded(figures), ensure_ascii=False, indent=1) + "\n", "utf-8")


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    if isinstance(value, float):
        return None if not math.isfinite(value) else float(f"{value:.4g}")
    return value
