"""Every timer and limit of both ends, and the presets."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from toolkit.evidence import Strict
from toolkit.project.faults import Faults, InputError
from toolkit.project.yamlfile import Document, read_yaml, validate

PresetName = Literal["brief", "stable"]
PRESETS: tuple[PresetName, ...] = ("brief", "stable")

Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class Settings(Strict):
    """Timers and limits; the defaults are the preset ``stable``.

    Args:
        server_ping_s: the server sends a heartbeat message so often; clients answer it.
        server_timeout_s: the server closes a connection that was silent for so long. Any frame resets it.
        sweep_s: the server looks for due heartbeats and silent connections so often.
        client_interval_s: a client that heard nothing for so long asks the server for a sign of life.
        client_wait_s: and waits so long for any frame before it gives the server up.
        open_timeout_s: longest opening handshake.
        close_timeout_s: longest closing handshake.
        reconnect_base_s: the first reconnect comes after a uniform draw from 0 to this.
        reconnect_max_s: cap of that range, which doubles with each failure.
        stable_after_s: a connection that lived so long starts the doubling anew.
        max_message_bytes: larger frames close the connection with 1009.
        max_buffer_bytes: a client with more than this unsent is too slow and is cut.
        max_connections: further handshakes get HTTP 503.
        max_connections_per_address: further handshakes from that address get HTTP 429.
        max_rooms_per_connection: further joins are refused.
        drain_s: on SIGTERM clients have so long to close before they are cut.
    """

    server_ping_s: Seconds = 20.0
    server_timeout_s: Seconds = 60.0
    sweep_s: Seconds = 1.0
    client_interval_s: Seconds = 25.0
    client_wait_s: Seconds = 10.0
    open_timeout_s: Seconds = 10.0
    close_timeout_s: Seconds = 10.0
    reconnect_base_s: Seconds = 1.0
    reconnect_max_s: Seconds = 30.0
    stable_after_s: Seconds = 60.0
    max_message_bytes: Count = 65_536
    max_buffer_bytes: Count = 1_048_576
    max_connections: Count = 10_000
    max_connections_per_address: Count = 1_000
    max_rooms_per_connection: Count = 100
    drain_s: Seconds = 10.0


_PRESETS: dict[PresetName, Settings] = {
    "brief": Settings(
        server_ping_s=25.0, server_timeout_s=60.0, sweep_s=5.0, client_interval_s=45.0, client_wait_s=15.0
    ),
    "stable": Settings(),
}


def preset(name: PresetName) -> Settings:
    """The settings of a preset: ``brief`` has the brief's timers, ``stable`` ones that fit together.

    Raises:
        InputError: there is no such preset.
    """
    if name not in _PRESETS:
        raise InputError(f"preset: {name!r} is not known; use one of {', '.join(PRESETS)}")
    return _PRESETS[name]


def load(path: Path, *, base: Settings | None = None) -> Settings:
    """The settings of a YAML file over those of ``base``, which is the preset ``stable`` where it is None.

    Raises:
        InputError: the file has faults; all of them are told.
    """
    faults = Faults()
    document = read_yaml(path, faults)
    settings = None
    if document is not None:
        values = (base or preset("stable")).model_dump() | document.data
        settings = validate(Document(path, values, document.lines), Settings, faults)
    faults.raise_errors()
    if settings is None:
        raise InputError(faults)
    return settings
