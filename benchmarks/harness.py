"""Two processes that take turns: ours and a peer's, each told what to run, each answering with its own clock.

Interleaved, because a machine that is shared or gets warm slows both alike; by medians, because one disturbed run
says nothing; wall and processor seconds, because the gap between them shows when somebody else used the machine.
"""

import datetime
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import traceback

HERE = pathlib.Path(__file__).resolve().parent

from compare import compare  # noqa: E402
sys.path.insert(0, str(HERE / "peers"))
from national import NationalSet  # noqa: E402


FRAMES = "attain"  # the engine that is ours from Python
NEAR_BEST = 1.25  # a query whose trial took no longer than the best one's times this may still be the best

TURN_S = 1.0  # a turn is at least so long
MOST_RUNS = 10  # in a turn


class Failed(Exception):
    """A program ended, or an answer was not what was asked for."""


class Program:
    """A process that serves orders, a line each, and answers each with a line of JSON."""

    def __init__(self, words, name):
        self.name = name
        self.process = subprocess.Popen([str(w) for w in words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.about = self.answer()

    def answer(self):
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise Failed(f"{self.name} ended with status {self.process.wait()}")
            if line.startswith("{"):  # engines print notices of their own
                return json.loads(line)

    def ask(self, order):
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        got = self.answer()
        if "error" in got:
            raise Failed(f"{self.name}: {got['error']} ({order})")
        return got

    def close(self):
        if self.process.poll() is None:
            try:
                self.process.stdin.write("quit\n")
                self.process.stdin.close()
                self.process.wait(60)
            except (OSError, subprocess.TimeoutExpired):
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Bench:
    """Where programs and results lie, and what was measured so far."""

    def __init__(self, programs, out, file_name, command):
        self.programs, self.out = pathlib.Path(programs), pathlib.Path(out)
        self.path, self.command = self.out / file_name, command
        self.out.mkdir(parents=True, exist_ok=True)
        self.cases, self.ratios, self.more, self.versions = [], {}, {}, {}
        self.failed = []
        self.only = []  # words; a case whose name has none of them is left out

    def keep(self):
        """What an earlier run has found stays, where this one does not measure it again."""
        if self.path.exists():
            before = json.loads(self.path.read_text())
            self.cases, self.ratios, self.more = before["cases"], before["ratios"], before["more"]
            self.versions = before["versions"]

    # ---- data and processes ----

    def data(self, name, order="sorted", density=1000):
        """The folder of a set; made when it is not there or was not finished."""
        folder = self.out / "data" / f"{name}-{order}-{density}"
        if not (folder / "set.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            say(f"making {folder.name}")
            words = [self.programs / "bench_data", name, "--order", order, "--density", str(density), "--out", folder]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        return NationalSet(folder)

    def ours(self, program, national, *more):
        about = national.about
        return Program([self.programs / program, about["set"], "--order", about["order"], "--density",
                        about["density"], "--threads", 2, "--serve", *more], program)

    def peer(self, engine, national, threads, source="facts"):
        say(f"loading {engine}")
        words = [sys.executable, "-B", "-u", HERE / "peers" / "worker.py", engine, national.folder, threads, source]
        worker = Program(words, engine)
        self.versions[engine] = worker.about["version"]
        return worker

    # ---- agreement, before any time ----

    def agree(self, ours, worker, national, card, what):
        """Compares the results of both last runs; a difference ends the case without a time."""
        our_folder, peer_folder = self.out / "dump" / "ours", self.out / "dump" / "peer"
        for folder in (our_folder, peer_folder):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        ours.ask(f"dump {our_folder}")
        worker.ask(f"dump {peer_folder}")
        differing, example, n_given = compare(
            national, national.cards[card], our_folder, peer_folder, ulps=0 if worker.name == FRAMES else 2,
            has_open_ends=FRAMES not in (ours.name, worker.name))
        shutil.rmtree(self.out / "dump", ignore_errors=True)
        if differing:
            counts = ", ".join(f"{name} in {n} rows" for name, n in differing.items())
            raise Failed(f"{what}: results differ ({counts}), no times. {example}")
        n_rows = national.cards[card].n_indicators * national.n_units * national.cards[card].n_years
        say(f"{what}: {n_rows} rows agree ({n_given} given by the peer)")
        return n_rows

    # ---- times ----

    def duel(self, name, ours, worker, our_order, peer_orders, national, card, threads, repeats):
        """Agreement for each of the peer's ways, then turns with those that may be its best. Returns the case."""
        for _ in range(2):  # the peer's ways have two runs before they count, too
            ours.ask(our_order)
        trials, result_rows = {}, 0
        for order in peer_orders:
            worker.ask(order)
            result_rows = self.agree(ours, worker, national, card, f"{name} {order}")
            trials[order] = worker.ask(order)["wall"]  # the run before touched memory; this one only chooses
        near = [order for order in peer_orders if trials[order] <= NEAR_BEST * min(trials.values())]
        our_runs, peer_runs = [], {order: [] for order in near}
        for _ in range(repeats):
            for order in near:
                our_runs += turn(ours, our_order)
                peer_runs[order] += turn(worker, order)
        ways = {order: summary(runs) for order, runs in peer_runs.items()}
        best = min(near, key=lambda order: ways[order]["wall"])
        case = {"name": name, "set": national.about["set"], "order": national.about["order"],
                "density": national.about["density"], "threads": threads, "rows": national.n_rows,
                "result_rows": result_rows, "repeats": repeats, "engine": worker.name,
                "variant": best.split(" ", 1)[1],
                "walls": {order: ways[order]["wall"] if order in ways else trials[order] for order in peer_orders},
                "ours": summary(our_runs), "peer": ways[best]}
        case["ratio"] = case["peer"]["wall"] / case["ours"]["wall"]
        case["ratio_cpu"] = case["peer"]["cpu"] / case["ours"]["cpu"]
        self.cases = [other for other in self.cases if other["name"] != case["name"]] + [case]
        say(f"{name}: ours {case['ours']['wall']:.4f} s, {worker.name} ({best}) {case['peer']['wall']:.3f} s: "
            f"{case['ratio']:.1f}x")
        return case

    def alternate(self, ours, orders, repeats):
        """Our own orders in turn: {order: summary}."""
        runs = {order: [] for order in orders}
        for order in 2 * orders:
            ours.ask(order)
        for _ in range(repeats):
            for order in orders:
                runs[order] += turn(ours, order)
        return {order: summary(got) for order, got in runs.items()}

    def attempt(self, what, work):
        """A case that fails is told and leaves the others alone; in the end the bench fails."""
        if self.only and not any(word in what for word in self.only):
            return
        try:
            work()
        except Failed as why:
            self.failed.append(f"{what}: {why}")
        except Exception as why:  # noqa: BLE001: whatever it is, the cases measured so far are kept and told
            traceback.print_exc()
            self.failed.append(f"{what}: {type(why).__name__}: {why}")
        if self.failed and self.failed[-1].startswith(f"{what}: "):
            say(f"FAILED {self.failed[-1]}")
        self.save()

    def save(self):
        """What was measured so far, after every case: a run that is broken off is not lost."""
        self.results = {"command": self.command, "date": datetime.date.today().isoformat(), "machine": machine(),
                        "versions": self.versions, "ratios": self.ratios, "more": self.more, "cases": self.cases,
                        "failed": self.failed}
        self.path.write_text(json.dumps(self.results, indent=1) + "\n")


def turn(program, order):
    """Runs of one side before the other's turn: a short job several times, so that memory gone cold in the other side's turn is not
    what is measured. All runs count, on either side."""
    runs = [program.ask(order)]
    while len(runs) < MOST_RUNS and sum(run["wall"] for run in runs) < TURN_S:
        runs.append(program.ask(order))
    return runs


def summary(runs):
    """Medians of wall and processor seconds, with all of them, and the last of the rest."""
    out = dict(runs[-1])
    for clock in ("wall", "cpu", "add", "score", "columns"):
        values = [run[clock] for run in runs if clock in run]
        if values:
            out[clock] = statistics.median(values)
    out["wall_all"] = [round(run["wall"], 6) for run in runs]
    out["cpu_all"] = [round(run["cpu"], 6) for run in runs if "cpu" in run]
    return out


def say(text):
    print(text, file=sys.stderr, flush=True)


def machine():
    """What the numbers were measured on."""
    cpu = "unknown"
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
        memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / (1 << 20)
    except OSError:
        memory = 0.0
    return {"processor": cpu, "processors": os.cpu_count(), "memory_gib": round(memory, 1),
            "system": f"{os.uname().sysname} {os.uname().release}"}
