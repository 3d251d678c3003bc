#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reading a CSV file: bench_csv beside data.table's fread and (where it is there) pandas, in turns, on the same file.

    csv_against_peers.py BENCH_CSV [--rows N] [--columns D] [--rounds R] [--file FILE]

Every round runs each reader once in a process of its own, so that what else the machine does hits
all of them alike; best and median wall time and the processor time of the best are printed.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

FREAD = """
suppressMessages(library(data.table)); setDTthreads({threads})
before <- proc.time(); x <- fread("{file}", showProgress = FALSE); used <- proc.time() - before
cat(sprintf('{{"seconds": %.4f, "processor": %.4f}}', used[["elapsed"]], used[["user.self"]] + used[["sys.self"]]))
"""
PANDAS = """
import json, time, pandas
wall, processor = time.perf_counter(), time.process_time()
pandas.read_csv({file!r}{extra})
print(json.dumps({{"seconds": time.perf_counter() - wall, "processor": time.process_time() - processor}}))
"""


def ours(bench, file, threads):
    result = json.loads(subprocess.check_output([bench, "read", file, str(threads), "1"], text=True))
    return {"seconds": result["best_seconds"], "processor": result["best_processor_seconds"],
            "memory": result["peak_memory_over_table"]}


def fread(file, threads):
    return json.loads(subprocess.check_output(["Rscript", "-e", FREAD.format(file=file, threads=threads)], text=True))


def pandas(file, extra=""):
    code = PANDAS.format(file=file, extra=extra)
    return json.loads(subprocess.check_output(["/usr/bin/python3", "-c", code], text=True))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--file", help="kept and used again where it exists")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.file or os.path.join(folder, "numbers.csv")
        if not os.path.exists(file):
            subprocess.check_call([arguments.bench, "make", file, str(arguments.rows), str(arguments.columns)])
        megabytes = os.path.getsize(file) / 1e6
        cores = os.cpu_count() or 1
        readers = {"mixtura, 1 thread": lambda: ours(arguments.bench, file, 1),
                   f"mixtura, {cores} threads": lambda: ours(arguments.bench, file, cores),
                   "fread, 1 thread": lambda: fread(file, 1),
                   f"fread, {cores} threads": lambda: fread(file, cores)}
        if subprocess.run(["/usr/bin/python3", "-c", "import pandas"], stderr=subprocess.DEVNULL).returncode == 0:
            readers["pandas"] = lambda: pandas(file)
            readers["pandas, round_trip"] = lambda: pandas(file, ", float_precision='round_trip'")
        results = {name: [] for name in readers}
        for _ in range(arguments.rounds):
            for name, read in readers.items():
                results[name].append(read())
        print(f"{arguments.rows} x {arguments.columns}, {megabytes:.0f} MB, {arguments.rounds} rounds, {cores} cores")
        print(f"{'reader':24} {'best s':>8} {'MB/s':>7} {'median s':>9} {'processor s':>12} {'memory/table':>13}")
        for name, rounds in results.items():
            best = min(rounds, key=lambda one: one["seconds"])
            median = statistics.median(one["seconds"] for one in rounds)
            memory = f"{best['memory']:.2f}" if "memory" in best else ""
            print(f"{name:24} {best['seconds']:8.3f} {megabytes / best['seconds']:7.0f} {median:9.3f} "
                  f"{best['processor']:12.3f} {memory:>13}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
