"""Numbers and names as readers see them, and the examples in the documentation strings."""

import doctest
import importlib
import pkgutil

import pytest

import toolkit.decide
from toolkit.decide import wording
from toolkit.decide.plan import METRICS

MODULES = [module.name for module in pkgutil.iter_modules(toolkit.decide.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_documentation_strings_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"toolkit.decide.{name}")).failed == 0


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.5, "50 %"), (0.95, "95 %"), (0.98123, "98.12 %"), (0.00004, "0.004 %"),
     (0.99996, "99.996 %"), (0.999999999, "99.9999999 %")],
)  # fmt: skip
def test_a_share_never_rounds_to_a_certainty_that_it_is_not(value: float, shown: str) -> None:
    assert wording.share(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "0"), (100.0, "100"), (1e6, "1,000,000"), (0.25, "0.25"), (1234.5, "1,234.5")]
)
def test_plain_numbers_keep_their_noughts(value: float, shown: str) -> None:
    assert wording.plain(value) == shown


def test_every_metric_has_words() -> None:
    assert set(wording.METRIC_WORDS) == set(METRICS)
