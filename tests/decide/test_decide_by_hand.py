"""Every interval can be computed again from the numbers that a criterion prints, by other means than ours."""

from math import log
from pathlib import Path
from typing import Any

import pytest
from decide_counts import attempts_by_hour, deliveries_by_hour, lifetimes_by_hour
from decide_worlds import decided, phase
from mpmath import betainc, mp, mpf, quad
from scipy.integrate import quad as integral
from scipy.optimize import brentq
from scipy.stats import beta, gamma, poisson
