"""The filter grammar against that of the package scim2-filter-parser: python filters.py CORPUS-BINARY

The binary (crates/scim-filter-parser/examples/corpus.rs) writes texts with the trees that our parser reads. Where the
other one disagrees, on whether a text is a filter or on what it means, the disagreement has a name in DISAGREEMENTS
with the clause that decides it. A disagreement without a name is an error, and so is a name that does not occur
any more.
"""

import collections
import json
import re
import subprocess
import sys
from typing import Any

from scim2_filter_parser import ast
from scim2_filter_parser.lexer import SCIMLexer
from scim2_filter_parser.parser import SCIMParser, SCIMParserError

# How many faults are shown.
FAULTS_SHOWN = 20

STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def bare(text: str) -> str:
    """The text with every string emptied, so that patterns see the grammar alone."""
    return STRING.sub('""', text)


# Who accepts a text: both, with different trees; ours alone; theirs alone.
BOTH, OURS, THEIRS = "both", "ours", "theirs"


class Disagreement:
    """Where the other parser is not as the RFC: `clause` decides. `who` accepts such a text; `pattern` finds them, in
    the text without what its strings hold unless `strings`."""

    def __init__(self, name: str, clause: str, who: set[str], pattern: str, strings: bool = False):
        self.name, self.clause, self.who, self.strings = name, clause, who, strings
        self.pattern = re.compile(pattern, re.DOTALL)

    def covers(self, text: str, who: str) -> bool:
        return who in self.who and self.pattern.search(text if self.strings else bare(text)) is not None


OPERATOR = r"(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)"

# Clauses without a number of their RFC are of RFC 7644 section 3.4.2.2.
DISAGREEMENTS = [
    Disagreement(
        "'and' binds closer than 'or'",
        "'not' takes precedence over 'and', which takes precedence over 'or'; theirs goes from left to right",
        {BOTH},
        r"(?i)\bor\b.*\band\b",
    ),
    Disagreement(
        "numbers have signs, fractions, exponents and more than one digit",
        "compValue = number, by RFC 8259 section 6",
        {OURS, THEIRS},
        r"\s(?:-\d|\d[\d.eE])",
    ),
    Disagreement(
        "strings have escapes, and no others than these",
        "compValue = string, by RFC 8259 section 7",
        {OURS, THEIRS, BOTH},
        r'"[^"]*\\',
        strings=True,
    ),
    Disagreement(
        "control characters in strings are escaped",
        "compValue = string, by RFC 8259 section 7",
        {THEIRS},
        r'"[^"]*[\x00-\x1f]',
        strings=True,
    ),
    Disagreement(
        "names may be, and begin with, true, false and null",
        "ATTRNAME = ALPHA *(nameChar): no word is reserved",
        {OURS},
        rf"(?<![\w$.-])(?:true|false|null)(?:[\w$.:-]|\s+(?i:{OPERATOR})\b)",
    ),
    Disagreement(
        "a schema is any URI",
        "attrPath = [URI ':'] ATTRNAME, by RFC 3986 section 3",
        {OURS},
        r"(?:^|[\s(\[])(?![(\[]|\w+[(\[])(?=\S*:)"
        r"(?![A-Za-z]+:[A-Za-z0-9:._-]+:[A-Za-z$][\w$.-]*(?:[\s\[\])]|$))",
    ),
    Disagreement(
        "there are no blanks within a path",
        "attrPath = [URI ':'] ATTRNAME *1subAttr, without SP",
        {THEIRS},
        r"\w\s+\.[A-Za-z$]|:\s+[A-Za-z$]",
    ),
    Disagreement(
        "nothing is compared with brackets that have no sub-attribute behind them",
        "attrExp = attrPath SP compareOp, and a valuePath is no attrPath",
        {THEIRS},
        rf"\]\s*(?i:{OPERATOR})\b",
    ),
]


def path(it: ast.AttrPath) -> list[Any]:
    return [it.uri, it.attr_name, it.sub_attr.value if it.sub_attr else None]


def chain(word: str, *operands: list[Any]) -> list[Any]:
    flat: list[Any] = [word]
    for operand in operands:
        flat += operand[1:] if operand[0] == word else [operand]
    return flat


def tree(it: ast.AST) -> list[Any]:
    """Their tree in the form of ours."""
    match it:
        case ast.Filter(expr=inner, negated=negated, namespace=namespace):
            shape = tree(inner)
            if namespace is not None:
                shape = ["[]", path(namespace), shape]
            return ["not", shape] if negated else shape
        case ast.LogExpr(op=word, expr1=left, expr2=right):
            return chain(word.lower(), tree(left), tree(right))
        case ast.AttrExpr(value=operator, attr_path=attribute, comp_value=value):
            operand = [] if value is None else [value.value]
            if isinstance(attribute.attr_name, ast.Filter):
                # emails[type eq "work"].value eq "x": the sub-attribute has been moved to the path.
                selected = attribute.attr_name
                name, part = selected.namespace.attr_name, selected.namespace.sub_attr
                test = [operator.lower(), [None, part and part.value, None], *operand]
                return ["[]", [selected.namespace.uri, name, None], chain("and", tree(selected.expr), test)]
            return [operator.lower(), path(attribute), *operand]
    raise TypeError(it)


def theirs(text: str) -> list[Any] | None:
    try:
        parsed = SCIMParser().parse(SCIMLexer().tokenize(text))
    except (SCIMParserError, ValueError, AttributeError):
        return None
    return None if parsed is None else tree(parsed)


def main(binary: str) -> int:
    corpus = subprocess.run([binary], check=True, capture_output=True, text=True).stdout
    seen: collections.Counter[str] = collections.Counter()
    faults, agreed = [], collections.Counter()
    for line in corpus.splitlines():
        text, ours = json.loads(line)
        other = theirs(text)
        if ours == other:
            agreed["refused" if ours is None else "read alike"] += 1
            continue
        who = THEIRS if ours is None else OURS if other is None else BOTH
        names = [it.name for it in DISAGREEMENTS if it.covers(text, who)]
        seen.update(names)
        if not names:
            faults.append(f"{who}: {text!r}\n  ours   {json.dumps(ours)}\n  theirs {json.dumps(other)}")
    faults += [f"'{it.name}' does not occur: take it out" for it in DISAGREEMENTS if not seen[it.name]]
    for fault in faults[:FAULTS_SHOWN]:
        print(f"filters: {fault}", file=sys.stderr)
    total = sum(agreed.values())
    print(f"scim2-filter-parser: {agreed['read alike']} filters read alike, {agreed['refused']} refused by both,"
          f" {len(corpus.splitlines()) - total} in {len(seen)} named disagreements")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
