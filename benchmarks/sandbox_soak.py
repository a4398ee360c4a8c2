"""A soak: honest and hostile programs at full load for minutes; nothing may pile up.

    python benchmarks/sandbox_soak.py --minutes 20

Prints one row a half minute: programs judged, wrong verdicts, memory of the judge and of its
workers, processes, descriptors, and files left in the temporary folders. Ends with 1 on a leak.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "attacks")]

# Quick ones: the slow spinners only burn the time limit.
HOSTILE = """
print('x' * 10**6)
import os; os.fork()
[].append(bytearray(10**9))
import threading as t, time\nfor _ in range(500): t.Thread(target=time.sleep, args=(9,)).start()
for i in range(3000): open(f'f{i}', 'w').write('x')
import os\nfor i in range(900):\n    os.mkdir('d'); os.chdir('d')
def f(): f()\nf()
import os; os.ftruncate(1, 0); os._exit(70)
import os; os.kill(os.getpid(), 9)
while True: pass
""".strip().split("\n")


def main() -> int:
    import attack_runner as runner
    from skyt_plugins.scorers.sandbox.pool import close_all, core_count

    from skyt_plugins import Problem, get_scorer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--namespaces", default="auto")
    options = parser.parse_args()
    scorer = get_scorer("code", time_limit=0.3, namespaces=options.namespaces)
    tests = {"inputs": ["1\n", "2\n", "3\n"], "outputs": ["2\n", "4\n", "6\n"]}
    right = "```python\nprint(2 * int(input()))\n```"
    pairs = []
    for number, line in enumerate(HOSTILE * 3):
        text = line.encode().decode("unicode_escape")
        pairs += [(f"```python\n{text}\n```", Problem(f"bad-{number}", "", tests))]
        pairs += [(right, Problem(f"good-{number}", "", tests))] * 8
    # Its own: other trainers of this machine have scratch folders too.
    tempfile.tempdir = tempfile.mkdtemp(prefix="soak-")
    begun, shown, judged, wrong = time.monotonic(), 0.0, 0, 0
    first: tuple[int, int, int] | None = None
    print("minutes programs wrong judge_mb workers_mb processes descriptors scratch shm")
    while time.monotonic() - begun < options.minutes * 60:
        for (_, problem), verdict in zip(pairs, scorer.score_batch(pairs), strict=True):
            judged += 1
            expected = "correct" if problem.id.startswith("good") else "incorrect"
            if verdict.outcome != expected:
                wrong += 1
                print(f"wrong: {problem.id} {verdict.outcome} {verdict.reason}", flush=True)
        if time.monotonic() - shown >= 30:
            shown = time.monotonic()
            pids = descendants(os.getpid())
            row = (
                memory_mb(os.getpid()),
                sum(memory_mb(pid) for pid in pids),
                len(pids),
                len(os.listdir("/proc/self/fd")),
                len(runner.scratch_left()),
                sum("skyt" in name for name in os.listdir("/dev/shm")),
            )
            minutes = (shown - begun) / 60
            print(f"{minutes:.1f} {judged} {wrong} " + " ".join(map(str, row)), flush=True)
            first = first or (row[0], row[2], row[3])
            last = row
    close_all()
    left = len(descendants(os.getpid()))
    folders = os.listdir(tempfile.tempdir)
    print(f"workers {core_count()}; after closing: {left} processes, {len(folders)} folders")
    if not folders:
        os.rmdir(tempfile.tempdir)
    assert first is not None
    grown = last[0] > first[0] + 30 or last[2] > first[1] or last[3] > first[2] + 2
    return int(bool(wrong or left or folders or grown))


def descendants(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                stat = Path(f"/proc/{name}/stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rsplit(")", 1)[1].split()[1]), []).append(int(name))
    found, queue = [], [pid]
    while queue:
        children = parents.get(queue.pop(), [])
        found += children
        queue += children
    return found


def memory_mb(pid: int) -> int:
    """Resident memory, shared pages included."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


if __name__ == "__main__":
    sys.exit(main())
