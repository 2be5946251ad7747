"""Options and price books that ship."""

from collections.abc import Mapping

import cost_worlds
import pytest
from cost_worlds import AS_OF, DATA, UNPRICED, Costed, FixedOption

from toolkit.cost.model import cost_options
from toolkit.cost.option import Option
from toolkit.cost.result import CostResult
from toolkit.pricing.book import PriceBook, books
from toolkit.pricing.scenario import Scenario
from toolkit.project import Faults, validate


@pytest.fixture(scope="session")
def shipped_options() -> Mapping[str, Option]:
    faults = Faults()
    found = [validate(document, Option, faults) for document in DATA.documents("options", faults)]
    assert not faults.found, str(faults)
    return {option.id: option for option in found if option is not None}


@pytest.fixture(scope="session")
def priced_options(shipped_options: Mapping[str, Option]) -> Mapping[str, Option]:
    """Those that ship with all that a total needs."""
    return {name: option for name, option in shipped_options.items() if name not in UNPRICED}


@pytest.fixture(scope="session")
def shipped_books() -> Mapping[str, PriceBook]:
    faults = Faults()
    found = books(DATA.documents("pricing", faults), faults)
    assert not faults.found, str(faults)
    return found


@pytest.fixture(scope="session")
def shipped_scenarios() -> Mapping[str, Scenario]:
    faults = Faults()
    found = {
        document.path.stem: validate(document, Scenario, faults)
        for document in DATA.documents("scenarios", faults)
    }
    assert not faults.found, str(faults)
    return {name: scenario for name, scenario in found.items() if scenario is not None}


@pytest.fixture(scope="session")
def fixed(shipped_options: Mapping[str, Option]) -> FixedOption:
    """Gives an option that ships without any uncertainty, some of its quantities changed."""

    def option(option_id: str, **values: float) -> Option:
        return cost_worlds.fixed(shipped_options[option_id], **values)

    return option


@pytest.fixture(scope="session")
def costed(shipped_books: Mapping[str, PriceBook]) -> Costed:
    """Costs options with the price books that ship, in few draws."""

    def cost(*options: Option, scenario: Scenario, **changes: object) -> CostResult:
        settings: dict[str, object] = {
            "as_of": AS_OF,
            "draws": 64,
            "seed": 5,
            "books": shipped_books,
            **changes,
        }
        price_books = settings.pop("books")
        return cost_options(options, price_books, scenario, scenario_id="test", **settings)  # type: ignore[arg-type] # any keyword

    return cost
