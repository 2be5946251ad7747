"""The decision folder's layout, YAML with positions, and the collector of faults."""

from toolkit.project.faults import EnvironmentFault, Fault, Faults, InputError, ToolkitError, near, shortened
from toolkit.project.folder import Folder, Project, documents_in, shipped
from toolkit.project.optional import check_name, read_optional
from toolkit.project.validation import validate
from toolkit.project.yamlfile import Document, dotted, read_yaml

__all__ = [
    "Document",
    "EnvironmentFault",
    "Fault",
    "Faults",
    "Folder",
    "InputError",
    "Project",
    "ToolkitError",
    "check_name",
    "documents_in",
    "dotted",
    "near",
    "read_optional",
    "read_yaml",
    "shipped",
    "shortened",
    "validate",
]
