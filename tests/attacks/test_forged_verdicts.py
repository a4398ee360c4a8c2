"""Programs that aim at the verdict itself: assertions, odd answers, lax comparison, stalling."""

from __future__ import annotations

import sys
import time
from typing import Any

import pytest

from skyt_plugins import Outcome, Verdict, grade


def judged(program: str, reference: Any, **options: Any) -> Verdict:
    return grade("code", f"```python\n{program}\n```", reference, **{"time_limit": 0.5, **options})


def calls(expected: Any) -> dict[str, Any]:
    return {"fn_name": "solve", "inputs": [[1]], "outputs": [expected]}


CHECK = {
    "entry_point": "f",
    "test": "def check(candidate):\n"
    "    assert all(map(lambda c: candidate(c[0]) == c[1], [(1, 2), (2, 3)]))\n",
}
PRETENDER = "class Yes:\n    def __getattr__(self, name): return lambda *a: True\n"


@pytest.mark.parametrize(
    ("program", "reference"),
    [
        ("def f(x):\n    raise StopIteration", CHECK),
        ("def f(x):\n    raise StopAsyncIteration", CHECK),
        ("def f(x):\n    import no_such_module", CHECK),
        ("import no_such_module\ndef f(x): return 2", CHECK),
        (
            "def f(x):\n    raise StopIteration",
            {"asserts": ["for a, b in zip(map(f, [1, 2]), [2, 3]): assert a == b"]},
        ),
        # Modules that the test code forgot to import are the real ones.
        (
            PRETENDER + "globals()['n' + 'p'] = Yes()\ndef f(x): return 1",
            {"asserts": ["assert np.allclose(f(2), 5)"]},
        ),
        (
            PRETENDER + "inspect = Yes()\ndef f(x): return 1",
            {"asserts": ["assert inspect.isgenerator(f(2))"]},
        ),
        # A builtin of the program's does not judge, though it is the only name that it defines.
        ("def sorted(x): return 1", {"asserts": ["assert sorted(permutations([1])) == sorted(2)"]}),
        ("def set(x): return 1", {"asserts": ["assert set([gcd(4, 6)]) == set([2])"]}),
        ("import builtins\nbuiltins.all = lambda x: True\ndef f(x): return 0", CHECK),
        ("import builtins\nbuiltins.AssertionError = KeyError\ndef f(x): return 0", CHECK),
        (
            "class A(float):\n    __sub__ = __abs__ = lambda *a: 0\n    __eq__ = lambda *a: True\n"
            "    __lt__ = lambda *a: True\n    __hash__ = None\ndef f(x): return A(9)",
            {"asserts": ["assert abs(f(1) - 5) < 1e-6"]},
        ),
    ],
)
def test_no_program_makes_an_assertion_true_that_is_not(program: str, reference: Any) -> None:
    verdict = judged(program, reference)
    assert verdict.outcome is Outcome.INCORRECT, verdict.reason


def test_modules_that_assertions_use_unimported_work() -> None:
    asserts = ["assert numpy.isclose(f(2.0), 4.0)", "assert textwrap.dedent(' a') == 'a' and f(1)"]
    verdict = judged("def f(x): return 2 * x", {"asserts": asserts}, time_limit=4.0)
    assert verdict.is_correct, verdict.reason


@pytest.mark.parametrize(
    "body", ["import time; time.sleep(99)", "while True: pass", "os.kill(os.getpid(), 19)"]
)
def test_a_program_that_does_not_answer_assertions_is_at_fault(body: str) -> None:
    """Judge and program are ended together; that must not count as a failure of the sandbox."""
    program = f"import os\ndef f(x):\n    {body}"
    verdict = judged(program, {"asserts": ["assert f(1) == 1"]}, time_limit=0.2)
    assert verdict.outcome is Outcome.INCORRECT, verdict.reason
    assert verdict.details["tests"][0]["status"] == "time_limit"


def test_long_lists_of_assertions_are_all_judged() -> None:
    asserts = [f"assert f({i}) == {i}" for i in range(450)]
    assert judged("def f(x): return x", {"asserts": asserts}).is_correct
    message = "'A' * 300"  # as long as what is kept of it
    program = f"def f(x):\n    assert x != 401, {message}\n    return x"
    verdict = judged(program, {"asserts": asserts}, all_tests=True)
    failed = [i for i, test in enumerate(verdict.details["tests"]) if test["status"] != "pass"]
    assert failed == [401]


@pytest.mark.parametrize(
    "text",
    ['{"b": 5}', '{"c": ["1"]}', '{"d": [[{"s": [[1]]}, 1]]}', '{"n": []}', "NaN", '{"t": {}}'],
)
def test_a_malformed_answer_is_wrong_and_no_error_of_ours(text: str) -> None:
    program = f"""
import os, struct
def solve(x):
    data = {text!r}.encode()
    os.pwrite(1, data, 20000)
    os.pwrite(1, struct.pack("<BdQQ", 1, 0.0, 20000, 20000 + len(data)), 0)
    os._exit(0)
"""
    for expected in (3, {"a": 1}, [1]):
        assert judged(program, calls(expected)).outcome is Outcome.INCORRECT


def test_a_reason_shows_sets_and_dicts_as_such() -> None:
    assert (
        "got {1, 2}, expected [1, 2]" in judged("def solve(x): return {1, 2}", calls([1, 2])).reason
    )
    assert "got {1: {}}" in judged("def solve(x): return {1: {}}", calls([1])).reason


