"""System calls by name: their numbers on x86-64 and arm64, and the two ways to make one.

Numbers are from the kernel's own tables (arch/x86/entry/syscalls/syscall_64.tbl and
include/uapi/asm-generic/unistd.h). Standard library only: the sandboxed side imports this too.
"""

from __future__ import annotations

import ctypes
import os
import platform

# name: (x86-64, arm64); None where the architecture never had the call.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "preadv": (295, 69),
    "pwritev": (296, 70),
    "lseek": (8, 62),
    "open": (2, None),
    "openat": (257, 56),
    "close": (3, 57),
    "close_range": (436, 436),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create": (213, None),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "eventfd2": (290, 19),
    "timerfd_create": (283, 85),
    "timerfd_settime": (286, 86),
    "timerfd_gettime": (287, 87),
    "fcntl": (72, 25),
    "ioctl": (16, 29),
    "flock": (73, 32),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "ftruncate": (77, 46),
    "fallocate": (285, 47),
    "sendfile": (40, 71),
    "copy_file_range": (326, 285),
    "fadvise64": (221, 223),
    "stat": (4, None),
    "lstat": (6, None),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "statx": (332, 291),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "getcwd": (79, 17),
    "chdir": (80, 49),
    "fchdir": (81, 50),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents": (78, None),
    "getdents64": (217, 61),
    "umask": (95, 166),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "brk": (12, 214),
    "madvise": (28, 233),
    "mincore": (27, 232),
    "msync": (26, 227),
    "membarrier": (324, 283),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getgroups": (115, 158),
    "getresuid": (118, 148),
    "getresgid": (120, 150),
    "getpgrp": (111, None),
    "getpgid": (121, 155),
    "getsid": (124, 156),
    "uname": (63, 160),
    "sysinfo": (99, 179),
    "getrusage": (98, 165),
    "times": (100, 153),
    "getcpu": (309, 168),
    "getrlimit": (97, 163),
    "prlimit64": (302, 261),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "getpriority": (140, 141),
    "arch_prctl": (158, None),
    "set_tid_address": (218, 96),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "futex": (202, 98),
    "futex_waitv": (449, 449),
    "clone": (56, 220),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "alarm": (37, None),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "pause": (34, None),
    "tgkill": (234, 131),
    "kill": (62, 129),
    "restart_syscall": (219, 128),
    "socketpair": (53, 199),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "shutdown": (48, 210),
    "getsockopt": (55, 209),
    "getsockname": (51, 204),
    "getpeername": (52, 205),
    "getrandom": (318, 278),
    "prctl": (157, 167),
    "fork": (57, None),
    "vfork": (58, None),
    "clone3": (435, 435),
    "wait4": (61, 260),
    "waitid": (247, 95),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "sendmsg": (46, 211),
    "recvmsg": (47, 212),
    "seccomp": (317, 277),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "setrlimit": (160, 164),
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "execve": (59, 221),
    "socket": (41, 198),
    "connect": (42, 203),
    "ptrace": (101, 117),
    "unshare": (272, 97),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "capset": (126, 91),
    "memfd_create": (319, 279),
    "openat2": (437, 437),
    "creat": (85, None),
    "tkill": (200, 130),
    "shmget": (29, 194),
    "process_vm_readv": (310, 270),
    "io_uring_setup": (425, 425),
    "bpf": (321, 280),
    "keyctl": (250, 219),
    "kexec_load": (246, 104),
}

# AUDIT_ARCH_* of linux/audit.h: a filter that did not check it could be entered by another ABI.
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
MACHINE = platform.machine()
SUPPORTED = MACHINE in _ARCHITECTURES
_COLUMN, AUDIT_ARCH = _ARCHITECTURES.get(MACHINE, (0, 0))

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
_own = ctypes.PyDLL(None, use_errno=True)  # keeps the interpreter's lock: a fork has it too
_own.syscall.argtypes, _own.syscall.restype = (ctypes.c_long,) * 6, ctypes.c_long


def number(name: str) -> int | None:
    """The number of system call `name` here, or None where this architecture lacks it."""
    return NUMBERS[name][_COLUMN]


def call(name: str, *arguments: int | bytes | ctypes.c_void_p | None) -> int:
    """Make the system call `name`; its result. Raises OSError."""
    raw = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(int(_libc.syscall(ctypes.c_long(number(name) or 0), *raw)), name)


def prctl(option: int, *arguments: int) -> int:
    """prctl(2). Raises OSError."""
    padded = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(int(_libc.prctl(option, *padded)), f"prctl({option})")


def fork() -> int:
    """fork(2) without what Python does after it, which touches some 200 pages: half the time.

    Only for a process with one thread that holds no lock: then nothing needs to be made anew.
    Raises OSError.
    """
    return _checked(_own.fork(), "fork")


def quick_call(number: int, *arguments: int) -> int:
    """A system call by number, at most five integers or addresses: what every fork does, touching
    as few pages as may be. Raises OSError."""
    return _checked(_own.syscall(number, *arguments, *_ZEROS[len(arguments) :]), "system call")


_ZEROS = (0, 0, 0, 0, 0)


def _checked(result: int, name: str) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")
    return result


# prctl options, linux/prctl.h and linux/securebits.h
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP = 1, 4, 24
PR_SET_SECUREBITS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 28, 38, 47
