"""Quantiles are those of scipy.stats, which takes too long to import for a night's work."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from toolkit.metrics.quantiles import binomial, chi_square, normal

shares = st.floats(0.001, 0.999)


@given(shares)
def test_of_a_normal_variable(share: float) -> None:
    assert normal(share) == stats.norm.ppf(share)


@given(shares, st.floats(0.01, 1e6))
def test_of_a_chi_square_variable(share: float, degrees: float) -> None:
    assert chi_square(share, degrees) == stats.chi2.ppf(share, degrees)


@given(shares, st.integers(1, 10**9), shares)
def test_of_a_binomial_variable_however_large_the_sample(share: float, n: int, chance: float) -> None:
    found, scipys = binomial(share, n, chance), stats.binom.ppf(share, n, chance)
    # Where the distribution function meets the share to the last digits, scipy may be one off.
    meets = stats.binom.cdf(min(found, scipys), n, chance) == pytest.approx(share, rel=1e-9)
    assert found == scipys or (abs(found - scipys) == 1 and meets)


def test_key_metrics_import_neither_scipy_stats_nor_ibis() -> None:
    """Each takes as long to import as a day takes to be rolled up."""
    code = (
        "import sys, toolkit.metrics.rollups, toolkit.metrics.key, toolkit.metrics.duck; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "toolkit.metrics.key" in done.stdout.split()
    assert not {"scipy.stats", "ibis"} & set(done.stdout.split())
