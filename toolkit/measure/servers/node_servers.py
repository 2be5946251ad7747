"""The servers that run on Node.js: one folder each, with its lock file and a ``server.js``."""

from collections.abc import Callable
from pathlib import Path

from toolkit.chat.settings import PresetName
from toolkit.measure import node

HERE = Path(__file__).parent


def serves(folder: str) -> Callable[[PresetName], list[str]]:
    """The command of the server in ``folder``, found when it is asked for."""

    def command(preset: PresetName) -> list[str]:
        node.need_packages(HERE / folder)
        return [str(node.need_node()), str(HERE / folder / "server.js")]

    return command
