"""A user's own settings: one YAML file over a preset, and all that is wrong with it, each at its line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toolkit.chat.invariants import Finding, findings
from toolkit.chat.settings import PRESETS, PresetName, Settings, preset
from toolkit.project.faults import Faults
from toolkit.project.validation import validate
from toolkit.project.yamlfile import Document, dotted, read_yaml

STARTING = Path(__file__).with_name("starting.yaml")
"""A commented file to start from: what `toolkit init` writes."""


class SettingsFile(Settings):
    """What the file may hold.

    Args:
        preset: gives every field that the file leaves out.
    """

    preset: PresetName = "stable"


def read_settings(path: Path, faults: Faults, *, asked: PresetName | None = None) -> Settings | None:
    """The settings of a YAML file over those of its preset; None where it cannot be read.

    Args:
        path: the file. Files that it names are relative to it.
        faults: takes all that is wrong: what makes no sense as an error, and how the settings contradict each
            other as an error or a warning.
        asked: the preset that the command line asks for; a file that names another one is at fault. None: the
            file's, else ``stable``.
    """
    document = read_yaml(path, faults)
    if document is None:
        return None
    _check_preset(document, asked, faults)
    values = preset(_base(document, asked)).model_dump() | document.data
    read = validate(Document(path, values, document.lines), SettingsFile, faults)
    if read is None:
        return None
    settings = Settings(**{name: getattr(read, name) for name in Settings.model_fields})
    tell(findings(settings), faults, document)
    return _located(settings, document, faults)


def preset_settings(name: PresetName, faults: Faults) -> Settings:
    """The settings of a preset; ``faults`` takes how they contradict each other."""
    settings = preset(name)
    tell(findings(settings), faults, Document(Path(f"preset {name}"), {}, {}))
    return settings


def tell(found: Sequence[Finding], faults: Faults, document: Document) -> None:
    """Note each finding at the first of its fields that the file has, else at the preset that it names."""
    for finding in found:
        written = [field for field in finding.fields if field[0] in document.data]
        field = written[0] if written else finding.fields[0]
        line = document.line(field if written else ("preset",))
        note = faults.error if finding.severity == "error" else faults.warn
        note(document.path, line, dotted(field), finding.wrong, finding.right)


def _base(document: Document, asked: PresetName | None) -> PresetName:
    """The preset that gives what the file leaves out; a name that is none is told by the schema."""
    if asked is not None:
        return asked
    named = document.data.get("preset")
    return next((name for name in PRESETS if name == named), "stable")


def _check_preset(document: Document, asked: PresetName | None, faults: Faults) -> None:
    named = document.data.get("preset")
    if asked is not None and named in PRESETS and named != asked:
        wrong = f"the file says {named} and the command line {asked}"
        faults.error(document.path, document.line(("preset",)), "preset", wrong, "leave one of the two out")


def _located(settings: Settings, document: Document, faults: Faults) -> Settings:
    """The settings with the paths of the TLS files as seen from here."""
    here: dict[str, Any] = {}
    for name in ("tls_certificate", "tls_key"):
        file: Path | None = getattr(settings, name)
        if file is not None:
            here[name] = document.path.parent / file
            if not here[name].is_file():
                wrong, right = f"there is no file {here[name]}", "name a PEM file, as seen from the settings"
                faults.warn(document.path, document.line((name,)), name, wrong, right)
    return settings.model_copy(update=here)
