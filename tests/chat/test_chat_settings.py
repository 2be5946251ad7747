"""Settings: the presets are what the brief and we say, and values that make no sense are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from toolkit.chat.settings import PRESETS, Settings, preset
from toolkit.project.faults import InputError


def test_brief_has_the_timers_of_the_brief() -> None:
    # "server-initiated heartbeat mechanism (25s interval)", "connection timeout detection (60s)",
    # "Improved heartbeat timing (45s interval, 15s timeout)": the brief, Immediate Fixes Applied.
    brief = preset("brief")
    assert (brief.server_ping_s, brief.server_timeout_s) == (25, 60)
    assert (brief.client_interval_s, brief.client_wait_s) == (45, 15)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_admit_a_thousand_connections_from_one_address(name: Any) -> None:
    assert preset(name).max_connections_per_address >= 1000


def test_unknown_preset_is_wrong_input() -> None:
    with pytest.raises(InputError, match="'quick' is not known; use one of brief, stable"):
        preset("quick")  # type: ignore[arg-type]


@pytest.mark.parametrize("origin", ["https://chat.example", "http://127.0.0.1:8080", "app://tool", "null"])
def test_an_origin_is_scheme_host_and_port(origin: str) -> None:
    assert Settings(allowed_origins=(origin,)).allowed_origins == (origin,)


@pytest.mark.parametrize("origin", ["chat.example", "https://chat.example/", "https://a@b", "*", "https://"])
def test_what_no_browser_sends_as_an_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError, match="is no origin"):
        Settings(allowed_origins=(origin,))


@pytest.mark.parametrize("network", ["10.0.0.7", "10.0.0.0/8", "::1", "fd00::/8"])
def test_a_trusted_proxy_is_an_address_or_a_network(network: str) -> None:
    assert Settings(trusted_proxies=(network,)).trusted_proxies == (network,)


@pytest.mark.parametrize("network", ["nginx", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1:80"])
def test_what_is_neither_address_nor_network_is_refused(network: str) -> None:
    with pytest.raises(ValidationError, match="is no address and no network"):
        Settings(trusted_proxies=(network,))
