"""Is one answer right? Standard output is compared as text, returned values as plain data."""

from __future__ import annotations

from typing import Any

from ..sandbox import values
from ..sandbox.worker import Answer, Ran
from . import compare
from .cases import Case
from .results import Status

Judged = tuple[Status, str, str]  # with a note and the rule that decided


def printed_result(ran: Ran, answer: Answer, case: Case, tolerance: float) -> Judged:
    """Of what was printed to standard output."""
    expected = case.outputs[0]
    # Nothing this much longer can be equal; and hostile output must not fill our memory.
    most = 4 * len(expected.encode("utf-8", "surrogatepass")) + (64 << 10)
    data = ran.text(answer, most + 1)
    if len(data) > most:
        return Status.WRONG, f"more than {most} bytes were printed", ""
    got = data.decode("utf-8", "replace")
    rule = compare.rung(got, expected, tolerance)
    if rule:
        return Status.PASS, "", rule
    return Status.WRONG, compare.difference(got, expected), ""


def returned_result(ran: Ran, answer: Answer, case: Case, tolerance: float) -> Judged:
    """Of what a function returned."""
    expected = values.dumps(case.outputs[0])
    most = 32 * len(expected) + (16 << 10)
    data = ran.text(answer, most + 1)
    if len(data) > most:
        return Status.WRONG, f"the answer is longer than {most} bytes", ""
    # Each item of a list takes 20 times its text in memory here, and what is right has as many.
    items = sum(map(expected.count, ",[{"))
    if max(map(data.count, (b",", b"[", b"{"))) > 4 * items + 1000:
        return Status.WRONG, "the answer has far more items than the right one", ""
    try:
        got = values.loads(data.decode("utf-8", "replace"))
    except values.NotPlain as error:
        return Status.WRONG, str(error), ""
    for right in case.outputs:
        for within, rule in ((0.0, "exact"), (tolerance, "numbers")):
            if values.equal(got, right, within):
                return Status.PASS, "", rule
    shown = _shown(got) if len(data) < 4_000 else f"{len(data)} bytes"
    return Status.WRONG, f"got {shown}, expected {_shown(case.outputs[0])}", ""


def _shown(value: Any) -> str:
    try:
        return repr(value)[:80]  # control characters and half surrogates written as escapes
    except ValueError:  # Python refuses to write integers of more than 4,300 digits
        return "a very long number"
