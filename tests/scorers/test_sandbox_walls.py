"""The sandbox itself: self-test, refusal, limits, leftovers, forks of the trainer."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from skyt_plugins.scorers.sandbox import backends, landlock, namespaces, seccomp, selftest, values
from skyt_plugins.scorers.sandbox.pool import Pool
from skyt_plugins.scorers.sandbox.view import View, interpreter_view
from skyt_plugins.scorers.sandbox.worker import Layers, Limits, Worker, WorkerFailed

from skyt_plugins import Outcome, Problem, get_scorer, grade

ROOT = Path(__file__).resolve().parent.parent.parent
RIGHT = "```python\nprint(2 * int(input()))\n```"
TESTS = {"inputs": ["1\n", "2\n"], "outputs": ["2\n", "4\n"]}


@pytest.mark.parametrize("layers", [Layers(), Layers(namespaces=False)], ids=["all", "base"])
def test_every_wall_holds_and_an_honest_program_runs(layers: Layers) -> None:
    try:
        worker = Worker(layers)
    except WorkerFailed as error:
        pytest.skip(f"not available here: {error}")
    try:
        assert selftest.breaches(worker) == []
    finally:
        worker.close()


def test_without_walls_the_self_test_fails_so_it_can_fail() -> None:
    worker = Worker(Layers(namespaces=False, landlock=False, seccomp=False, drop=False))
    try:
        assert "file reads are confined" in selftest.breaches(worker)
        assert "no sockets" in selftest.breaches(worker)
    finally:
        worker.close()


def test_a_verdict_names_the_layers_in_force() -> None:
    sandbox = grade("code", RIGHT, TESTS).details["sandbox"]
    assert sandbox["backend"] == "native"
    assert "landlock" in sandbox["layers"]


def test_the_unsafe_back_end_says_so_in_every_result() -> None:
    verdict = grade("code", RIGHT, TESTS, sandbox="unsafe-subprocess")
    assert verdict.is_correct
    assert "UNSAFE" in verdict.reason
    assert verdict.details["sandbox"]["missing"] == ["every layer: UNSAFE"]


def test_it_refuses_where_the_kernel_has_no_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "abi_version", lambda: 0)
    backends.tried.cache_clear()
    try:
        verdict = grade("code", RIGHT, TESTS)
    finally:
        monkeypatch.undo()
        backends.tried.cache_clear()
    assert verdict.outcome is Outcome.ERROR
    assert verdict.reward is None
    assert "Landlock" in verdict.reason
    assert "unsafe-subprocess" in verdict.reason


def test_it_falls_back_to_the_base_layer_where_namespaces_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = backends._why_it_fails
    monkeypatch.setattr(
        backends, "_why_it_fails", lambda la: "forbidden here" if la.namespaces else real(la)
    )
    backends.tried.cache_clear()
    try:
        verdict = grade("code", RIGHT, TESTS)
        demanded = grade("code", RIGHT, TESTS, namespaces="on")
    finally:
        monkeypatch.undo()
        backends.tried.cache_clear()
    assert verdict.is_correct
    assert verdict.details["sandbox"]["missing"] == ["namespaces: forbidden here"]
    assert demanded.outcome is Outcome.ERROR
    assert "forbidden here" in demanded.reason


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="bubblewrap is not installed")
def test_bubblewrap_judges_alike_and_is_named() -> None:
    verdict = grade("code", RIGHT, TESTS, sandbox="bwrap")
    assert verdict.is_correct, verdict.reason
    assert verdict.details["sandbox"]["backend"] == "bwrap"
    wrong = grade("code", "```python\nopen('/etc/passwd')\n```", TESTS, sandbox="bwrap")
    assert wrong.details["tests"][0]["status"] == "runtime_error"


def test_another_system_than_linux_gets_a_clear_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delattr(os, "sched_getaffinity")
    with pytest.raises(backends.SandboxMissing, match="needs Linux"):
        backends.open_backend()
    problem = Problem("apps-7", "", TESTS, {"task": "apps"})
    for verdict in get_scorer("code").score_batch([(RIGHT, problem)] * 2):
        assert verdict.outcome is Outcome.ERROR
        assert verdict.reason.startswith("apps apps-7: the program was not run: the native sandbox")


def test_a_system_without_unix_modules_gets_a_clear_answer() -> None:
    program = (
        "import sys; sys.modules['fcntl'] = None\n"
        "from skyt_plugins import SkytError, get_scorer\n"
        "try: get_scorer('code')\n"
        "except SkytError as error: print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    told = subprocess.check_output([sys.executable, "-c", program], text=True, env=environment)
    assert told.startswith("scorer code: ")
    assert "Docker" in told


def test_an_unwritable_scratch_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"no-such-folder .* set TMPDIR"):
        Worker(Layers(namespaces=False), scratch_root=str(tmp_path / "no-such-folder"))


def test_the_report_has_a_row_for_every_layer_and_back_end() -> None:
    names = [row.name for row in selftest.sandbox_report()]
    assert "base layer" in names
    assert [n for n in names if n.startswith("back end")] == [
        "back end bwrap",
        "back end native",
        "back end unsafe-subprocess",
    ]


def test_the_scorer_tells_a_run_and_the_doctor_about_its_walls() -> None:
    scorer = get_scorer("code")
    assert "landlock" in scorer.sandbox_layers()  # type: ignore[attr-defined]
    test = scorer.self_test()  # type: ignore[attr-defined]
    assert test["ok"]
    assert any(line.startswith("holds") and "base layer" in line for line in test["lines"])


def test_a_filter_is_a_whole_number_of_instructions_and_ends_with_its_default() -> None:
    for program in (seccomp.zygote_filter(), seccomp.child_filter(1234)):
        assert len(program) % 8 == 0
    assert seccomp.zygote_filter().endswith(seccomp.EPERM.to_bytes(4, "little"))
    assert (1234).to_bytes(4, "little") in seccomp.child_filter(1234)


def test_a_worker_that_dies_is_replaced_and_the_program_judged() -> None:
    scorer = get_scorer("code", workers=1)
    problem = Problem("", "", TESTS)
    assert scorer.score(RIGHT, problem).is_correct
    for pid in _children(os.getpid()):
        if b"sandbox.zygote" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    assert scorer.score(RIGHT, problem).is_correct


def test_a_fork_made_ahead_serves_the_next_program_and_goes_with_its_worker() -> None:
    worker = Worker(Layers(namespaces=False))
    zygote = next(
        pid
        for pid in _children(os.getpid())
        if str(worker._scratch).encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    try:
        assert _printed_by(worker, "print(1)") == b"1\n"
        assert _children(zygote) == []  # no core is known to be idle: nothing is made ahead
        worker.ahead = True
        assert _printed_by(worker, "print(2)") == b"2\n"
        (waiting,) = _children(zygote)
        program = "import os; open('f', 'w').close(); print(os.getpid(), os.listdir())"
        assert _printed_by(worker, program) == f"{waiting} ['f']\n".encode()
        (waiting,) = _children(zygote)
        os.kill(waiting, signal.SIGKILL)
        with pytest.raises(WorkerFailed):
            _printed_by(worker, "print(3)")
    finally:
        worker.close()
    assert not _runs(waiting)


def test_signals_that_the_trainer_blocks_or_ignores_reach_a_program() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        worker = Worker(Layers(namespaces=False))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGCHLD, before)
    try:
        program = "import signal, sys\nsignal.signal(14, lambda *_: print('rang'))\n"
        program += "signal.setitimer(0, 0.01)\nsignal.pause()"
        assert _printed_by(worker, program) == b"rang\n"
    finally:
        worker.close()


def test_no_lock_or_flag_on_standard_error_outlives_a_program() -> None:
    worker = Worker(Layers(namespaces=False))
    try:
        set_them = "import fcntl as f; f.flock(2, f.LOCK_EX); f.fcntl(2, f.F_SETFL, 0o6000)"
        _printed_by(worker, set_them)
        look = "import fcntl as f; f.flock(open('/dev/null'), f.LOCK_EX | f.LOCK_NB)\n"
        look += "print(f.fcntl(2, f.F_GETFL) & 0o6000)"
        assert _printed_by(worker, look) == b"0\n"
    finally:
        worker.close()


def test_an_interpreter_below_the_temporary_folder_has_namespaces_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library" / "text").write_text("read")
    view = interpreter_view()
    more = View((*view.readable, str(tmp_path / "library")), view.site)
    monkeypatch.setattr("skyt_plugins.scorers.sandbox.worker.interpreter_view", lambda: more)
    try:
        worker = Worker(Layers())
    except WorkerFailed as error:
        if "mount" in str(error):
            raise
        pytest.skip(f"not available here: {error}")
    try:
        program = f"print(open({str(tmp_path / 'library' / 'text')!r}).read())"
        assert _printed_by(worker, program) == b"read\n"
    finally:
        worker.close()


def _printed_by(worker: Worker, program: str) -> bytes:
    request = {"mode": "main", "source": program.encode(), "inputs": [b""], "prelude": False}
    (ran,) = worker.run(request, limits=Limits())
    answer = ran.answer(0)
    assert answer is not None
    text = ran.text(answer, 1000)
    ran.close()
    return text


def test_a_fork_of_the_trainer_has_workers_of_its_own() -> None:
    assert grade("code", RIGHT, TESTS).is_correct
    pid = os.fork()
    if pid == 0:
        os._exit(0 if grade("code", RIGHT, TESTS).is_correct else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert grade("code", RIGHT, TESTS).is_correct


@pytest.mark.parametrize("mode", ["auto", "off"])
def test_nothing_outlives_a_killed_trainer(mode: str, tmp_path: Path) -> None:
    program = (
        "from skyt_plugins import *\n"
        f"scorer = get_scorer('code', time_limit=60, namespaces='{mode}')\n"
        "problem = Problem('', '', {'inputs': [''], 'outputs': ['1']})\n"
        "print('ready', flush=True)\n"
        "scorer.score_batch([('```\\nwhile True: pass\\n```', problem)] * 4)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    trainer = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment
    )
    with trainer:
        assert trainer.stdout is not None
        trainer.stdout.readline()
        deadline = time.monotonic() + 20
        below: list[int] = []
        while len(below) < 4 and time.monotonic() < deadline:
            below = _below(trainer.pid)
            time.sleep(0.1)
        trainer.kill()
    deadline = time.monotonic() + 10
    while (left := [pid for pid in below if _runs(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert below
    assert left == []
    assert list(tmp_path.iterdir()) == []


def test_a_pool_lends_each_worker_to_one_at_a_time_and_closes_them() -> None:
    pool = Pool(Layers(namespaces=False), size=2)
    with pool.worker() as one, pool.worker() as two:
        assert one is not two
    with pool.worker() as again:
        assert again in (one, two)
    pool.close()
    with pytest.raises(WorkerFailed):
        one.run({"mode": "main"}, limits=Limits())


def test_values_cross_as_plain_data() -> None:
    value = {1: [(2, 3.5), "a", None, True], "n": {4, 5}, "big": 10**5000, "z": b"\x00", "c": 1j}
    assert values.loads(values.dumps(value), trusted=True) == value
    assert values.equal(values.loads(values.dumps(value)), value)


def test_values_that_are_not_plain_equal_nothing() -> None:
    class Equal:
        def __eq__(self, other: object) -> bool:
            return True

    assert not values.equal(values.loads(values.dumps(Equal())), 1)
    assert not values.equal(values.loads(values.dumps(float("nan"))), float("nan"))
    assert not values.equal(values.loads(values.dumps([1, 2])), {1, 2})


@pytest.mark.parametrize("text", ["[" * 10**5, '{"d": 3}', '{"zz": 1}', "9" * 10**5, "\x00", "{}"])
def test_malformed_values_are_refused_without_harm(text: str) -> None:
    with contextlib.suppress(values.NotPlain):
        assert not values.equal(values.loads(text), 1)


def test_namespaces_flags_match_the_running_kernel() -> None:
    assert getattr(os, "CLONE_NEWUSER", namespaces.NEWUSER) == namespaces.NEWUSER


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children")
    if text.exists():
        return [int(child) for child in text.read_text().split()]
    return [p for p in _all() if _parent(p) == pid]


def _all() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def _below(pid: int) -> list[int]:
    found, queue = [], [pid]
    while queue:
        above = queue.pop()
        children = [p for p in _all() if _parent(p) == above]
        found += children
        queue += children
    return found


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
