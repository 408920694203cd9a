"""`scim2 test` of the package scim2-cli against every target of the demo: python conformance.py SCIM-BRIDGE-BINARY

Everything that it finds is an error here, unless it stands in EXPECTED with the reason; what stands there and is not
found any more is an error as well. Two things of the suite are corrected, see `Correction`.
"""

import random
import re
import sys
import uuid
from collections.abc import Callable
from typing import Any

import scim2_cli
import scim2_cli.test
import scim2_tester.checkers.patch_add
import scim2_tester.checkers.patch_remove
import scim2_tester.checkers.patch_replace
import scim2_tester.filling
from click.testing import CliRunner
from scim2_models import BaseModel, Mutability
from scim2_tester import CheckResult, Status

import demo

SEED = 4

# (target, resource type, check, pattern of what it says) -> why it is as it should be.
EXPECTED = {
    (
        "bmc",
        "User",
        "check_remove_attribute",
        r"PATCH modify\(\) did not remove attribute 'urn:ietf:params:scim:schemas:extension:bmc:2\.0:User'",
    ): "licenseType is required, and goes back to its default when it is unset (docs/targets/bmc.md, Attributes)",
    (
        "bmc",
        "Group",
        "search_with_attributes",
        r"POST /\.search: requested attribute 'externalId' missing from Group\[BmcGroup\] response",
    ): "Request IDs are numbered form by form, so that a user and a group can have the same id, and the suite looks at the"
    " first of them (docs/targets/bmc.md, Groups). RFC 7643 section 3.1 wants ids of all resources to differ: this is a"
    " fault of the bridge that is known, and the entry goes with it.",
    (
        "ivanti",
        "User",
        "check_add_attribute",
        r"Failed to add attribute 'roles': 'roles' can have one value only on this target",
    ): "an employee has one role, and a new one has it by create_defaults (docs/targets/ivanti.md, Roles)",
}

# The shortest limit of a text that the suite writes: the Group Name of BMC AR System (docs/targets/bmc.md).
TEXT_MAX = 30


class Correction:
    """A thing in which the suite is wrong, or cannot know better. One that corrects nothing any more is an error."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.used = 0


READ_ONLY = Correction(
    "Read-only parts of what was written are compared as if they had been written. RFC 7643 section 2.2: the value of a"
    " readOnly attribute is the service provider's; RFC 7644 section 3.5.2: clients do not write it."
)
LONG_TEXT = Correction(
    "Texts have 36 characters; BMC AR System has shorter fields. RFC 7643 section 7 has no characteristic that tells a"
    " client the longest value, so a suite cannot know."
)


class ShortUuid(uuid.UUID):
    """Prints what every target has room for."""

    def __str__(self) -> str:
        LONG_TEXT.used += 1
        return self.hex[:TEXT_MAX]


class Uuids:
    """Stands for the module `uuid` where the suite makes its values: seeded, and short."""

    @staticmethod
    def uuid4() -> ShortUuid:
        return ShortUuid(int=random.getrandbits(128), version=4)


def writable(value: Any) -> Any:
    """The value without its read-only parts; nothing where nothing is left."""
    if isinstance(value, list):
        return [writable(element) for element in value]
    if not isinstance(value, BaseModel):
        return value
    copy = value.model_copy()
    for name in type(copy).model_fields:
        if type(copy).get_field_annotation(name, Mutability) == Mutability.read_only:
            setattr(copy, name, None)
        else:
            setattr(copy, name, writable(getattr(copy, name)))
    return copy if copy.model_dump(exclude={"schemas"}, exclude_none=True) else None


def corrected(check: Callable[..., bool]) -> Callable[..., bool]:
    """The suite's comparison, once more without read-only parts where it fails."""

    def compare(*values: Any) -> bool:
        if check(*values):
            return True
        passed = check(*map(writable, values))
        READ_ONLY.used += passed
        return passed

    return compare


def correct() -> None:
    scim2_tester.filling.uuid = Uuids
    for module in (scim2_tester.checkers.patch_add, scim2_tester.checkers.patch_replace):
        module.fields_equality = corrected(module.fields_equality)
    remove = scim2_tester.checkers.patch_remove
    remove._is_unassigned = corrected(remove._is_unassigned)


def run(url: str, token: str) -> list[CheckResult]:
    """What `scim2 test` found, after it has printed and judged it by itself."""
    found: list[CheckResult] = []
    original = scim2_cli.test.check_server

    def check_server(client: Any) -> list[CheckResult]:
        found.extend(original(client))
        return found

    scim2_cli.test.check_server = check_server
    try:
        arguments = ["--url", url, "--header", f"Authorization: Bearer {token}", "test"]
        outcome = CliRunner().invoke(scim2_cli.cli, arguments)
    finally:
        scim2_cli.test.check_server = original
    if not found:
        raise SystemExit(f"scim2 test did not run: {outcome.output} {outcome.exception!r}")
    return found


def main(binary: str) -> int:
    correct()
    faults: list[str] = []
    unseen = set(EXPECTED)
    with demo.running(binary) as address:
        for target in demo.TARGETS:
            random.seed(SEED)
            results = run(f"{address}/scim/v2", f"demo-{target}")
            bad = [result for result in results if result.status is not Status.SUCCESS]
            for result in bad:
                entries = [
                    entry
                    for entry in EXPECTED
                    if entry[:3] == (target, result.resource_type, result.title)
                    and re.fullmatch(entry[3], result.reason or "", re.DOTALL)
                ]
                unseen.difference_update(entries)
                if not entries:
                    kind = result.resource_type or "server"
                    faults.append(f"{target}, {kind}, {result.title}: {result.status.name}: {result.reason}")
            print(f"scim2 test on {target}: {len(results) - len(bad)} of {len(results)} checks succeeded")
    faults += [f"{entry} is expected and was not found: take it out of EXPECTED" for entry in unseen]
    faults += [f"take this correction out: {it.name}" for it in (READ_ONLY, LONG_TEXT) if not it.used]
    for fault in faults:
        print(f"scim2 test: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
