"""schemathesis against the demo, by the demo's own /openapi.json: python interface.py SCIM-BRIDGE-BINARY

Statuses, media types, headers and bodies of all answers have to be as described, whatever is sent.
"""

import pathlib
import subprocess
import sys

import demo

CONFIG = pathlib.Path(__file__).with_name("schemathesis.toml")
SEED = 4
# Requests for each operation in the phase of random ones; before it, every value of every parameter comes once.
EXAMPLES = 10


def run(address: str, target: str, paths: str) -> int:
    """The program's exit code for the operations whose path fits."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", f"{address}/openapi.json"),
        *("--header", f"Authorization: Bearer demo-{target}", "--include-path-regex", paths),
        *("--phases", "examples,coverage,fuzzing", "--seed", str(SEED), "--max-examples", str(EXAMPLES)),
        *("--warnings", "off", "--generation-database", "none"),
    ]
    found = subprocess.run(command, capture_output=True, text=True)
    last = found.stdout.strip().rpartition("\n")[2].strip(" =")
    print(f"schemathesis on {target}: {last}", flush=True)
    if found.returncode:
        print(found.stdout, found.stderr, file=sys.stderr)
    return found.returncode


def main(binary: str) -> int:
    with demo.running(binary) as address:
        # The name of the target in the path is tried on one of them: there, what belongs to the other one is refused.
        codes = [run(address, "bmc", "^/(?!targets)"), run(address, "ivanti", "^/targets")]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
