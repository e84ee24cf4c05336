"""The durable outbox: what happened is written in the transaction that made it happen."""

from kbplatform.events.event import Event
from kbplatform.events.outbox import Outbox, emit
from kbplatform.events.relay import EventRelay

__all__ = ["Event", "EventRelay", "Outbox", "emit"]
