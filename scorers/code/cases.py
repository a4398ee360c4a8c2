"""Test cases from a reference: APPS and TACO's `input_output`, LiveCodeBench's list, assertions.

A reference that is empty or malformed raises BadTests: it must never become a free pass.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..sandbox import values


class BadTests(ValueError):
    """The tests cannot be used; the message says why, in one line."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test: what goes in (text, or encoded arguments) and the outputs that are right."""

    input: bytes
    outputs: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests of a problem. `kind`: `stdin`, `call` (of `function`), or `assert`.

    For `assert`, `pieces` is test code, run piece by piece after `setup`.
    """

    kind: str
    cases: tuple[Case, ...] = ()
    function: str = ""
    setup: str = ""
    pieces: tuple[str, ...] = ()
    entry_point: str = ""

    def __len__(self) -> int:
        return len(self.cases) or len(self.pieces)


def suite_of(reference: Any, metadata: Mapping[str, Any] | None = None) -> Suite:
    """The tests in `reference`, in any of the known shapes. Raises BadTests."""
    if isinstance(reference, (str, bytes)):
        try:
            reference = _json(reference)
        except ValueError as error:
            raise BadTests(f"the tests are not JSON: {error}") from error
    if isinstance(reference, list):
        suite = _livecodebench(reference, str((metadata or {}).get("func_name") or ""))
    elif not isinstance(reference, Mapping):
        raise BadTests(f"the tests are a {type(reference).__name__}, not an object or a list")
    elif "tests" in reference and isinstance(reference["tests"], list):
        suite = _livecodebench(reference["tests"], str(reference.get("func_name") or ""))
    elif "inputs" in reference or "outputs" in reference:
        suite = _input_output(reference)
    else:
        suite = _assertions(reference)
    if not len(suite):
        raise BadTests("there are no tests")
    if suite.cases and all(_asks_nothing(case, suite.kind) for case in suite.cases):
        raise BadTests("every expected output is empty: a program that does nothing would pass")
    return suite


def _json(text: str | bytes) -> Any:
    """JSON with integers of any length (APPS has some beyond Python's default of 4,300 digits)."""
    return json.loads(text, parse_int=lambda d: int(d) if len(d) < 4000 else _long_int(d))


def _long_int(digits: str) -> int:
    sign, digits = (-1, digits[1:]) if digits[0] == "-" else (1, digits)
    number = 0
    for at in range(0, len(digits), 4000):
        part = digits[at : at + 4000]
        number = number * 10 ** len(part) + int(part)
    return sign * number


def _input_output(reference: Mapping[str, Any]) -> Suite:
    inputs, outputs = reference.get("inputs"), reference.get("outputs")
    if not isinstance(inputs, list) or not isinstance(outputs, list):
        raise BadTests("`inputs` and `outputs` must both be lists")
    if len(inputs) != len(outputs):
        raise BadTests(f"{len(inputs)} inputs but {len(outputs)} outputs")
    function = reference.get("fn_name")
    if not function:
        cases = [_printed(i, o) for i, o in zip(inputs, outputs, strict=True)]
        return Suite("stdin", tuple(cases))
    if not isinstance(function, str):
        raise BadTests(f"`fn_name` is a {type(function).__name__}, not text")
    # Many APPS rows wrap every output in one more list; then both forms are right.
    wrapped = all(isinstance(o, list) and len(o) == 1 for o in outputs)
    cases = []
    for arguments, output in zip(inputs, outputs, strict=True):
        if isinstance(arguments, str):
            arguments = [_value(line) for line in arguments.split("\n") if line.strip()]
            output = _value(output) if isinstance(output, str) else output
        if not isinstance(arguments, list):
            arguments = [arguments]
        right = [output, _int_keys(output)]
        if wrapped:
            right += [output[0], _int_keys(output[0])]
        encoded = values.dumps([_int_keys(a) for a in arguments]).encode()
        cases.append(Case(encoded, tuple(right)))
    return Suite("call", tuple(cases), str(function))


def _livecodebench(tests: list[Any], function: str) -> Suite:
    cases: list[Case] = []
    kinds = set()
    for number, test in enumerate(tests):
        if not isinstance(test, Mapping) or "input" not in test or "output" not in test:
            raise BadTests(f"test {number} lacks `input` or `output`")
        kind = str(test.get("testtype", "functional" if function else "stdin"))
        if kind not in ("functional", "stdin"):
            raise BadTests(f"test {number} has the unknown testtype {kind!r}")
        kinds.add(kind)
        function = function or str(test.get("fn_name") or test.get("func_name") or "")
        if kind == "functional":
            try:
                arguments = [_json(line) for line in str(test["input"]).split("\n") if line]
                output = test["output"]
                output = _json(output) if isinstance(output, str) else output
            except ValueError as error:
                raise BadTests(f"test {number} is not JSON: {error}") from error
            cases.append(Case(values.dumps(arguments).encode(), (output,)))
        else:
            cases.append(_printed(test["input"], test["output"]))
    if len(kinds) > 1:
        raise BadTests("standard-input and functional tests are mixed")
    return Suite("call" if "functional" in kinds else "stdin", tuple(cases), function)


def _printed(given: Any, output: Any) -> Case:
    if given is None or output is None:
        raise BadTests("an input or output is null")
    return Case(_text(given).encode(), (_text(output),))


def _asks_nothing(case: Case, kind: str) -> bool:
    return any(o is None or (kind == "stdin" and not o.strip()) for o in case.outputs)


def _assertions(reference: Mapping[str, Any]) -> Suite:
    """MBPP (`test_list`, `test_setup_code`), HumanEval (`test`, `entry_point`), LeetCode
    (`functional`), or our own `asserts` / `check` with `setup`."""
    entry = str(reference.get("entry_point") or "")
    setup = str(reference.get("setup") or reference.get("test_setup_code") or "")
    if helpers := reference.get("prompt"):  # HumanEval's checks may call helpers of the prompt
        setup = f"{helpers}\n    pass\n{setup}"
    pieces = reference.get("asserts") or reference.get("test_list")
    if isinstance(pieces, str):
        pieces = [pieces]
    if not pieces:
        code = reference.get("check") or reference.get("test") or reference.get("functional")
        if not isinstance(code, str):
            raise BadTests("no `inputs`/`outputs`, list of tests, or assertions")
        called = _calls_check(code)
        if not called and not entry:
            raise BadTests("`check` is defined but there is no `entry_point` to check")
        pieces = [code if called else f"{code}\ncheck({entry})\n"]
    if not isinstance(pieces, list) or not all(isinstance(p, str) for p in pieces):
        raise BadTests("the assertions are not text")
    if not all(_parsed(piece).body for piece in pieces):
        raise BadTests("an assertion is empty")
    if not any(map(_can_fail, ast.walk(_parsed("\n".join((setup, *pieces)))))):
        raise BadTests("the test code asserts nothing")
    return Suite("assert", setup=setup, pieces=tuple(pieces), entry_point=entry)


def _calls_check(code: str) -> bool:
    """True where the test code does something beyond defining `check`."""
    return any(
        isinstance(node, ast.Assert) or (isinstance(node, ast.Expr) and not _is_text(node.value))
        for node in _parsed(code).body
    )


def _parsed(code: str) -> ast.Module:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadTests(f"the test code does not compile: {error}") from error


def _can_fail(node: ast.AST) -> bool:
    """An assertion, `raise`, or the name of a function such as `assert_allclose`."""
    name = getattr(node, "id", "") or getattr(node, "attr", "")
    return isinstance(node, (ast.Assert, ast.Raise)) or "assert" in str(name).lower()


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(_text(v) for v in value)
    return value if isinstance(value, str) else json.dumps(value)


def _value(text: str) -> Any:
    """JSON or, failing that, a Python literal or the text itself."""
    try:
        return _json(text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return text


def _int_keys(value: Any) -> Any:
    """JSON made text of integer keys: turn a dict's keys back where all of them are integers."""
    if isinstance(value, list):
        return [_int_keys(v) for v in value] if any(isinstance(v, dict) for v in value) else value
    if not isinstance(value, dict) or not value:
        return value
    try:
        return {int(k): v for k, v in value.items()}
    except (TypeError, ValueError):
        return value
