# SPDX-License-Identifier: Apache-2.0
"""Runs a test among packages of its own, in a virtual environment that is kept for the next run."""
import fcntl
import os
import subprocess
import sys
import venv
from pathlib import Path


def python_with(packages, suffix=""):
    """The interpreter of an environment that has them; ends the test as skipped where they cannot be had."""
    home = Path(os.environ.get("SIGNALBOX_FLOW_VENV", "flow-venv") + suffix)
    python = home / "bin" / "python"
    ready = home / ("ready-" + "-".join(packages))
    with open(f"{home}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests that share one may begin at the same time
        if not ready.exists():
            venv.create(home, with_pip=True, clear=True)
            made = subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], capture_output=True, text=True)
            if made.returncode != 0:
                print("SKIPPED: " + " and ".join(packages) + " cannot be installed here:\n" + made.stderr, file=sys.stderr)
                sys.exit(77)
            ready.touch()
    return python


def start_again_with(packages, suffix=""):
    """This script once more, with the packages at hand."""
    python = python_with(packages, suffix)
    if Path(sys.prefix).resolve() != python.parent.parent.resolve():
        os.execv(python, [python, *sys.argv])
