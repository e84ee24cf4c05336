"""Events arrive in order, at least once, and one bad handler stops nobody else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from kbplatform.db import utcnow
from kbplatform.events import EventRelay, Outbox, emit
from kbplatform.events.models import OutboxRow


def put(db, *topics):
    for topic in topics:
        with db.write() as session:
            emit(session, topic, {"n": topic})


def test_events_come_in_the_order_they_were_committed(kb_database):
    put(kb_database, "a", "b", "c")
    outbox = Outbox(kb_database)
    events = outbox.after(0, 10)
    assert [e.topic for e in events] == ["a", "b", "c"]
    assert outbox.head() == events[-1].seq
    assert [e.topic for e in outbox.after(events[0].seq, 1)] == ["b"]


def test_an_event_of_a_rolled_back_change_never_happened(kb_database):
    try:
        with kb_database.write() as session:
            emit(session, "a", {})
            session.flush()
            raise RuntimeError
    except RuntimeError:
        pass
    assert Outbox(kb_database).after(0, 10) == []


def test_each_handler_sees_each_event_once_when_all_goes_well(kb_database):
    seen: list[tuple[str, str]] = []
    put(kb_database, "a", "b")
    relay = EventRelay(kb_database, {h: (lambda _s, e, h=h: seen.append((h, e.topic))) for h in ("one", "two")})
    assert relay.run_once() == 4
    assert relay.run_once() == 0
    assert seen == [("one", "a"), ("one", "b"), ("two", "a"), ("two", "b")]


def test_a_handler_that_keeps_failing_is_given_up_for_that_event_only(kb_database):
    put(kb_database, "bad", "good")
    tries: list[str] = []

    def handler(_session, event):
        tries.append(event.topic)
        if event.topic == "bad":
            raise ValueError

    relay = EventRelay(kb_database, {"h": handler})
    for _ in range(6):
        relay.run_once()
    assert tries == ["bad"] * 5 + ["good"]


def test_pruning_keeps_what_a_handler_has_not_seen_and_the_newest(kb_database):
    put(kb_database, "a", "b", "c")
    outbox = Outbox(kb_database)
    EventRelay(kb_database, {"slow": lambda _s, _e: None}).run_once(limit=1)
    EventRelay(kb_database, {"quick": lambda _s, _e: None}).run_once()
    assert outbox.prune({"slow", "quick", "never ran"}, keep_days=-1) == 0
    assert outbox.prune({"slow", "quick"}) == 0  # not old enough
    assert outbox.prune({"slow", "quick"}, keep_days=-1) == 1
    assert [e.topic for e in outbox.after(0, 10)] == ["b", "c"]
    assert outbox.prune((), keep_days=-1) == 1
    assert [e.topic for e in outbox.after(0, 10)] == ["c"]
    assert outbox.oldest() == outbox.head()


def test_a_plugin_that_is_gone_holds_up_no_pruning_and_that_is_done_once_a_day(kb_database):
    put(kb_database, "a", "b")
    EventRelay(kb_database, {"gone": lambda _s, _e: None}).run_once(limit=1)
    put(kb_database, "c", "d")
    with kb_database.write() as session:
        session.execute(update(OutboxRow).values(created_at=utcnow() - timedelta(days=31)))
    relay = EventRelay(kb_database, {"here": lambda _s, _e: None})
    relay.run_once()
    assert relay.prune_daily() == 3
    assert relay.prune_daily() == 0
