"""Random hostile programs: no verdict may be right, none may be an error of ours.

    python benchmarks/sandbox_fuzz.py [--programs 2000] [--seed 1] [--namespaces auto]

Each program does one to three of the lines below, guarded or not, when it is loaded or when it is
called, and meets tests of one of the three kinds. An honest program is judged after each of them.
Prints what became of the programs; ends with 1 where one was not simply wrong.
"""

from __future__ import annotations

import argparse
import random
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from skyt_plugins import Problem, get_scorer

IMPORTS = """
import os, sys, signal, threading, time, gc, builtins, struct, resource, ctypes, atexit, random
random = random.Random(SEED)
libc = ctypes.CDLL(None)
"""
LINES = r"""
os.close(0)
os.close(1)
os.close(2)
os.closerange(0,100)
os.ftruncate(1,0)
os.ftruncate(0,0)
os.dup2(0,1)
os.dup2(1,0)
os.lseek(1,0,0)
os.lseek(0,1<<40,0)
os.kill(os.getpid(),random.randrange(1,65))
os._exit(random.randrange(256))
sys.exit(random.choice([0,1,None,'x',-1,10**30]))
raise random.choice([KeyboardInterrupt, GeneratorExit, MemoryError, StopIteration, BaseException])
signal.setitimer(0,0.01)
signal.setitimer(1,0.01)
signal.setitimer(2,0.01)
signal.alarm(1)
signal.signal(random.choice([10,12,14,15,24,25,11]),signal.SIG_IGN)
signal.signal(random.choice([10,12,14,15,24,25,11]),lambda *a: os._exit(0))
signal.pthread_sigmask(signal.SIG_BLOCK,signal.valid_signals())
threading.Thread(target=lambda: os._exit(0)).start()
threading.Thread(target=time.sleep,args=(0.05,)).start()
threading.Thread(target=lambda: os.ftruncate(1,0)).start()
sys.settrace(lambda *a: 1/0)
sys.setprofile(lambda *a: 1/0)
sys.stdout=None
sys.stdin=None
sys.stderr=None
sys.modules.clear()
sys.modules['os']=None
sys.setrecursionlimit(30)
gc.collect()
[o.clear() for o in gc.get_objects() if isinstance(o, dict)]
[vars(m).clear() for n, m in list(sys.modules.items()) if n.startswith('sandbox')]
vars(builtins).clear()
builtins.__import__=None
builtins.Exception=BaseException
builtins.open=lambda *a: 1/0
os.pwrite=None
os.write=lambda *a: 0
os.pwrite(1,os.urandom(4096),0)
os.pwrite(1,b'\x01'*9000,0)
os.pwrite(1,b'\xff'*20000,0)
os.pwrite(1, struct.pack('<BdQQ', random.randrange(10), 0, *random.choices(range(1 << 20), k=2)), 0)
os.pwrite(1,struct.pack('<H',65535)+b'x'*5000,8192)
os.write(0,struct.pack('<I',random.randrange(1<<20))+os.urandom(100))
os.write(0,struct.pack('<I',2)+b'{}')
os.write(0,struct.pack('<I',4)+b'null')
os.mkdir('d');os.chdir('d')
open('f','w').write('x'*1000)
os.umask(0o777)
os.chdir('/')
resource.setrlimit(resource.RLIMIT_CPU,(1,1))
resource.setrlimit(resource.RLIMIT_NOFILE,(3,3))
resource.setrlimit(resource.RLIMIT_AS,(1<<20,1<<20))
resource.setrlimit(resource.RLIMIT_FSIZE,(0,0))
resource.setrlimit(resource.RLIMIT_STACK,(1<<16,1<<16))
ctypes.memset(ctypes.addressof(ctypes.c_int()),0,1<<20)
ctypes.string_at(0)
ctypes.memset(id(random.choice([None,True,1,'',()])),0xff,16)
libc.abort()
libc.exit(0)
libc._exit(0)
libc.pthread_exit(0)
libc.syscall(60,0)
libc.munmap(ctypes.c_void_p(id(None)&~4095),4096)
ctypes.pythonapi.Py_Finalize()
ctypes.pythonapi.PyEval_SaveThread()
atexit.register(lambda: os.ftruncate(1,0))
atexit.register(lambda: 1/0)
atexit.register(lambda: os.kill(os.getpid(),9))
x=bytearray(1<<31)
(lambda f: f(f))(lambda f: f(f))
print('x'*(1<<20))
print('\ud800\0\u202e')
sys.stdout.detach()
sys.stdout.close()
exec('('*99999)
type('E',(),{'__del__':lambda s: os._exit(0)})()
time.sleep(0.01)
""".strip().split("\n")


def program(dice: random.Random) -> str:
    """Some of LINES, at the top or in a function `f`."""
    lines = [dice.choice(LINES) for _ in range(dice.randint(1, 3))]
    if dice.random() < 0.5:
        lines = [f"try: {line}\nexcept BaseException: pass" for line in lines]
    body = "\n".join(lines)
    if dice.random() < 0.5:
        body = f"def f(x):\n{textwrap.indent(body, '    ')}\n    return 1"
        body += "\nf(1)" if dice.random() < 0.3 else ""
    else:
        body += "\ndef f(x): return 1"
    return IMPORTS.replace("SEED", str(dice.getrandbits(30))) + body


def tests(dice: random.Random) -> dict[str, Any]:
    """Tests that expect what no program can know."""
    secret = f"{dice.getrandbits(60):x}"
    kinds: list[dict[str, Any]] = [
        {"inputs": ["1"] * 3, "outputs": [secret] * 3},
        {"fn_name": "f", "inputs": [[1]] * 3, "outputs": [secret] * 3},
        {"asserts": [f"assert f(1) == {secret!r}"] * 2},
    ]
    return dice.choice(kinds)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--namespaces", default="auto")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    honest = Problem("honest", "", {"inputs": ["1"], "outputs": ["1"]})
    pairs = []
    for number in range(options.programs):
        problem = Problem(str(number), "", tests(dice))
        pairs += [(f"```\n{program(dice)}\n```", problem), ("```\nprint(input())\n```", honest)]
    scorer = get_scorer("code", time_limit=0.5, namespaces=options.namespaces)
    counts: Counter[str] = Counter()
    failures = 0
    for (response, problem), verdict in zip(pairs, scorer.score_batch(pairs), strict=True):
        wanted = "correct" if problem is honest else "incorrect"
        if verdict.outcome != wanted:
            failures += 1
            print(f"{verdict.outcome}: {verdict.reason}\n{response}\n{problem.reference}")
        elif problem is not honest:
            statuses = [test["status"] for test in verdict.details["tests"]]
            counts[next(status for status in statuses if status != "pass")] += 1
    print(dict(counts), f"failures: {failures}")
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
