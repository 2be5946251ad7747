"""Where a client stands in a numbered stream, a room or its inbox: what is next, again or missing."""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

HELD = 1_000
"""Messages that are kept while an answer of the server is awaited; more are fetched again."""

Verdict = Literal["next", "again", "held", "gap", "torn"]
"""Of a gap the missing can still be asked for; torn is a replay of which a part is gone for good."""

T = TypeVar("T")


@dataclass(frozen=True)
class Position:
    """The newest message that was taken: its number under the epoch of the numbering."""

    epoch: str
    offset: int

    @classmethod
    def of(cls, message: dict[str, Any]) -> "Position | None":
        """The position that a message of the server names, None where it names none."""
        match message:
            case {"epoch": str(epoch), "offset": int(offset)} if not isinstance(offset, bool):
                return cls(epoch, offset)
        return None


class Stream(Generic[T]):
    """One stream. It awaits the server's answer first: until then it does not know what is next.

    ``position`` is None until then, and where the server does not number; ``placed`` says whether it has
    answered.
    """

    def __init__(self) -> None:
        self.position: Position | None = None
        self.placed = False
        self._awaiting = True
        self._replay_to = self._replays = 0
        self._held: list[tuple[Position, T]] = []
        self._own: set[int] = set()

    def await_answer(self) -> None:
        """What comes from now on is held, because the server was asked for what came after the position."""
        self._awaiting = True
        self._replays = 0

    def arrived(self, position: Position, item: T) -> Verdict:
        """Whether a message is the next one, came before, is held, or shows that others are missing.

        It is to be delivered where it is the next one, and where the replay before it is torn. Of a gap the
        caller is told once; it asks the server, and what comes meanwhile is held.
        """
        verdict = self._place(position)
        if verdict == "torn":
            self._replays = 1
        if verdict in ("next", "torn"):
            self._take(position)
        elif verdict in ("held", "gap") and len(self._held) < HELD:
            self._held.append((position, item))
        return verdict

    def published(self, position: Position) -> None:
        """One's own message stands there: its acknowledgement comes instead, which may overtake a replay."""
        known = self.position
        # What is acknowledged before an awaited answer is behind the position that the answer names.
        if self._awaiting or known is None or position.epoch != known.epoch:
            return
        if position.offset > known.offset:
            self._own.add(position.offset)
            self._pass_own()

    def answered(self, newest: Position | None, *, recovered: bool | None, missed: int) -> list[T]:
        """The held messages that no replay will bring, in order.

        Args:
            newest: the newest of the stream, None where the server does not number it.
            recovered: whether ``missed`` messages follow that close the gap up to ``newest``.
            missed: how many.
        """
        held, self._held = self._held, []
        self._awaiting, self.placed = False, True
        self._replays, self._replay_to = 0, 0
        if newest is None:
            return [item for _, item in held]
        if recovered is True and missed > 0:
            self._replays, self._replay_to = missed, newest.offset
            self._own.clear()
            return []
        reached, self.position = self.position, newest
        self._own.clear()
        taken = []
        # Where the rest is recovered, nothing that is held can be in between.
        for position, item in held:
            if _between(reached, position, newest) or self._continues(position):
                reached = position
                taken.append(item)
        return taken

    def _continues(self, position: Position) -> bool:
        """Whether a held message is the next one, which is then taken."""
        known = self.position
        if known is None or position != Position(known.epoch, known.offset + 1):
            return False
        self.position = position
        return True

    def _place(self, position: Position) -> Verdict:
        known = self.position
        if self._awaiting:
            return "held"
        if known is None:
            return "next"
        if position.epoch == known.epoch:
            if position.offset <= known.offset:
                return "again"
            if self._replays:
                return "next" if position.offset <= self._replay_to else "torn"
            if position.offset == known.offset + 1:
                return "next"
        self.await_answer()
        return "gap"

    def _take(self, position: Position) -> None:
        if self._replays:
            self._replays -= 1
            if self._replays == 0:
                # Behind the last replay only messages of one's own can stand.
                position = Position(position.epoch, max(position.offset, self._replay_to))
        self.position = position
        self._pass_own()

    def _pass_own(self) -> None:
        """Go on over messages of one's own, which do not come."""
        while not self._replays and self.position and self.position.offset + 1 in self._own:
            self.position = Position(self.position.epoch, self.position.offset + 1)
            self._own.discard(self.position.offset)


def _between(reached: Position | None, position: Position, newest: Position) -> bool:
    """Whether a held message comes after what was reached and not after the newest."""
    after = reached is None or reached.epoch != position.epoch or reached.offset < position.offset
    return after and position.epoch == newest.epoch and position.offset <= newest.offset
