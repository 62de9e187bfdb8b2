"""``python -m flows.leash PARENT COMMAND ...``: a command that does not outlive the process ``PARENT``.

The caller starts it in a session of its own. However the parent ends, SIGKILL included, the whole group is killed.
"""

import os
import signal
import subprocess
import sys

POLL_SECONDS = 0.5


def main(parent: int, words: list[str]) -> int:
    """Run the command, and return its exit status, 128 + n when the signal n ended it."""
    for each in (
        signal.SIGINT,
        signal.SIGTERM,
    ):  # they are for the command; a handler, unlike SIG_IGN, is not inherited
        signal.signal(each, lambda *_: None)
    child = subprocess.Popen(words)
    while True:
        try:
            status = child.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            if os.getppid() != parent:
                os.killpg(0, signal.SIGKILL)
        else:
            return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