def test_a_deep_answer_does_not_end_a_trainer_that_raised_its_recursion_limit() -> None:
    program = """
def solve(x):
    import os, struct
    text = "[" * 70_000 + "]" * 70_000
    os.pwrite(1, text.encode(), 20_000)
    os.pwrite(1, struct.pack("<BdQQ", 1, 0.0, 20_000, 20_000 + len(text)), 0)
    os._exit(0)
"""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        verdict = judged(program, calls([[1]] * 20_000))
    finally:
        sys.setrecursionlimit(before)
    assert "nested too deeply" in verdict.reason


def test_hashes_that_collide_cost_the_judge_nothing() -> None:
    """A set as the key of a dict would have to be built here, from members of one hash value."""
    program = """
def solve(x):
    import os, struct
    members = ",".join(str(k * (2**61 - 1)) for k in range(60_000))
    text = '[{"d":[[{"s":[' + members + ']},1]]}' + ',1' * 19_999 + ']'
    os.pwrite(1, text.encode(), 20_000)
    os.pwrite(1, struct.pack("<BdQQ", 1, 0.0, 20_000, 20_000 + len(text)), 0)
    os._exit(0)
"""
    started = time.monotonic()
    verdict = judged(program, calls([{"a": 1}] * 20_000), time_limit=2.0)
    assert verdict.outcome is Outcome.INCORRECT
    assert time.monotonic() - started < 5


def test_an_answer_of_far_too_many_items_is_not_read() -> None:
    expected = [[1, 2]] * 2000
    long = judged("def solve(x): return [[] for _ in range(40000)]", calls(expected))
    assert "far more items" in long.reason
    tuples = judged("def solve(x): return tuple((1.0, 2) for _ in range(2000))", calls(expected))
    assert tuples.is_correct, tuples.reason


def test_no_control_character_of_a_program_reaches_the_reason() -> None:
    for program, reference in (
        ("def solve(x): return '\\ud800\\x1b[2J\\nall tests passed'", calls(1)),
        ("raise ValueError('\\x1b[2J\\x07')", {"inputs": [""], "outputs": ["1"]}),
    ):
        reason = judged(program, reference).reason
        assert reason.isprintable()
        reason.encode()


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("1e999", "1e400"),
        ("nan", "nan0"),
        ("11", "0011"),
        ("5", "05.0"),
        ("\uff13", "3"),
        ("1_0", "10"),
        ("0x10", "16"),
        ("1000001", "1000000"),
        ("1000000.4", "1000000"),
        ("1e-400", "0"),
        ("9007199254740992.5", "9007199254740992"),
        ("1e99999999999999999999", "1"),
    ],
)
def test_what_only_looks_like_the_right_number_is_wrong(printed: str, expected: str) -> None:
    verdict = judged(f"print({printed!r})", {"inputs": [""], "outputs": [expected]})
    assert verdict.outcome is Outcome.INCORRECT


def test_the_tolerance_is_for_floats_only_in_returned_values_too() -> None:
    assert not judged("def solve(x): return 1000001", calls(1000000)).is_correct
    assert not judged("def solve(x): return [1000000.4]", calls([1000000])).is_correct
    assert judged("def solve(x): return 1000000.0", calls(1000000)).is_correct
    assert judged("def solve(x): return 0.1 + 0.2", calls(0.3)).is_correct


def test_a_sleeper_cannot_stall_a_batch_by_staying_below_the_limit_of_each_test() -> None:
    numbers = [str(i) for i in range(60)]
    reference = {"inputs": numbers, "outputs": numbers}
    started = time.monotonic()
    verdict = judged("import time\ntime.sleep(0.9)\nprint(input())", reference, program_limit=0.5)
    assert verdict.details["tests"][-1]["status"] == "not_run"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("namespaces", ["auto", "off"])
def test_names_in_the_scratch_folder_cannot_stop_it_being_emptied(namespaces: str) -> None:
    program = "import os\nfor p in {1, os.getppid()}: os.makedirs(f'.wipe{p}-1/a')\nprint(2)"
    verdict = judged(program, {"inputs": [""], "outputs": ["2"]}, namespaces=namespaces)
    assert verdict.is_correct, verdict.reason


def test_files_cannot_be_hidden_from_the_count() -> None:
    program = """
import os
os.mkdir("hidden", 0o300)
made = 0
for i in range(40):
    try:
        open(f"hidden/{i}", "w").close()
        made += 1
    except OSError:
        pass
print("few" if made < 8 else made)
"""
    verdict = judged(program, {"inputs": [""], "outputs": ["few"]}, namespaces="off")
    assert verdict.is_correct, verdict.reason


def test_answers_of_one_test_are_not_those_of_the_next() -> None:
    """In fast mode one process runs several tests; what it leaves behind decides nothing."""
    numbers = [str(i) for i in range(12)]
    for program in (
        "import sys\nm = sys.modules.setdefault('memo', [])\nm.append(input())\nprint(m[0])",
        "import sys\nfor m in list(sys.modules.values()):\n"
        "    if str(getattr(m, '__name__', '')).startswith('sandbox'):\n"
        "        for n in ('_run_main', 'record', 'finish', 'execute'):\n"
        "            if hasattr(m, n): setattr(m, n, lambda *a, **k: (1, ''))\n"
        "print(input())",
    ):
        assert judged(program, {"inputs": numbers, "outputs": numbers}).is_correct
        wrong = judged(program, {"inputs": numbers, "outputs": [*numbers[:6], *"abcdef"]})
        assert wrong.details["passed"] == 6
