"""Whether the choice by expected cost is also the robust one, among the options that stay in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.cost.comparing import largest_regret, minimax_regret, p_cheapest, priced_alike, regret
from toolkit.cost.dominance import Order
from toolkit.cost.sampling import Floats
from toolkit.cost.standing import COMPARED, dominated_by
from toolkit.decide.wording import share, usd


@dataclass(frozen=True, kw_only=True)
class Robustness:
    """Which option each way of choosing takes, over paired draws of total cost.

    Args:
        among: the options that are compared: none fails a must-have, all have a price in nearly all draws.
        expected_cost: the option of the least mean.
        most_often_cheapest: the option with the greatest probability of being the cheapest.
        minimax_regret: the option whose largest regret is least.
        mean_usd, p_best, regret_usd, largest_regret_usd: by option.
        dominated_by: by option, the options that dominate it, with the strongest sense in which they do.
    """

    among: tuple[str, ...]
    expected_cost: str
    most_often_cheapest: str
    minimax_regret: str
    mean_usd: Mapping[str, float]
    p_best: Mapping[str, float]
    regret_usd: Mapping[str, float]
    largest_regret_usd: Mapping[str, float]
    dominated_by: Mapping[str, Mapping[str, Order]]

    @property
    def agree(self) -> bool:
        """Whether every way of choosing takes the same option."""
        return {self.most_often_cheapest, self.minimax_regret} == {self.expected_cost}

    @property
    def undominated(self) -> list[str]:
        """What somebody may reasonably take, who thinks only of cost."""
        return [option for option in self.among if not self.dominated_by[option]]

    @property
    def text(self) -> str:
        """Who agrees, or who does not and what decides; one sentence or two."""
        best = self.expected_cost
        chance = f"{share(round(self.p_best[best], 4))} likely to be the cheapest"
        worst = f"at worst {usd(round(self.largest_regret_usd[best]))} dearer than the best of its draw"
        if self.agree:
            return f"Expected cost, chance and least regret all take {best}: {chance}, {worst}.{self._out()}"
        return f"Expected cost takes {best} ({chance}, {worst}); {'; '.join(self._others())}.{self._out()}"

    def _others(self) -> list[str]:
        told = []
        best, often, safest = self.expected_cost, self.most_often_cheapest, self.minimax_regret
        if often != best:
            told.append(
                f"most often the cheapest is {often} ({share(round(self.p_best[often], 4))}), but a long "
                f"tail makes its mean {usd(round(self.mean_usd[often] - self.mean_usd[best]))} higher"
            )
        if safest != best:
            most, mean = self.largest_regret_usd[safest], self.mean_usd[safest] - self.mean_usd[best]
            told.append(
                f"the least regret at worst is that of {safest}, {usd(round(most))}, for {usd(round(mean))} "
                f"more on average"
            )
        return [*told, "the ranking goes by the mean; who cannot bear the worst case decides otherwise"]

    def _out(self) -> str:
        rest = [option for option in self.among if option not in self.undominated]
        return f" Dominated, so nobody's choice by cost: {', '.join(rest)}." if rest else ""

    def to_document(self) -> dict[str, Any]:
        """The part of the decision document; money in whole cents."""
        return {
            "among": list(self.among),
            "expected_cost": self.expected_cost,
            "most_often_cheapest": self.most_often_cheapest,
            "minimax_regret": self.minimax_regret,
            "agree": self.agree,
            "text": self.text,
            "options": {option: self._option(option) for option in self.among},
        }

    def _option(self, option: str) -> dict[str, Any]:
        return {
            "mean": round(self.mean_usd[option], 2),
            "p_best": round(self.p_best[option], 4),
            "regret": round(self.regret_usd[option], 2),
            "largest_regret": round(self.largest_regret_usd[option], 2),
            "dominated_by": dict(self.dominated_by[option]),
        }


def robustness(totals: Mapping[str, Floats], among: Sequence[str]) -> Robustness | None:
    """What each way of choosing takes; None where fewer than two options can be compared.

    Args:
        totals: paired draws of total cost by option, shape (draws,); without a price not finite.
        among: the options that may be chosen.
    """
    own = {option: totals[option] for option in among if option in totals}
    names, priced = priced_alike(own, at_least=COMPARED)
    if len(names) < 2:
        return None
    alike = {name: own[name][priced] for name in names}
    means = {name: float(usd_.mean()) for name, usd_ in alike.items()}
    chances, safest = p_cheapest(alike), minimax_regret(alike)
    assert safest is not None, "of two options one has the least regret"
    return Robustness(
        among=tuple(names),
        expected_cost=min(means, key=lambda name: means[name]),
        most_often_cheapest=max(chances, key=lambda name: chances[name]),
        minimax_regret=safest,
        mean_usd=means,
        p_best=chances,
        regret_usd=regret(alike),
        largest_regret_usd=largest_regret(alike),
        dominated_by={name: dominated_by(name, alike) for name in names},
    )
