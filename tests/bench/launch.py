"""Runs a command and prints what it took, as JSON: launch.py SECONDS COMMAND ARGUMENT …"""

import json
import os
import sys
import time


def main(limit_s: float, command: list[str]) -> None:
    """Run and wait; the exit code is null when the command was stopped at the limit."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    files = [(os.POSIX_SPAWN_DUP2, nowhere, number) for number in (0, 1, 2)]
    began = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=files)
    pid, stopped = 0, False
    while not pid:
        time.sleep(0.002)
        pid, status, used = os.wait4(process, os.WNOHANG)
        if not pid and not stopped and time.perf_counter() - began > limit_s:
            os.kill(process, 9)
            stopped = True
    facts = {
        "exit_code": None if stopped else os.waitstatus_to_exitcode(status),
        "wall_s": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_bytes": used.ru_maxrss * 1024,
    }
    sys.stdout.write(json.dumps(facts))


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
