"""What each measurement that could be made would save, beside what it costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from toolkit.cost.comparing import priced_alike
from toolkit.cost.credited import LINE as CREDITS
from toolkit.cost.evppi import Worth
from toolkit.cost.evsi import counted_share, evsi, noisy
from toolkit.cost.labour import operations_labour
from toolkit.cost.managed import LINE as BILL
from toolkit.cost.measured import MEASURED, measured_name
from toolkit.cost.measurements import Measurement
from toolkit.cost.option import Option
from toolkit.cost.overlap import LINE as PARALLEL
from toolkit.cost.overlap import parallel_running
from toolkit.cost.quoting import worth_of_a_quote
from toolkit.cost.sampling import Floats, quantile_function
from toolkit.cost.setting import TEAM_SIZE, Setting
from toolkit.cost.spent import Spent
from toolkit.cost.standing import COMPARED
from toolkit.cost.valued import MeasurementWorth
from toolkit.evidence import Figure, Range

NOTHING_UNCERTAIN = (
    "none of what it tells about is uncertain in the cost model; give it a range to value this"
)


@dataclass(frozen=True)
class Valuing:
    """A comparison of costs in which measurements are valued.

    Args:
        spent: what every option costs, line by line.
        options: by id.
        setting: what they were drawn from.
    """

    spent: Sequence[Spent]
    options: Mapping[str, Option]
    setting: Setting

    def worths(self, measurements: Sequence[Measurement], *, inputs: Sequence[str]) -> list[MeasurementWorth]:
        """Each measurement, valued by itself.

        Args:
            measurements: in the order of the result.
            inputs: what the totals were seen to depend on.
        """
        return [self._worth(measurement, inputs) for measurement in measurements]

    def _worth(self, measurement: Measurement, inputs: Sequence[str]) -> MeasurementWorth:
        cost = mean_cost_usd(measurement, self.setting)
        totals = {one.option: usd for one in self.spent if (usd := one.total_usd) is not None}
        names, priced = priced_alike(totals, at_least=COMPARED)
        if not names:
            return MeasurementWorth(measurement, cost, None, "no option has a total to choose by")
        alike = {name: totals[name][priced] for name in names}
        if measurement.sample.price_ratio is not None:
            return self._quoted(measurement, measurement.sample.price_ratio, cost, alike, priced)
        if not self._uncertain(measurement):
            return MeasurementWorth(measurement, cost, None, NOTHING_UNCERTAIN)
        shown, known = self._shown(measurement, inputs)
        if not shown:
            return MeasurementWorth(measurement, cost, Worth(0.0, 0.0))
        columns = (np.stack(part, axis=1)[priced] for part in (shown, known))
        return MeasurementWorth(measurement, cost, evsi(alike, *columns))

    def _quoted(
        self,
        measurement: Measurement,
        ratio: Range,
        cost: float | None,
        totals: Mapping[str, Floats],
        priced: NDArray[np.bool_],
    ) -> MeasurementWorth:
        asked = measurement.about[0]
        bill = self._bill(asked)
        if asked not in totals or bill is None:
            return MeasurementWorth(measurement, cost, None, f"{asked} has no bill to compare a quote with")
        bills = {asked: bill, **self._overlapping_bills(asked)}
        worth = worth_of_a_quote(
            totals, {name: usd[priced] for name, usd in bills.items()}, ratio=ratio,
            list_price_stays=measurement.sample.list_price_stays,
        )  # fmt: skip
        return MeasurementWorth(measurement, cost, worth)

    def _bill(self, option: str) -> Floats | None:
        """Draws of what goes with the vendor's prices: the bill, and the credits that are shares of it."""
        lines = [line for one in self.spent if one.option == option for line in one.lines]
        found = [line.usd for line in lines if line.line in (BILL, CREDITS) and line.usd is not None]
        return np.sum(found, axis=0) if found else None

    def _overlapping_bills(self, option: str) -> dict[str, Floats]:
        """Draws of what the others pay of the bill of an option that is in service, while it runs beside."""
        labour = operations_labour(self.options[option], self.setting).month_usd
        if option != self.setting.in_service or labour is None:
            return {}
        # Of the same circumstances but for what the old one costs, which is its labour alone.
        alone = self.setting.assuming(self.setting.assumptions)
        paid = {one.option: line.usd for one in self.spent for line in one.lines if line.line == PARALLEL}
        without = {
            name: parallel_running(self.options[name], alone, lambda months: [labour] * months).usd
            for name in paid
        }
        return {
            name: usd - rest
            for name, usd in paid.items()
            if name != option and usd is not None and (rest := without[name]) is not None
        }

    def _uncertain(self, measurement: Measurement) -> bool:
        return any(self._inputs(measurement, name, None) for name in measurement.informs)

    def _shown(self, measurement: Measurement, inputs: Sequence[str]) -> tuple[list[Floats], list[Floats]]:
        """What the sample shows of each input that the totals depend on, and the inputs themselves."""
        rng = np.random.default_rng([self.setting.draws.seed, crc32(measurement.id.encode())])
        shown, known = [], []
        for quantity in measurement.informs:
            for name, option in self._inputs(measurement, quantity, inputs).items():
                share = self.setting.draws.share(name)
                chance = rng.random(share.size)
                known.append(share)
                shown.append(self._sample(measurement, quantity, option, share, chance))
        return shown, known

    def _sample(
        self, measurement: Measurement, quantity: str, option: str | None, share: Floats, chance: Floats
    ) -> Floats:
        events = measurement.sample.counts
        if events is None:
            return noisy(share, sd_after=float(measurement.sample.sd_after or 0.0), chance=chance)
        drawn = self.setting.drawn(self.options[str(option)], quantity)
        assert drawn is not None, "what is uncertain is known"
        return counted_share(drawn.values / MEASURED[quantity].factor, events=events, chance=chance)

    def _inputs(
        self, measurement: Measurement, quantity: str, inputs: Sequence[str] | None
    ) -> dict[str, str | None]:
        """The uncertain inputs behind a quantity, each with the option whose value the sample counts.

        Args:
            inputs: those to keep. None keeps all.
        """
        found: dict[str, str | None] = {}
        field = getattr(self.setting.scenario, quantity, None)
        if isinstance(field, Range):
            found[TEAM_SIZE.get(quantity, quantity)] = None
        for option_id in measurement.about or list(self.options):
            drawn = self.setting.drawn(self.options[option_id], quantity)
            if drawn is not None and np.ptp(drawn.values) > 0:
                own = measured_name(quantity, option_id)
                found.setdefault(own if own in self.setting.draws.order else quantity, option_id)
        return {name: option for name, option in found.items() if inputs is None or name in inputs}


def mean_cost_usd(measurement: Measurement, setting: Setting) -> float | None:
    """What a measurement costs on average: its price, and its work at the rate of the assumptions.

    Returns:
        None where a part of it was not known on the day of the question.
    """
    rate, hours = setting.assumptions.labour_usd_per_hour, setting.assumptions.hours_per_person_day
    needed = [measurement.cost_usd, measurement.person_days]
    needed += [rate, hours] if measurement.person_days is not None else []
    if any(figure is not None and figure.as_of > setting.as_of for figure in needed):
        return None
    usd, days = (0.0 if figure is None else _mean(figure) for figure in needed[:2])
    return usd + days * _mean(hours) * _mean(rate)


def _mean(figure: Figure) -> float:
    if figure.value is not None:
        return figure.value
    middles = (np.arange(1024) + 0.5) / 1024
    return float(quantile_function(middles, p5=figure.low, p50=figure.central, p95=figure.high).mean())
