#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command COUNT times, one after the other and all at once, and prints ms for both, as JSON. "{}" in the command is the number of the run.

  many.py COUNT COMMAND...
"""
import json
import os
import sys
import time


def start(command, number):
    words = [word.replace("{}", str(number)) for word in command]
    null = os.open("/dev/null", os.O_RDWR)
    try:
        return os.posix_spawn(words[0], words, os.environ,
                              file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1)])
    finally:
        os.close(null)


def wait(pid):
    _, status = os.waitpid(pid, 0)
    if status != 0:
        sys.exit(f"many.py: status {status}")


def timed(work):
    begin = time.perf_counter()
    work()
    return (time.perf_counter() - begin) * 1000


count, command = int(sys.argv[1]), sys.argv[2:]
in_sequence = timed(lambda: [wait(start(command, number)) for number in range(count)])
at_once = timed(lambda: [wait(pid) for pid in [start(command, number) for number in range(count)]])
print(json.dumps({"in_sequence": in_sequence, "at_once": at_once}))
