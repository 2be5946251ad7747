"""One function a command: it calls :mod:`toolkit.api` and prints. Each imports what it needs itself."""
