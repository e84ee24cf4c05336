"""Figures that tests record (``record_property("figure", …)``) are printed at the end of the run."""

from __future__ import annotations


def pytest_terminal_summary(terminalreporter):
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.getreports(kind)]
    for line in sorted({value for r in reports for name, value in r.user_properties if name == "figure"}):
        terminalreporter.write_line(line)
