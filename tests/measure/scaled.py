"""The presets' timers, many times as fast."""

from toolkit.chat.settings import PresetName, Settings, preset


def faster(name: PresetName, factor: float, **others: object) -> Settings:
    """The settings of a preset with every duration divided, and what a test names changed."""
    whole = preset(name)
    times = {
        field: value / factor
        for field, value in whole
        if field.endswith("_s") and not field.endswith("_per_s") and isinstance(value, float)
    }
    return whole.model_copy(update={**times, **others})
