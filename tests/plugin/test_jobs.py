"""Jobs of plugins: done again and again by the process that keeps the index, each without harm to it or to the others."""

from __future__ import annotations

import time
from datetime import timedelta
from threading import Event, Thread

import pytest

from kbplatform import hookimpl
from kbplatform.app import make_platform
from kbplatform.plugin.jobs import Jobs
from kbplatform.sdk import Job

OFTEN = timedelta(milliseconds=20)


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.005)
    return condition()


@pytest.fixture
def runner():
    """``runner(job, ...)`` → Jobs, and asked all the time what is due until the test is over."""
    stop, made, threads = Event(), [], []

    def start(*jobs):
        runner = Jobs([("mine", j) for j in jobs])

        def rounds():
            while not stop.wait(0.005):
                runner.run_due()

        made.append(runner)
        threads.append(Thread(target=rounds))
        threads[-1].start()
        return runner

    yield start
    stop.set()
    for thread in threads:
        thread.join()
    for runner in made:
        runner.close(0.1)


def test_a_job_is_done_soon_and_again_when_it_is_due(runner):
    done = []
    runner(Job("often", OFTEN, lambda _stopping: done.append("often")), Job("daily", timedelta(days=1), lambda _stopping: done.append("daily")))
    assert until(lambda: done.count("often") > 3)
    assert done.count("daily") == 1


def test_one_that_raises_or_hangs_costs_only_itself(runner):
    done, hanging = [], Event()

    def fail(_stopping):
        done.append("failed")
        raise RuntimeError

    def leave(_stopping):
        done.append("left")
        raise SystemExit

    runner(Job("hangs", OFTEN, lambda _stopping: (done.append("hangs"), hanging.wait(20))), Job("fails", OFTEN, fail), Job("leaves", OFTEN, leave), Job("good", OFTEN, lambda _stopping: done.append("good")))
    assert until(lambda: done.count("good") > 3 and done.count("failed") > 1 and done.count("left") > 1)
    assert done.count("hangs") == 1  # never twice at once
    hanging.set()


def test_at_the_end_a_job_is_asked_to_stop_and_none_begins_any_more(runner):
    heard, began = Event(), []

    def long(stopping):
        began.append(1)
        while not stopping():
            time.sleep(0.005)
        heard.set()

    jobs = runner(Job("long", OFTEN, long))
    assert until(lambda: began)
    jobs.close()
    assert heard.is_set()
    time.sleep(0.1)
    assert began == [1]


def test_only_the_process_that_keeps_the_index_does_them(kb_settings):
    done = []

    class Works:
        def __init__(self, name):
            self.name = name

        @hookimpl
        def register_jobs(self, services):
            return [Job("count", timedelta(days=1), lambda _stopping: done.append(self.name)), "no job"]

    platforms = [make_platform(kb_settings(search_engine="whoosh", disabled_plugins=["experience"]), plugins={"mine": Works(name)}) for name in ("first", "second")]
    first_stop, second_stop = Event(), Event()
    first = Thread(target=platforms[0].run_indexer, args=(first_stop,))
    first.start()
    assert until(lambda: done == ["first"])
    second = Thread(target=platforms[1].run_indexer, args=(second_stop,))
    second.start()
    time.sleep(0.6)
    assert done == ["first"]
    first_stop.set()
    first.join(20)
    assert until(lambda: done == ["first", "second"])  # it takes over
    second_stop.set()
    second.join(20)
    for platform in platforms:
        platform.close()
