"""Usage for property tests, often at the edges where tariffs turn."""

from decimal import Decimal

from hypothesis import strategies as st

from toolkit.pricing.usage import Usage

FIELDS = sorted(set(Usage.model_fields) - {"days"})

EDGES = [
    0, 1, 100, 200, 500, 999, 1_000, 1_001, 2_048, 5_120, 9_250, 10_000, 10_240, 32_768, 50_000, 65_536,
    200_000, 262_144, 999_999, 1_000_000, 1_000_001, 6_000_000, 30_000_000, 90_000_000, 176_000_000,
    2_700_000_000,
]  # fmt: skip

COUNTS = st.one_of(st.sampled_from(EDGES), st.integers(0, 10**4), st.integers(0, 10**10))
SMALL = st.one_of(st.sampled_from([0, 1, 28, 29, 200, 1_000, 1_192, 4_768]), st.integers(0, 10**5))
FACTORS = st.one_of(
    st.sampled_from([Decimal(text) for text in ("1", "1.5", "2.35", "7.123", "28", "31")]),
    st.decimals(1, 31, places=3),
)
HOURS = st.one_of(st.sampled_from([0, 1, 24, 672, 720, 721, 744]), st.integers(0, 10**5))

KINDS = {
    "message_bytes": SMALL,
    "peak_connections": SMALL,
    "peak_channels": SMALL,
    "monthly_active_users": SMALL,
    "stored_gib": SMALL,
    "egress_gib": SMALL,
    "unit_hours": HOURS,
    "compute_hours": HOURS,
    "busiest_day_factor": FACTORS,
}
"""What is not counted in messages, minutes or seconds."""


def usages() -> st.SearchStrategy[Usage]:
    """Months from idle to beyond every plan."""
    fields = {name: KINDS.get(name, COUNTS) for name in FIELDS if name != "peak_day_messages"}
    peak = st.one_of(st.none(), COUNTS)
    return st.builds(Usage, days=st.integers(28, 31), peak_day_messages=peak, **fields)
