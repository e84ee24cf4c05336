"""What all tests share: one real browser, and figures that are printed at the end of the run.

The browser is skipped with a plain reason where there is no Chromium; CI insists on one. A test records a figure with
``record_property("figure", …)``.
"""

from __future__ import annotations

import gc
import os
import shutil

import pytest

CHROMIUM = next((p for n in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable") if (p := shutil.which(n))), None)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        if os.environ.get("KBPLATFORM_REQUIRE_BROWSER"):
            pytest.fail("no Chromium found, and KBPLATFORM_REQUIRE_BROWSER is set")
        pytest.skip("no Chromium on this machine: install chromium to run the browser tests")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def indexed_template(kb_template, tmp_path_factory):
    """A data directory as ``serve`` leaves it: the bundled content taken in and indexed by Whoosh. To be copied, with :func:`lay_out`."""
    from kbplatform.app import make_platform
    from kbplatform.settings import load_settings

    folder = shutil.copytree(kb_template, tmp_path_factory.mktemp("indexed") / "data")
    platform = make_platform(load_settings(data_dir=folder, search_engine="whoosh", log_level="error"))
    indexer = platform.indexer()
    indexer.run_once()
    indexer.close()
    platform.close()
    return folder


@pytest.fixture(scope="session")
def lay_out(indexed_template):
    """``lay_out(folder)``: a site that was served before, which starts in a fraction of the time of a first start."""
    return lambda folder: shutil.copytree(indexed_template, folder, dirs_exist_ok=True)


@pytest.fixture(scope="session", autouse=True)
def _schemas_known():
    """Every application describes the same models: their schemas, a fifth of making one, are worked out once. Nobody changes them."""
    from weakref import WeakKeyDictionary

    from flask_openapi3 import utils

    known, real = WeakKeyDictionary(), utils.get_model_schema

    def get_model_schema(model, mode="validation"):
        of_model = known.setdefault(model, {})
        if mode not in of_model:
            of_model[mode] = real(model, mode=mode)
        return of_model[mode]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(utils, "get_model_schema", get_model_schema)
        yield


def pytest_collection_finish():
    """Looking again and again for garbage among all that was imported and collected took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def pytest_terminal_summary(terminalreporter):
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.getreports(kind)]
    for line in sorted({value for r in reports for name, value in r.user_properties if name == "figure"}):
        terminalreporter.write_line(line)
