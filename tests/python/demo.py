"""Runs `scim-bridge demo` on a free port, for as long as a `with` block lasts."""

import contextlib
import re
import subprocess
from collections.abc import Iterator

# The targets of the demo; the token of each is `demo-` and its name.
TARGETS = ("bmc", "ivanti")


@contextlib.contextmanager
def running(binary: str) -> Iterator[str]:
    """Yields the address at which the bridge answers: `http://127.0.0.1:40000`."""
    command = [binary, "--log", "error", "demo", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", first)
            if found is None:
                raise SystemExit(f"{binary} demo does not say where it answers: {first!r}")
            yield found.group()
            if process.poll() is not None:
                raise SystemExit(f"{binary} demo ended by itself, with {process.returncode}")
        finally:
            process.terminate()
            process.stdout.read()
