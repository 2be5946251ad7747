"""Flip points: what would have to be true for another option to win, of every number of the cost model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from toolkit.cost.inputs import unit_of
from toolkit.cost.result import CostResult, Crossover
from toolkit.evidence import four_digits


@dataclass(frozen=True, kw_only=True)
class FlipPoint:
    """A value of one number at which the cheapest option changes.

    Args:
        input: what it is of.
        option: whose it is. None for the scenario's and for what the model assumes of all.
        unit: of the values.
        now: what the number is. None of an uncertain one, and of the volume of messages.
        value: where the change is.
        below, above: the cheapest option on either side. None where none is payable there.
        p_beyond: the probability that the truth lies on the side where the recommended option does not win.
            None where nobody gave the number a range.
    """

    input: str
    option: str | None
    unit: str
    now: float | None
    value: float
    below: str | None
    above: str | None
    p_beyond: float | None

    def to_document(self) -> dict[str, Any]:
        """The flip point as ``toolkit decide --json`` prints it; values to four digits."""
        now = None if self.now is None else float(f"{self.now:.6g}")
        chance = None if self.p_beyond is None else round(self.p_beyond, 3)
        return {
            "input": self.input,
            "value": four_digits(self.value),
            "from": self.below,
            "to": self.above,
            "p_beyond": chance,
            "unit": self.unit,
            "option": self.option,
            "now": now,
        }


def flip_points(cost: CostResult) -> list[FlipPoint]:
    """Volumes of messages first, then uncertain inputs by what they are worth, then plain numbers.

    An input that several quantities move with has an entry for each of these.
    """
    volumes = [_of_volume(crossover) for crossover in cost.crossovers]
    return [*volumes, *_of_inputs(cost), *_of_numbers(cost)]


def _of_volume(crossover: Crossover) -> FlipPoint:
    return FlipPoint(
        input="messages_per_month", option=None, unit="messages/month", now=None, value=crossover.at,
        below=crossover.from_option, above=crossover.to_option, p_beyond=None,
    )  # fmt: skip


def _of_inputs(cost: CostResult) -> Iterator[FlipPoint]:
    for found in cost.sensitivity.inputs if cost.sensitivity else []:
        for point in found.flips:
            for value in point.values:
                yield FlipPoint(
                    input=value.quantity, option=value.option, unit=unit_of(value.quantity), now=None,
                    value=value.value, below=point.flip.below, above=point.flip.above,
                    p_beyond=point.flip.p_beyond,
                )  # fmt: skip


def _of_numbers(cost: CostResult) -> Iterator[FlipPoint]:
    for flip in cost.number_flips.found:
        number = flip.number
        yield FlipPoint(
            input=number.input, option=number.option, unit=number.unit, now=number.value, value=flip.at,
            below=flip.below, above=flip.above, p_beyond=None,
        )  # fmt: skip


def inputs_without_flip(cost: CostResult) -> list[dict[str, Any]]:
    """What was searched for a flip and has none, as ``toolkit decide --json`` prints it.

    An uncertain input is searched over its range, a plain number to a hundredth and a hundredfold.
    """
    uncertain = [found.input for found in (cost.sensitivity.inputs if cost.sensitivity else [])
                 if not found.flips]  # fmt: skip
    told = [{"input": name, "option": None, "uncertain": True} for name in uncertain]
    for number in cost.number_flips.without:
        told.append({"input": number.input, "option": number.option, "uncertain": False})
    return told
