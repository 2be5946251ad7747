"""Records what a running chat server sees: each connection, and each delivery that clients acknowledge."""

import threading
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from toolkit.measure.events import Connection, Delivery
from toolkit.measure.recorder import Recorder
from toolkit.project.faults import EnvironmentFault

Key = tuple[str, str]
"""Client and session."""


class ServedFacts:
    """Takes the rows of a chat server, field by field, and keeps the recorder's sessions true.

    A recorder takes a session to want connection until it is told otherwise. A server never hears that a
    client gave up, but it keeps a session only so long; then the session ended when it was lost. A client
    that comes back later has a new one.

    Args:
        recorder: takes the facts.
        session_s: a session without a connection is over after so long.
        patience_s: how long closing tries where the place cannot be written.
        limit_s: how long closing waits for a place that does not even answer. None: as long as it takes.
    """

    def __init__(
        self, recorder: Recorder, *, session_s: float, patience_s: float, limit_s: float | None = None
    ) -> None:
        self._recorder, self._patience_s, self._limit_s = recorder, patience_s, limit_s
        self._kept = timedelta(seconds=session_s)
        self._open: dict[Key, Connection] = {}
        # In the order in which they were lost, which is that in which they are over.
        self._lost: OrderedDict[Key, datetime] = OrderedDict()

    def connection(self, **row: Any) -> None:
        """Record the newest state of a connection.

        Raises:
            EnvironmentFault: it is not recorded, as too many rows wait to be written.
        """
        fact = Connection(**row)
        self._forget_before(fact.observed_until - self._kept)
        self._recorder.connection(fact)
        key = (fact.client, fact.session)
        if fact.outcome != "open":
            self._recorder.end_session(*key, at=fact.observed_until)
        elif fact.ended_at is None:
            self._open[key] = fact
            self._lost.pop(key, None)
        else:
            self._ended(key, fact)

    def delivery(self, **row: Any) -> None:
        """Record a delivery that is decided.

        Raises:
            EnvironmentFault: it is not recorded, as too many rows wait to be written.
        """
        self._recorder.delivery(Delivery(**row))

    def close(self) -> None:
        """Record what is open as open until now, and write everything.

        Raises:
            EnvironmentFault: something could not be written; the message says where it lies instead, or how
                many rows are lost.
        """
        for key in list(self._lost):
            self._over(key)
        failed: list[Exception] = []
        # No daemon thread outlives the process, whatever it waits for.
        closing = threading.Thread(target=self._close, args=(failed,), daemon=True)
        closing.start()
        closing.join(self._limit_s)
        if closing.is_alive():
            raise EnvironmentFault(
                f"recording failed: the place does not answer, and {self._recorder.waiting} rows are lost; "
                "see that it can be reached"
            )
        for error in failed:
            raise error

    def _close(self, failed: list[Exception]) -> None:
        try:
            self._recorder.close(patience_s=self._patience_s)
        except Exception as error:
            failed.append(error)

    def _ended(self, key: Key, fact: Connection) -> None:
        newest = self._open.get(key)
        if newest is not None and newest.attempt != fact.attempt:
            # The session went on over a newer connection before this one was gone: that is its state.
            until = max(newest.observed_until, fact.observed_until)
            self._recorder.connection(replace(newest, observed_until=until))
            return
        self._open.pop(key, None)
        self._lost.pop(key, None)
        if fact.ended_at is not None and not fact.intended:
            self._lost[key] = fact.ended_at

    def _forget_before(self, when: datetime) -> None:
        while self._lost and next(iter(self._lost.values())) < when:
            self._over(next(iter(self._lost)))

    def _over(self, key: Key) -> None:
        self._recorder.end_session(*key, at=self._lost.pop(key))
