"""The scorer `code`: what each kind of program gets, in each kind of test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from skyt_plugins import Outcome, Problem, SkytError, get_scorer, grade

DOUBLE = {"inputs": ["1\n", "2\n", "3\n"], "outputs": ["2\n", "4\n", "6\n"]}


def fenced(program: str, info: str = "python") -> str:
    return f"Some words.\n```{info}\n{program}\n```\n"


def status_of(program: str, reference: Any = DOUBLE, **options: Any) -> str:
    """The status of the first test that did not pass, or `pass`."""
    verdict = grade("code", fenced(program), reference, **options)
    assert verdict.outcome in (Outcome.CORRECT, Outcome.INCORRECT), verdict.reason
    statuses = [test["status"] for test in verdict.details["tests"]]
    assert verdict.is_correct == (set(statuses) == {"pass"})
    return next((s for s in statuses if s != "pass"), "pass")


# The original accepted all but the first two of these: its failures were codes below zero, truthy.
@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("print(2 * int(input()))", "pass"),
        ("print(int(input()))", "wrong_answer"),
        ("print(", "compile_error"),
        ("print(2 * int(input()))\n1 / 0", "runtime_error"),
        ("while True: pass", "time_limit"),
        ("import time\ntime.sleep(60)", "time_limit"),
        ("x = bytearray(b'1' * (1 << 31))", "memory_limit"),
        ("while True: print('x' * 99999)", "output_limit"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)", "runtime_error"),
        ("\x00", "compile_error"),
        ("x = " + "(" * 5000 + ")" * 5000, "compile_error"),
        ("import os\nos._exit(0)", "wrong_answer"),
        ("exit()", "wrong_answer"),
        ("import sys\nprint(2 * int(input()))\nsys.exit(1)", "pass"),
        ("n = int(input())\nprint(2 * n if n < 3 else 0)", "wrong_answer"),
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_each_way_to_fail_has_a_status(program: str, status: str, fast: bool) -> None:
    assert status_of(program, fast=fast, time_limit=0.5) == status


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        ("no code at all", "no fenced code block"),
        ("", "empty"),
        ("<think>\n```python\nprint(1)\n```", "cut off inside the thinking part"),
    ],
)
def test_no_program_is_no_answer(response: str, reason: str) -> None:
    verdict = grade("code", response, DOUBLE)
    assert verdict.outcome is Outcome.NO_ANSWER
    assert verdict.reason == reason


@pytest.mark.parametrize("info", ["python", "python3", "py ", "c++", "", "Python title='a b'"])
def test_any_info_string_opens_a_block(info: str) -> None:
    assert grade("code", fenced("print(2 * int(input()))", info), DOUBLE).is_correct


def test_the_last_block_after_the_thinking_part_counts() -> None:
    thought = "<think>\n" + fenced("print('draft')") + "</think>\n"
    response = thought + fenced("print('first')") + fenced("print(2 * int(input()))")
    assert grade("code", response, DOUBLE).is_correct
    late = fenced("print(2 * int(input()))") + fenced("print('oops')")
    assert not grade("code", late, DOUBLE).is_correct


@pytest.mark.parametrize(
    "response",
    [
        "1. So:\n   ```python\n   for _ in '1':\n       print(2 * int(input()))\n   ```\n",
        "\t```\n\tn = int(input())\n\n\tprint(2 * n)\n\t```\n",
        "```python\nx = '''\n    ```\n    f(1)\n    ```\n'''\nprint(2 * int(input()))\n```\n",
        "```python\r\nn = int(input())\r\nprint(2 * n)\r\n```\r\n",
        "```python\nprint(2 * int(input()))\n``` as wanted",
        "````\nx = '''\n```\n'''\nprint(2 * int(input()))\n````",
        "~~~ py `x`\nprint(2 * int(input()))\n~~~",
        "\ufeff```\nprint(2 * int(input()))\n```",
    ],
)
def test_fences_are_read_as_markdown_means_them(response: str) -> None:
    verdict = grade("code", response, DOUBLE)
    assert verdict.is_correct, verdict.reason


def test_a_block_that_is_never_closed_is_judged_and_flagged() -> None:
    verdict = grade("code", "```python\nprint(2 * int(input()))", DOUBLE)
    assert verdict.is_correct
    assert verdict.details["unclosed_block"]


@pytest.mark.parametrize(
    ("printed", "expected", "same"),
    [
        ("1 2", "1 2", True),
        ("1 2  \n\n", "1 2", True),
        ("1\n2", "1 2", True),
        ("1.0", "1", True),
        ("0.33333333", "0.3333333", True),
        ("0.334", "0.333", False),
        ("1000000007", "1000000008", False),
        ("YES", "Yes", False),
        ("2 1", "1 2", False),
        ("nan", "nan", True),
        ("nan", "1.0", False),
        ("", "1", False),
        ("1 1", "1", False),
        ("1e3", "1000", True),
        ("inf", "1e400", False),
        ("12", "1 2", False),
        ("\u0663", "3", False),
    ],
)
def test_the_comparison_ladder(printed: str, expected: str, same: bool) -> None:
    reference = {"inputs": [""], "outputs": [expected]}
    assert grade("code", fenced(f"print({printed!r})"), reference).is_correct == same


def test_a_right_rung_other_than_exact_is_named() -> None:
    verdict = grade("code", fenced("print(1.0)"), {"inputs": [""], "outputs": ["1"]})
    assert verdict.details["tests"][0]["rule"] == "numbers"


CALLS: list[tuple[str, Any, bool]] = [
    ("def f(a, b):\n return a + b", {"fn_name": "f", "inputs": [[1, 2]], "outputs": [3]}, True),
    ("def f(a, b):\n return a + b", {"fn_name": "f", "inputs": [[1, 2]], "outputs": [[3]]}, True),
    ("def f(a):\n return a", {"fn_name": "f", "inputs": [[[1, 2]]], "outputs": [[1, 2]]}, True),
    ("def f(a):\n return (1, 2)", {"fn_name": "f", "inputs": [[0]], "outputs": [[1, 2]]}, True),
    ("def f(a):\n return {1: a}", {"fn_name": "f", "inputs": [[5]], "outputs": [{"1": 5}]}, True),
    ("def f(d):\n return d[1]", {"fn_name": "f", "inputs": [[{"1": 5}]], "outputs": [5]}, True),
    (
        "class Solution:\n def f(self, a):\n  print('noise')\n  return a * 2",
        {"fn_name": "f", "inputs": [[2]], "outputs": [4]},
        True,
    ),
    ("def f(a):\n return True", {"fn_name": "f", "inputs": [[2]], "outputs": [2]}, False),
    ("def g(a):\n return 4", {"fn_name": "f", "inputs": [[2]], "outputs": [4]}, False),
    ("def f(a):\n return float('nan')", {"fn_name": "f", "inputs": [[2]], "outputs": [4]}, False),
    ("def f(a):\n raise SystemExit(0)", {"fn_name": "f", "inputs": [[2]], "outputs": [4]}, False),
    ("def f(a):\n return 0.1 + 0.2", {"fn_name": "f", "inputs": [[2]], "outputs": [0.3]}, True),
]


@pytest.mark.parametrize(("program", "reference", "right"), CALLS)
def test_call_based_tests(program: str, reference: Any, right: bool) -> None:
    assert grade("code", fenced(program), reference).is_correct == right
    assert grade("code", fenced(program), json.dumps(reference)).is_correct == right


def test_livecodebench_lists_of_both_kinds() -> None:
    stdin = [{"input": "1\n", "output": "2\n", "testtype": "stdin"}]
    assert grade("code", fenced("print(2 * int(input()))"), stdin).is_correct
    functional = [{"input": "[1, 2]\n3", "output": "[1, 2, 3]", "testtype": "functional"}]
    program = fenced("class Solution:\n    def add(self, a, b):\n        return a + [b]")
    problem = Problem("", "", functional, {"func_name": "add"})
    assert get_scorer("code").score(program, problem).is_correct
    assert grade("code", program, functional).is_correct  # the only public method


ASSERTS: list[tuple[str, Any, bool]] = [
    ("def f(a): return a + 1", {"asserts": ["assert f(1) == 2", "assert f(2) == 3"]}, True),
    ("def f(a): return 2", {"asserts": ["assert f(1) == 2", "assert f(2) == 3"]}, False),
    ("def f(a): return a + 1", {"check": "def check(c):\n assert c(1) == 2", "entry_point": "f"},
     True),
    ("def f(a): a.sort()", {"asserts": ["x = [2, 1]\nf(x)\nassert x == [1, 2]"]}, True),
    ("class Solution:\n def g(self, a): return a", {"functional":
     "def check(candidate):\n assert candidate(a=3) == 3\ncheck(Solution().g)"}, True),
    ("class P:\n def __init__(s, x): s.x = x\ndef f(p): return p.x",
     {"asserts": ["assert f(P(3)) == 3"]}, True),
    # the test must call the program, and no helper of the program's may judge it
    ("pass", {"asserts": ["assert gcd(4, 6) == 2"]}, False),
    ("def gcd(a, b): return 2", {"asserts": ["assert gcd(4, 6) == 2"]}, True),
    ("abs = lambda x: 0\ndef f(a): return 99",
     {"asserts": ["assert abs(f(1) - 2.0) < 1e-6"]}, False),
    ("isclose = lambda *a: True\ndef f(a): return 99",
     {"asserts": ["from math import isclose\nassert isclose(f(1), 2.0)"]}, False),
    ("Counter = lambda x: 0\ndef f(a): return 99",
     {"asserts": ["assert Counter(f(1)) == Counter([2])"]}, False),
    ("class E:\n def __eq__(s, o): return True\n def __bool__(s): return True\n"
     "def f(a): return E()", {"asserts": ["assert f(1) == 2"]}, False),
    ("class E:\n def __bool__(s): return True\ndef f(a): return E()",
     {"asserts": ["assert f(1)"]}, False),
    ("import sys\ndef f(a): sys.exit(0)", {"asserts": ["assert f(1) == 2"]}, False),
    ("import os\nos._exit(0)", {"asserts": ["assert f(1) == 2"]}, False),
    ("import os\nos.write(0, b'x' * 99)\ndef f(a): return 1", {"asserts": ["assert f(1) == 2"]},
     False),
    ("def f(a):\n a.clear()\n return []",
     {"asserts": ["x = [2, 1]\nassert f(x) == sorted(x)"]}, False),
]  # fmt: skip


@pytest.mark.parametrize(("program", "reference", "right"), ASSERTS)
def test_assertions_are_judged_outside_the_program(
    program: str, reference: Any, right: bool
) -> None:
    verdict = grade("code", fenced(program), reference)
    assert verdict.outcome is (Outcome.CORRECT if right else Outcome.INCORRECT), verdict.reason


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "not json",
        "{}",
        "[]",
        {"inputs": [], "outputs": []},
        {"inputs": ["1"], "outputs": []},
        {"inputs": "1", "outputs": "2"},
        [{"input": "1"}],
        [{"input": "x", "output": "1", "testtype": "functional", "func_name": "f"}],
        {"inputs": ["1", "2"], "outputs": ["", " \n"]},  # whoever does nothing would pass
        {"inputs": ["1"], "outputs": [None]},
        {"inputs": [[1], [2]], "outputs": [None, None], "fn_name": "f"},
        {"inputs": [[1]], "outputs": [[None]], "fn_name": "f"},  # wrapped once more
        {"inputs": [[1]], "outputs": [1], "fn_name": ["f"]},
        [{"input": "1", "output": "1", "testtype": "interactive"}],
        {"asserts": ["assert ("]},
        {"asserts": ["assert f(1) == 1", "# none"]},
        {"asserts": ["f(1)"]},
        {"asserts": ["assert f(1) == 1"], "setup": "import no_such_module"},
        {"check": "def check(c): pass"},
        {"check": "def check(c): c(1)", "entry_point": "f"},
        None,
        3,
    ],
)
def test_tests_that_cannot_be_used_are_an_error_never_a_free_pass(reference: Any) -> None:
    problem = Problem("apps-17", "", reference, {"task": "apps"})
    verdict = get_scorer("code").score(fenced("print(1)"), problem)
    assert verdict.outcome is Outcome.ERROR
    assert verdict.reward is None
    assert "apps" in verdict.reason
    assert "apps-17" in verdict.reason


def test_grading_a_file_tells_task_and_record_of_the_first_row_not_judged(tmp_path: Path) -> None:
    from skyt_plugins.entrypoints.cli import app

    rows = [
        {"response": fenced("print(2 * int(input()))"), "reference": DOUBLE},
        {"response": fenced("print(1)"), "reference": "{}", "id": "apps-17", "task": "apps"},
        {"response": fenced("print(1)"), "reference": ""},
    ]
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    result = CliRunner().invoke(app, ["grade", str(file), "--scorer", "code"])
    assert result.exit_code == 0, result.output
    assert "skyt: 2 not judged; the first: apps apps-17: no `inputs`" in result.stderr


def test_partial_credit_is_the_share_of_the_first_tests() -> None:
    reference = {"inputs": [f"{i}\n" for i in range(20)], "outputs": ["0\n", *["1\n"] * 19]}
    half = grade("code", fenced("print(int(input()) % 2)"), reference, all_tests=True)
    assert half.outcome is Outcome.INCORRECT
    assert half.value == 0.6  # 0, 1, 3, 5, 7, 9 of the first ten
    assert half.details["value_over"] == 10
    late = fenced("n = int(input())\nprint(0 if n in (0, 15) else 1)")
    verdict = grade("code", late, reference, all_tests=True)
    assert verdict.outcome is Outcome.INCORRECT
    assert 0.5 < verdict.value < 1
    assert grade("code", fenced("print(int(input()) > 0)"), reference).value == 0


def test_a_time_limit_ends_the_program_even_where_all_tests_are_wanted() -> None:
    verdict = grade("code", fenced("while 1: pass"), DOUBLE, all_tests=True, time_limit=0.2)
    statuses = [test["status"] for test in verdict.details["tests"]]
    assert statuses == ["time_limit", "not_run", "not_run"]


def test_fast_mode_forgives_a_program_that_spoils_its_own_process() -> None:
    spoils = "print(2 * int(input()))\nimport builtins\nbuiltins.int = None"
    reference = {"inputs": ["1\n"] * 12, "outputs": ["2\n"] * 12}
    assert grade("code", fenced(spoils), reference).is_correct


def test_tests_that_need_most_of_the_limit_each_pass_in_fast_mode_too() -> None:
    program = "import time\nend = time.process_time() + 0.25\nwhile time.process_time() < end: pass"
    reference = {"inputs": ["1\n"] * 6, "outputs": ["2\n"] * 6}
    assert grade("code", fenced(program + "\nprint(2)"), reference, time_limit=0.6).is_correct


def test_the_programs_limit_leaves_the_rest_not_run() -> None:
    program = "import time\nend = time.process_time() + 0.2\nwhile time.process_time() < end: pass"
    reference = {"inputs": ["1\n"] * 9, "outputs": ["2\n"] * 9}
    verdict = grade("code", fenced(program + "\nprint(2)"), reference, program_limit=0.5)
    assert verdict.outcome is Outcome.INCORRECT
    assert "limit of 0.5 s was used up" in verdict.reason


def test_the_prelude_can_be_switched_off() -> None:
    program = fenced("input()\nprint(deque([2])[0] if defaultdict else 0)")
    reference = {"inputs": ["1\n"], "outputs": ["2\n"]}
    assert grade("code", program, reference).is_correct
    assert not grade("code", program, reference, prelude=False).is_correct


def test_the_same_program_gets_the_same_verdict_every_time() -> None:
    program = "import random\nprint(random.random(), list({'a', 'b', 'c'}), hash('x'))"
    outputs = set()
    for _ in range(4):
        verdict = grade("code", fenced(program), {"inputs": [""], "outputs": ["?"]})
        outputs.add(verdict.reason)
    assert len(outputs) == 1


def test_a_batch_keeps_its_order() -> None:
    pairs = [
        (fenced(f"print({number})"), Problem(str(number), "", {"inputs": [""], "outputs": ["3"]}))
        for number in range(8)
    ]
    verdicts = get_scorer("code").score_batch(pairs)
    assert [v.is_correct for v in verdicts] == [number == 3 for number in range(8)]


@pytest.mark.parametrize(
    "options",
    [
        {"sandbox": "nsa"},
        {"namespaces": "?"},
        {"time_limit": 0},
        {"memory_mb": -1},
        {"workers": -1},
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(SkytError, match="scorer code"):
        get_scorer("code", **options)


def test_namespaces_may_be_switched_as_yaml_reads_it() -> None:
    """`--scorer-options namespaces=off`, and recipes, arrive as booleans."""
    assert get_scorer("code", namespaces=False) == get_scorer("code", namespaces="off")
    assert get_scorer("code", namespaces=True) == get_scorer("code", namespaces="on")


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(SkytError, match="speed"):
        get_scorer("code", speed="high")


# `multiprocessing` starts processes, which no program may: the one idiom that fails.
@pytest.mark.parametrize("namespaces", ["auto", "off"])
def test_honest_idioms_run(shared_data: Path, namespaces: str) -> None:
    lines = (shared_data / "code" / "honest_idioms.jsonl").read_text().splitlines()
    failed = {}
    for row in map(json.loads, lines):
        program = row.get("code") or row.get("program")
        reference = {"inputs": [row["stdin"]] * 2, "outputs": [row["expected"]] * 2}
        verdict = grade("code", fenced(program), reference, namespaces=namespaces)
        if not verdict.is_correct:
            failed[row["name"]] = verdict.reason
    assert set(failed) == {"multiprocessing"}, failed
