"""What a comparison of costs hangs on, as typed results and as parts of the document of ``toolkit cost``."""

from dataclasses import dataclass
from typing import Any

from toolkit.cost.flips import Flip
from toolkit.cost.indices import Index
from toolkit.evidence import four_digits


@dataclass(frozen=True)
class InputValue:
    """One quantity of an input.

    Args:
        quantity: its name.
        option: whose figure it is. None for a field of the scenario and for what the model assumes of all.
        value: in the unit of the quantity.
    """

    quantity: str
    option: str | None
    value: float

    def to_document(self) -> dict[str, Any]:
        """The value to four digits."""
        return {"quantity": self.quantity, "option": self.option, "value": four_digits(self.value)}


@dataclass(frozen=True)
class FlipPoint:
    """Where the option that costs least on average changes as one input goes from low to high.

    Args:
        flip: the probability of the input there, and the options.
        values: the quantities that the input stands for, there.
    """

    flip: Flip
    values: list[InputValue]

    def to_document(self) -> dict[str, Any]:
        """The flip point; probabilities to three digits."""
        flip = self.flip
        return {
            "share": round(flip.share, 3), "values": [value.to_document() for value in self.values],
            "from": flip.below, "to": flip.above, "p_beyond": round(flip.p_beyond, 3),
        }  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A plain number of the model, which nobody gave a range.

    Args:
        input: the quantity.
        option: whose it is. None for the scenario's and for what the model assumes of all.
        unit: of its values.
        value: what it is.
    """

    input: str
    option: str | None
    unit: str
    value: float

    def to_document(self) -> dict[str, Any]:
        """The number, to six digits."""
        whose = {"input": self.input, "option": self.option}
        return {**whose, "unit": self.unit, "value": float(f"{self.value:.6g}")}


@dataclass(frozen=True)
class NumberFlip:
    """Where the option that costs least on average changes as a plain number does.

    Args:
        number: as it stands.
        at: its value there, in its unit.
        below, above: the cheapest option below and above that value.
    """

    number: Number
    at: float
    below: str
    above: str

    def to_document(self) -> dict[str, Any]:
        """The flip, to four digits."""
        at = four_digits(self.at)
        return {**self.number.to_document(), "at": at, "from": self.below, "to": self.above}


@dataclass(frozen=True)
class NumberFlips:
    """The flips of all plain numbers, and the numbers of which none was found."""

    found: tuple[NumberFlip, ...] = ()
    without: tuple[Number, ...] = ()


@dataclass(frozen=True)
class InputSensitivity:
    """What hangs on one input.

    Args:
        input: a quantity, or the name that several move with.
        total: its indices in the total of the recommended option. None where too few points have a price.
        difference: its indices in what the runner-up costs more. None likewise, or without a runner-up.
        evppi_usd: what knowing it before choosing would save on average.
        flips: ascending; none where knowing it is worth next to nothing.
    """

    input: str
    total: Index | None
    difference: Index | None
    evppi_usd: float
    flips: list[FlipPoint]

    def to_document(self) -> dict[str, Any]:
        """The input under the names of the contract; ``sobol`` is the total order in the total."""
        return {
            "input": self.input,
            "sobol": self.total and round(self.total.total_order, 4),
            "sobol_first_order": self.total and round(self.total.first_order, 4),
            "sobol_of_difference": self.difference and round(self.difference.total_order, 4),
            "evppi": round(self.evppi_usd, 2),
            "flip_points": [point.to_document() for point in self.flips],
        }


@dataclass(frozen=True)
class GroupWorth:
    """What knowing several inputs together before choosing would save on average, in US dollars.

    Args:
        group: its name.
        inputs: those of them that are uncertain.
        evppi_usd: their value of information.
    """

    group: str
    inputs: list[str]
    evppi_usd: float

    def to_document(self) -> dict[str, Any]:
        """The group, in whole cents."""
        return {"group": self.group, "inputs": self.inputs, "evppi": round(self.evppi_usd, 2)}


@dataclass(frozen=True)
class Move:
    """An input of the nearest joint flip.

    Args:
        input: its name.
        share: the probability that it lies below where it is moved to.
        values: the quantities that it stands for, there.
    """

    input: str
    share: float
    values: list[InputValue]

    def to_document(self) -> dict[str, Any]:
        """The move; the probability to three digits."""
        values = [value.to_document() for value in self.values]
        return {"input": self.input, "share": round(self.share, 3), "values": values}


@dataclass(frozen=True)
class NearestFlip:
    """The nearest world found in which the recommended option is not the cheapest.

    Args:
        distance: from the medians, in standard deviations; 0 where it is the world of the medians itself.
        moves: of the inputs that do not stay at their median.
        option: the cheapest there.
    """

    distance: float
    moves: list[Move]
    option: str

    def to_document(self) -> dict[str, Any]:
        """The nearest flip; its distance to two digits after the point."""
        moves = [move.to_document() for move in self.moves]
        return {"distance": round(self.distance, 2), "to": self.option, "moves": moves}


@dataclass(frozen=True)
class Sensitivity:
    """What the choice of the option with the least expected cost hangs on.

    Args:
        recommended: that option.
        runner_up: the next one. None where there is only one.
        compared: the options among which the choice is; the others lack a total, or a price too often.
        inputs: the uncertain ones, by value of information and then by index, the largest first.
        groups: of inputs together.
        evpi_usd: what knowing all of them would save on average.
        nearest: the nearest joint flip. None where none was found.
    """

    recommended: str
    runner_up: str | None
    compared: list[str]
    inputs: list[InputSensitivity]
    groups: list[GroupWorth]
    evpi_usd: float
    nearest: NearestFlip | None

    def to_document(self) -> dict[str, Any]:
        """What stands beside ``sensitivity`` in the document; money in whole cents."""
        return {
            "recommended": self.recommended,
            "runner_up": self.runner_up,
            "compared": self.compared,
            "evpi": round(self.evpi_usd, 2),
            "evppi_of_groups": [group.to_document() for group in self.groups],
            "nearest_flip": self.nearest and self.nearest.to_document(),
        }


NO_SENSITIVITY: dict[str, Any] = {
    "recommended": None, "runner_up": None, "compared": [], "evpi": None, "evppi_of_groups": [],
    "nearest_flip": None,
}  # fmt: skip
"""The same part of the document where there is no choice."""
