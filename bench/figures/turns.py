#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How long a request stays in the worker's own code: from reading it to sending it on, from reading its answer to sending that, and
from then until the worker sleeps. One connection, beside nginx on the same upstream.

    turns.py [--bin build/release/bin] [--beside NAME=PROGRAM] [--of whole stream] [--rounds 3]

libsignalbox_call_times.so is loaded before every program and notes when each read, send and wait began and ended; what passes between
two of them is the program's own time, to which the library adds about 0.1 µs a call. How long sends take and how long the worker
sleeps is told beside it: that is the kernel's, and the other processes'. Prints a Markdown table of medians and 90th percentiles.
"""
import argparse
import contextlib
import mmap
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "compare"))
import setting  # noqa: E402
from compare import ROOT, awake  # noqa: E402

HEAD = struct.Struct("QQ")  # whether calls are noted, and how many were
NOTE = struct.Struct("qqiiii")  # began and ended, ns; thread; kind; descriptor; result
READ, SEND, SLEEP = ord("r"), ord("s"), ord("w")
PARTS = ("read → sent on", "answer read → sent", "then, until it sleeps", "both sends, kernel", "asleep")


def noted(path, work):
    """The calls of a process while `work` runs: at most 65,536, in order."""
    with open(path, "r+b") as file, mmap.mmap(file.fileno(), 0) as memory:
        memory[:HEAD.size] = HEAD.pack(1, 0)
        work()
        memory[:8] = struct.pack("Q", 0)
        count = min(HEAD.unpack_from(memory)[1], (len(memory) - HEAD.size) // NOTE.size)
        notes = [NOTE.unpack_from(memory, HEAD.size + i * NOTE.size) for i in range(count)]
    return sorted(note for note in notes if note[1])


def of_clients(pid, port):
    """Descriptors of the connections that came in by `port`."""
    sockets = {line.split()[9] for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
               if int(line.split()[1].split(":")[1], 16) == port}
    links = {}
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            links[int(entry.name)] = os.readlink(entry)
    return {number for number, link in links.items() if link.removeprefix("socket:[").rstrip("]") in sockets}


def turns(notes, clients):
    """{part: [µs]} of every request: own time is what passes between calls."""
    thread = statistics.mode(note[2] for note in notes if note[4] in clients)
    found = defaultdict(list)
    step, spent, sends, slept, before = "asleep", dict.fromkeys(PARTS[:3], 0), 0, 0, None
    for began, ended, tid, kind, descriptor, result in notes:
        if tid != thread:
            continue
        if before is not None and step in spent:
            spent[step] += began - before
        before = ended
        if kind == READ and result > 0 and descriptor in clients:
            if step == PARTS[2]:  # of the request before
                for part, time in spent.items():
                    found[part].append(time / 1e3)
                found[PARTS[3]].append(sends / 1e3)
                found[PARTS[4]].append(slept / 1e3)
            if step != PARTS[0]:
                step, spent, sends, slept = PARTS[0], dict.fromkeys(PARTS[:3], 0), 0, 0
        elif kind == SEND:
            sends += ended - began
            step = PARTS[2] if descriptor in clients else "asked"
        elif kind == READ and result > 0 and step in ("asked", PARTS[2]):
            step = PARTS[1]
        elif kind == SLEEP:
            slept += ended - began
    return found


def worker_of(folder, name):
    """Of whom the calls are, and who makes them: nginx's master has the file, its worker the descriptors."""
    if name != "nginx":
        return (setting.router_pid(folder if name == "signalbox" else folder / name),) * 2
    master = int((folder / "proxy.pid").read_text())
    return master, int(subprocess.check_output(["pgrep", "-P", str(master)]).split()[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin")
    parser.add_argument("--beside", nargs="+", default=[], metavar="NAME=PROGRAM", help="further builds of the router, in turn with it")
    parser.add_argument("--of", nargs="+", choices=setting.MODES, default=setting.MODES)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    library = arguments.bin / "libsignalbox_call_times.so"
    if not library.exists():
        sys.exit(f"{library} is not built: cmake --preset release && cmake --build --preset release")
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o777)
        times = folder / "times"
        times.mkdir()
        os.environ |= {"LD_PRELOAD": str(library.resolve()), "SIGNALBOX_CALL_TIMES": str(times)}
        others = [(name, Path(program)) for name, program in (pair.split("=", 1) for pair in arguments.beside)]
        targets = setting.start(stack, folder, arguments.bin / "signalbox", "off", others)
        del targets["direct"], os.environ["LD_PRELOAD"]
        stack.enter_context(awake())
        found = defaultdict(lambda: defaultdict(list))
        for _ in range(arguments.rounds):
            for mode in arguments.of:
                for target, urls in targets.items():
                    file, pid = worker_of(folder, target)
                    setting.wrk(folder, urls[mode], mode, 1, 1)
                    clients = set()

                    def work():
                        look = threading.Timer(0.3, lambda: clients.update(of_clients(pid, int(urls[mode].rsplit(":", 1)[1]))))
                        look.start()
                        setting.wrk(folder, urls[mode], mode, 1, 1)
                        look.join()
                        if not clients:
                            sys.exit(f"{target} had no client's connection after 0.3 s of {mode} answers")

                    for part, values in turns(noted(times / str(file), work), clients).items():
                        found[mode, target][part] += values
    print(f"{os.cpu_count()} cores; {arguments.rounds} rounds of 1 s each, µs of a request, p50 / p90\n")
    print("| answer | program | requests | " + " | ".join(PARTS) + " |\n|---|---|---" + "|---" * len(PARTS) + "|")
    for (mode, target), parts in found.items():
        cells = " | ".join(f"{statistics.median(v):.1f} / {sorted(v)[len(v) * 9 // 10]:.1f}" for v in (parts[part] for part in PARTS))
        print(f"| {mode} | {target} | {len(parts[PARTS[0]])} | {cells} |")


if __name__ == "__main__":
    main()
