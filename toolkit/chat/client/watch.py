"""When a client asks a silent server for a sign of life, and when it gives the server up."""

from typing import Literal

Verdict = Literal["wait", "ask", "give up"]


class Watch:
    """The silence of one connection, measured on a monotonic clock that the caller reads.

    Args:
        interval_s: after so long without a frame the server is asked.
        wait_s: and so long afterwards it is given up.
        now_s: the present.
    """

    def __init__(self, *, interval_s: float, wait_s: float, now_s: float) -> None:
        self._interval_s, self._wait_s = interval_s, wait_s
        self._asked = self._again = False
        self._due_s = now_s + interval_s

    @property
    def due_s(self) -> float:
        """When there is something to decide, unless a frame comes before."""
        return self._due_s

    @property
    def asked(self) -> bool:
        """Whether an answer is outstanding."""
        return self._asked

    def heard(self, now_s: float) -> None:
        """A frame came."""
        self._asked = self._again = False
        self._due_s = now_s + self._interval_s

    def decide(self, now_s: float) -> Verdict:
        """What to do now. Frames that are waiting must have been read before."""
        late_s = now_s - self._due_s
        if late_s < 0:
            return "wait"
        if self._asked:
            # Whoever looks so late was asleep: the silence meanwhile says nothing about the server. It is
            # asked once more, and only once, as somebody who is always late would never give up.
            if self._again or late_s <= self._wait_s:
                return "give up"
            self._again = True
        self._asked = True
        self._due_s = now_s + self._wait_s
        return "ask"
