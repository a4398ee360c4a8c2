"""The program in a response: the last fenced block after the thinking part."""

from __future__ import annotations

import re
from dataclasses import dataclass

from skyt_plugins.response import split_response

# A fence of CommonMark: three or more backticks or tildes, any info string.
_FENCE = re.compile(r"^\ufeff?([ \t]*)(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Program:
    """`source` or None; then `reason` says why. `truncated`: the text was cut off."""

    source: str | None
    reason: str = ""
    truncated: bool = False


def program_of(response: str) -> Program:
    """The last fenced block that is not blank. Linear in the length of `response`.

    A fence that is never closed counts: generation often stops at the closing one. Where a list
    indents the whole block, fences and all, the indent is taken off.
    """
    solution = split_response(response).solution
    if solution is None:
        return Program(None, "cut off inside the thinking part", truncated=True)
    found: Program | None = None
    opening: re.Match[str] | None = None
    for fence in _FENCE.finditer(solution):
        indent, marks, info = fence.groups()
        if opening is None:
            # `code` in a line of prose may start with three backticks and end with them
            if marks[0] == "`" and "`" in info:
                continue
            opening = fence
        elif marks[0] == opening.group(2)[0] and len(marks) >= len(opening.group(2)):
            if _width(indent) >= _width(opening.group(1)) + 4:
                continue  # a line of the program, say of a docstring
            # A fence with an info string opens a block: the one before was never closed.
            closed = not info.strip()
            found = _block(solution, opening, fence.start(), not closed) or found
            opening = None if closed else fence
    if opening is not None:
        found = _block(solution, opening, len(solution), truncated=True) or found
    return found or Program(None, "no fenced code block" if solution.strip() else "empty")


def _width(indent: str) -> int:
    return len(indent.expandtabs(4))


def _block(solution: str, opening: re.Match[str], end: int, truncated: bool) -> Program | None:
    """The text between the fence `opening` and `end`; None where it is blank."""
    text, indent = solution[opening.end() + 1 : end], opening.group(1)
    lines = text.split("\n") if indent else []
    if lines and all(line.startswith(indent) or not line.strip() for line in lines):
        text = "\n".join(line.removeprefix(indent) for line in lines)
    return Program(text, truncated=truncated) if text.strip() else None
