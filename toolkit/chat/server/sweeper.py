"""The one timer of the server: it looks after all connections at a steady pace."""

import asyncio
import time
from collections import Counter

from toolkit.chat.protocol import CLOSE_TIMEOUT, PING
from toolkit.chat.server.admission import Admission
from toolkit.chat.server.facts import Facts
from toolkit.chat.server.hub import Hub
from toolkit.chat.server.liveness import Liveness
from toolkit.chat.server.logs import ChatLog
from toolkit.chat.server.members import Member
from toolkit.chat.server.sockets import Socket, text_frame
from toolkit.chat.settings import Settings

PING_FRAME = text_frame(PING)

RECORD_AFTER_S = 1.0
"""A connection that has said nothing for so long is recorded as one that does not resume."""


class Sweeper:
    """Pings who is due, closes who is silent, cuts who does not answer a close, and frees what is over.

    Args:
        members: the open connections.
        settings: every timer.
        counts: of what happens, by name.
    """

    def __init__(
        self,
        members: dict[Socket, Member],
        settings: Settings,
        *,
        hub: Hub,
        admission: Admission,
        facts: Facts,
        log: ChatLog,
        counts: Counter[str],
    ) -> None:
        self._members, self._settings, self._hub, self._admission = members, settings, hub, admission
        self._facts, self._log, self._counts = facts, log, counts
        self._liveness = Liveness(settings)
        self.lag_s = 0.0

    async def run(self) -> None:
        """Sweep until cancelled."""
        clock_s = time.monotonic
        due_s = clock_s()
        while True:
            due_s += self._settings.sweep_s
            await asyncio.sleep(max(0.0, due_s - clock_s()))
            late_s, due_s = clock_s() - due_s, clock_s()
            self.note_lag(late_s)
            stalled_s = self._liveness.stalled_s(late_s)
            if stalled_s:
                # What came meanwhile waits in the sockets. It is read by the loop's next turn, or the one
                # after where timers go first, and only then is anybody judged.
                for _ in range(3):
                    await asyncio.sleep(0)
            try:
                self.sweep(clock_s(), stalled_s=stalled_s)
            except Exception:
                # Without its sweeps the server would go on, and never again notice a dead client.
                self._counts["errors"] += 1
                self._log.error("sweep_failed")

    def note_lag(self, late_s: float) -> None:
        """Note how late a sweep is, which is how long the event loop was busy with something else."""
        self.lag_s = max(0.0, late_s)
        if self._liveness.stalled_s(late_s):
            self._counts["stalls"] += 1
        if late_s > self._settings.lag_warning_s:
            self._log.warning("event_loop_blocked", lag_s=round(late_s, 3))

    def sweep(self, now_s: float, *, stalled_s: float = 0.0) -> None:
        """Look after everything once.

        Args:
            now_s: monotonic.
            stalled_s: for how long the server itself was blocked before.
        """
        pinged = 0
        for member in list(self._members.values()):
            socket = member.socket
            if stalled_s:
                socket.heard_s = min(now_s, socket.heard_s + stalled_s)
            if not socket.is_open:
                if socket.is_overdue(now_s):
                    socket.transport.abort()
                continue
            pinged += self._look_after(member, now_s)
        self._counts["pings"] += pinged
        self._hub.expire(now_s)
        self._admission.prune(now_s)
        self._log.tick()

    def _look_after(self, member: Member, now_s: float) -> bool:
        """Whether the open connection was pinged."""
        socket = member.socket
        if socket.paused and socket.unsent_bytes() > self._settings.max_buffer_bytes:
            self._hub.fall_behind(socket, None)
        elif member.behind is not None:
            self._hub.catch_up(member)
        if self._facts.wanted and member.recorded is None and now_s - member.opened_s >= RECORD_AFTER_S:
            self._facts.opened(member)
        verdict = self._liveness.judge(now_s, heard_s=socket.heard_s, pinged_s=member.pinged_s)
        if verdict == "silent":
            self._counts["timed_out"] += 1
            self._hub.close(member, CLOSE_TIMEOUT, "silent for too long")
        elif verdict == "due":
            member.pinged_s = now_s
            socket.write(PING_FRAME)
            return True
        return False
