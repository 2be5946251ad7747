"""What a tree of processes takes of the machine."""

import subprocess
import sys

from toolkit.measure.servers.usage import usage

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.PIPE, stdout=sys.stdout)
sys.stdin.read()
child.kill()
"""
CHILD = """
import sys, time
kept = bytearray(60_000_000)
kept[::4096] = b"x" * len(kept[::4096])
# A little longer than is asked for: the kernel tells whole hundredths, of user and system time each cut off.
while time.process_time() < 0.55:
    pass
print("busy no more", flush=True)
sys.stdin.read()
"""


def test_children_count_and_so_do_their_memory_and_time() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stdout.readline() == "busy no more\n"
        taken = usage(parent.pid)
        parent.stdin.close()
    assert taken is not None
    assert taken.processes == 2
    assert taken.rss_bytes > 60_000_000
    assert 0.5 <= taken.cpu_s < 30


def test_a_process_that_is_gone_is_unknown_and_not_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    assert usage(gone.pid) is None
