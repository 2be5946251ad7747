"""A kernel that says which files its notebook reads: ``python -m toolkit.report.watching FILE -f ...``."""

import sys
from pathlib import Path

from toolkit.project.reads import record_to


def main() -> None:
    """Run the kernel of the command line that follows the name of the file for what is read."""
    reads = Path(sys.argv.pop(1))
    # As ipykernel's own launcher does: the working directory must not hide a package.
    if sys.path and Path(sys.path[0]) == Path.cwd():
        del sys.path[0]
    from ipykernel import kernelapp

    record_to(reads)
    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
