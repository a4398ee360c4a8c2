# attack: shared_standard_error
# class: leftover
# mode: stdin
# oracle: none
# what: leave locks and flags on descriptor 2 and on the devices, where they might outlive the program
import fcntl
import os

for fd in (0, 1, 2, os.open("/dev/null", os.O_RDWR), os.open("/dev/zero", os.O_RDWR)):
    for action in (
        lambda: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB),
        lambda: fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB),
        lambda: fcntl.fcntl(fd, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK | os.O_ASYNC),
        lambda: os.lseek(fd, 1 << 40, 0),
        lambda: os.set_inheritable(fd, True),
        lambda: os.fchmod(fd, 0),
        lambda: os.ftruncate(fd, 0),
    ):
        try:
            action()
        except OSError:
            pass
