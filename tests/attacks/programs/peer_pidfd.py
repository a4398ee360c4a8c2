# attack: peer_pidfd
# class: proc
# mode: stdin
# oracle: echo
# what: a socket tells who made it, as a descriptor of that process (SO_PEERPIDFD)
import json
import sys

TOK = sys.stdin.readline().strip()
INFO = json.loads(sys.stdin.readline())
import ctypes
import os
import platform
import socket

libc = ctypes.CDLL(None, use_errno=True)
space = ctypes.create_string_buffer(256)
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    one, other = socket.socketpair(socket.AF_UNIX, kind)
    try:
        fd = one.getsockopt(socket.SOL_SOCKET, 77)
    except OSError:
        continue
    for number, arguments in (
        (424, (fd, 19, 0, 0)),
        (438, (fd, 0, 0)),
        (308, (fd, 0)),
        (440, (fd, space, 0, 10, 0)),
        (448, (fd, 0)),
        (247, (3, fd, space, 4 | 1, 0)),
        (16, (fd, 0xFF01, 0)),
        (16, (fd, 0xC040FF0B, space)),
        (303, (fd, b"", space, space, 0x1000)),
        (81, (fd,)),
        (190, (fd, b"trusted.a", b"1", 1, 0)),
        (257, (fd, b".", 0)),
    ):
        if platform.machine() == "x86_64" and libc.syscall(number, *arguments) >= 0:
            print(TOK, number)
            os._exit(0)
