"""Runs `gprime step` on a pseudo-terminal and ends it in every way: the terminal must be as it was.

python3 tests/terminal/step.py target/debug/gprime
"""

import os
import pty
import select
import signal
import sys
import termios
import time

PATIENCE = 20.0


def session(program, end):
    """Starts it, waits for its first screen and for raw mode, ends it, and returns its status and whether the terminal is restored."""
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    pid = os.fork()
    if pid == 0:
        os.setsid()
        os.close(master)
        for fd in range(3):
            os.dup2(slave, fd)
        os.environ["TERM"] = "xterm"
        os.execv(program, [program, "step", "x*y + sin(x)", "--at", "x=2,y=5"])
    deadline = time.monotonic() + PATIENCE
    screen = b""
    raw = False
    while time.monotonic() < deadline and not (b"[q] quit" in screen and raw):
        if select.select([master], [], [], 0.05)[0]:
            screen += os.read(master, 65536)
        raw = not termios.tcgetattr(slave)[3] & termios.ICANON
    assert b"[q] quit" in screen and raw, f"no screen, or no raw mode: {screen!r}"
    end(pid, master)
    while time.monotonic() < deadline:
        if select.select([master], [], [], 0.05)[0]:
            os.read(master, 65536)
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status, termios.tcgetattr(slave) == before
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise AssertionError("it does not end")


def main():
    program = sys.argv[1]
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
        for _ in range(5):
            status, restored = session(program, lambda pid, _: os.kill(pid, number))
            assert restored, f"{number.name} leaves the terminal changed"
            assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == number, f"{number.name}: status {status:#x}"
    status, restored = session(program, lambda _, master: os.write(master, b"\x03"))
    assert restored and os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, f"Ctrl-C: status {status:#x}"
    status, restored = session(program, lambda _, master: os.write(master, b" q"))
    assert restored and os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0, f"q: status {status:#x}"


main()
