"""The sentences and the measuring of them are shared with ``benchmarks/masking.py``: both folders are put on the path."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).resolve().parents[2] / "benchmarks")]
