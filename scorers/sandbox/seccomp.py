"""The two system call filters of the sandbox, as classic BPF built by hand.

`zygote_filter` is an allow-list, installed once in the zygote: what Python needs to run, plus what
the zygote needs to fork, to lock up and to reap children. `child_filter` is added after each fork
and takes the second group away again. Anything refused fails with EPERM, so that an honest program
sees an exception it can handle. See seccomp(2) and linux/filter.h.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from dataclasses import dataclass

from . import syscalls

KILL, ALLOW, NOTIFY = 0x80000000, 0x7FFF0000, 0x7FC00000
EPERM = 0x00050000 | errno.EPERM
ENOSYS = 0x00050000 | errno.ENOSYS
FAKE_SUCCESS = 0x00050000  # returns 0 and does nothing
NEW_LISTENER = 8

# What a Python program needs. Nothing here reaches another process, the network, or a file that
# Landlock does not grant. No fallocate: with KEEP_SIZE it takes room beyond RLIMIT_FSIZE.
_PROGRAM = """
read write readv writev pread64 pwrite64 preadv pwritev lseek open openat close close_range
dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait
epoll_pwait eventfd2 timerfd_create timerfd_settime timerfd_gettime flock fsync fdatasync ftruncate
sendfile copy_file_range fadvise64
stat lstat fstat newfstatat statx access faccessat faccessat2 getcwd chdir fchdir
rmdir unlink unlinkat rename renameat renameat2 readlink readlinkat getdents getdents64 umask statfs
fstatfs
mmap mprotect munmap mremap brk madvise mincore msync membarrier
exit exit_group getpid gettid getppid getuid geteuid getgid getegid getgroups getresuid getresgid
getpgrp getpgid getsid uname sysinfo getrusage times getcpu getrlimit sched_yield sched_getaffinity
sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min getpriority
arch_prctl set_tid_address set_robust_list rseq futex futex_waitv
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time alarm setitimer getitimer
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
pause restart_syscall recvfrom shutdown getsockopt getsockname getpeername getrandom
""".split()

# What only the zygote, and a fork before it runs a program, needs.
_ZYGOTE = """
wait4 waitid pidfd_open pidfd_send_signal sendmsg recvmsg seccomp setrlimit chmod fchmodat
landlock_create_ruleset landlock_add_rule landlock_restrict_self fork kill tgkill prctl clone
prlimit64
""".split()


@dataclass(frozen=True, slots=True)
class Rule:
    """`action` for a call whose arguments meet every check (index, mask, value)."""

    name: str
    action: int
    checks: tuple[tuple[int, int, int], ...] = ()


_ALL = 0xFFFFFFFFFFFFFFFF
_THREAD = 0x00010000 | 0x00000100 | 0x00000800  # CLONE_THREAD | CLONE_VM | CLONE_SIGHAND
# CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}, and the upper half, which clone(2) ignores.
_NAMESPACES = 0x7E020000 | (0xFFFFFFFF << 32)
_F_ALLOWED = (0, 1, 2, 3, 4, 5, 6, 7, 1030, 1032, 1034)  # dup, flags, locks, pipe size, seals
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS TIOCGWINSZ FION* FIO*CLEX
_PR_NAME = (15, 16)
_O_ACCMODE, _O_CREAT, _O_TRUNC, _O_TMPFILE = 0o3, 0o100, 0o1000, 0o20000000
_RLIMIT_STACK = 3


def zygote_filter() -> bytes:
    """The allow-list of the whole worker, with the zygote asked about new threads and files.

    Arguments that could reach another process are fixed: no owner for a descriptor's signals
    (fcntl F_SETOWN), no address on a datagram (sendto). The zygote makes no thread or file itself.
    """
    rules = [Rule("clone3", ENOSYS), Rule("openat2", ENOSYS)]  # their flags lie in memory
    rules.append(Rule("clone", NOTIFY, ((0, _THREAD, _THREAD),)))
    for name, at in (("open", 1), ("openat", 2)):
        rules.append(Rule(name, NOTIFY, ((at, _O_CREAT, _O_CREAT),)))
        rules.append(Rule(name, NOTIFY, ((at, _O_TMPFILE, _O_TMPFILE),)))
    rules += [Rule(name, NOTIFY) for name in ("mkdir", "mkdirat")]
    rules += [Rule(name, ALLOW) for name in (*_PROGRAM, *_ZYGOTE)]
    rules += [Rule("fcntl", ALLOW, ((1, _ALL, command),)) for command in _F_ALLOWED]
    rules += [Rule("ioctl", ALLOW, ((1, _ALL, request),)) for request in _IOCTLS]
    rules += [Rule("ioctl", ALLOW, ((1, _ALL, request),)) for request in (NOTIF_RECV, NOTIF_SEND)]
    rules += [Rule("socketpair", ALLOW, ((0, _ALL, 1),)), Rule("sendto", ALLOW, ((4, _ALL, 0),))]
    return assemble(rules, EPERM)


class ChildFilter:
    """`child_filter`, assembled once before the forks: each fills in its own pid."""

    def __init__(self) -> None:
        program = child_filter(_SOME_PID)
        self._buffer = ctypes.create_string_buffer(program, len(program))
        self._places = []
        at = -1
        while (at := program.find(struct.pack("I", _SOME_PID), at + 1)) >= 0:
            self._places.append(at)
        self._fprog = ctypes.create_string_buffer(_fprog(self._buffer))
        self._address = ctypes.addressof(self._fprog)

    def install(self, pid: int) -> None:
        """Install it on this thread for good. Raises OSError."""
        for at in self._places:
            struct.pack_into("I", self._buffer, at, pid)
        syscalls.quick_call(_SECCOMP, 1, 0, self._address)


def child_filter(pid: int) -> bytes:
    """Takes away what only the zygote needs; `pid` may signal itself, and that is all."""
    rules = [Rule("clone", ALLOW, ((0, _THREAD | _NAMESPACES, _THREAD),))]
    rules += [Rule(name, ALLOW, ((0, _ALL, pid),)) for name in ("kill", "tgkill")]
    rules += [Rule("prctl", ALLOW, ((0, _ALL, option),)) for option in _PR_NAME]
    # Programs raise their stack limit, often unguarded; it is generous already (see child.py).
    rules += [Rule("setrlimit", FAKE_SUCCESS, ((0, _ALL, _RLIMIT_STACK),))]
    rules += [Rule("prlimit64", ALLOW, ((0, _ALL, 0), (2, _ALL, 0)))]
    rules += [Rule("prlimit64", FAKE_SUCCESS, ((0, _ALL, 0), (1, _ALL, _RLIMIT_STACK)))]
    rules += [Rule("ioctl", ALLOW, ((1, _ALL, request),)) for request in _IOCTLS]
    # Before Landlock ABI 3 a read-only open could still truncate a file.
    rules += [
        Rule(name, EPERM, ((at, _O_TRUNC | _O_ACCMODE, _O_TRUNC),))
        for name, at in (("open", 1), ("openat", 2))
    ]
    rules += [Rule(name, EPERM) for name in (*_ZYGOTE, "ioctl")]
    return assemble(rules, ALLOW)


_SOME_PID = 0x7E57C0DE
_SECCOMP = syscalls.number("seccomp") or 0
NOTIF_RECV, NOTIF_SEND = 0xC0502100, 0xC0182101  # SECCOMP_IOCTL_NOTIF_*, struct sizes 80 and 24


def assemble(rules: list[Rule], default: int) -> bytes:
    """A BPF program: the first rule that matches decides, else `default`.

    Calls of another ABI (32-bit entries, x32 numbers) kill the process.
    """
    code = [_load(4), _jump(syscalls.AUDIT_ARCH, 1, 0), _return(KILL), _load(0)]
    if syscalls.MACHINE == "x86_64":
        code += [struct.pack("HBBI", 0x35, 0, 1, 0x40000000), _return(KILL)]  # JGE: x32
    for rule in rules:
        number = syscalls.number(rule.name)
        if number is None:
            continue
        body = [_return(rule.action)]
        for index, mask, value in reversed(rule.checks):
            for shift in (32, 0):  # words are little-endian: the upper one lies at + 4
                part, wanted = (mask >> shift) & 0xFFFFFFFF, (value >> shift) & 0xFFFFFFFF
                if part:
                    load = [_load(16 + 8 * index + shift // 8)]
                    if part != 0xFFFFFFFF:
                        load.append(struct.pack("HBBI", 0x54, 0, 0, part))  # AND
                    body = [*load, _jump(wanted, 0, len(body)), *body]
        if rule.checks:
            # A failed check lands behind the body; load the number again for the next rule.
            code += [_jump(number, 0, len(body) + 1), *body, _load(0)]
        else:
            code += [_jump(number, 0, 1), *body]
    return b"".join([*code, _return(default)])


def install(program: bytes, flags: int = 0) -> int:
    """Install a filter on this thread for good; with NEW_LISTENER, returns its descriptor."""
    buffer = ctypes.create_string_buffer(program, len(program))
    return syscalls.call("seccomp", 1, flags, _fprog(buffer))


def _fprog(buffer: ctypes.Array[ctypes.c_char]) -> bytes:
    """struct sock_fprog: number of instructions, and where they are."""
    return struct.pack("HxxxxxxQ", len(buffer) // 8, ctypes.addressof(buffer))


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def _jump(value: int, if_equal: int, otherwise: int) -> bytes:
    return struct.pack("HBBI", 0x15, if_equal, otherwise, value)


def _return(action: int) -> bytes:
    return struct.pack("HBBI", 0x06, 0, 0, action)
