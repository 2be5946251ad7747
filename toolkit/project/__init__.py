"""The decision folder's layout, YAML with positions, and the collector of faults."""

from toolkit.project.faults import EnvironmentFault, Fault, Faults, InputError, ToolkitError, near
from toolkit.project.folder import Folder, Project, shipped
from toolkit.project.yamlfile import Document, dotted, read_yaml, validate

__all__ = [
    "Document",
    "EnvironmentFault",
    "Fault",
    "Faults",
    "Folder",
    "InputError",
    "Project",
    "ToolkitError",
    "dotted",
    "near",
    "read_yaml",
    "shipped",
    "validate",
]
