"""The library of tests/live/crash_path.c, which makes chosen paths end their worker.

    env=crash.environment("/products/kafka?crash")     requests for .../kafka?crash-segv die of SIGSEGV, and so on
"""
import fcntl
import subprocess

from .servers import BUILD, TOP

SIGNALS = {"segv": 11, "bus": 7, "fpe": 8, "ill": 4, "abort": 6}


def environment(prefix):
    made, source = BUILD / ".crash_path.so", TOP / "tests/live/crash_path.c"
    with open(BUILD / ".crash-lock", "w") as lock:  # several test processes may build at the same time
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists() or made.stat().st_mtime < source.stat().st_mtime:
            subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-w", "-o", made, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(made), "CRASH_PATH": prefix}
