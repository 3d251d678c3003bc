# SPDX-License-Identifier: Apache-2.0
"""Compares an EM pass of mixtura with an EM iteration of scikit-learn, in one run on one core.

    python3 compare_gaussian_pass.py build/bin/bench_gaussian_pass

Prints nanoseconds per row and component of both and their ratio for each case of the benchmark.
"""
import json
import os
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy  # noqa: E402
import sklearn  # noqa: E402
from sklearn.mixture import GaussianMixture  # noqa: E402


def scikit_learn(rows, features, components, covariance_type):
    """Best of three: nanoseconds per row and component of one E-step and M-step."""
    generator = numpy.random.default_rng(1)
    means = generator.normal(size=(components, features))
    labels = generator.integers(components, size=rows)
    observations = means[labels] + generator.normal(size=(rows, features))
    mixture = GaussianMixture(components, covariance_type=covariance_type)
    responsibilities = numpy.eye(components)[labels] * 0.9 + 0.1 / components
    mixture._initialize(observations, responsibilities)
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        _, log_responsibilities = mixture._e_step(observations)
        mixture._m_step(observations, log_responsibilities)
        best = min(best, time.process_time() - begin)
    return 1e9 * best / rows / components


def main():
    output = subprocess.run(
        [sys.argv[1], "--benchmark_format=json", "--benchmark_min_time=0.3"],
        check=True, capture_output=True, text=True).stdout
    print(f"scikit-learn {sklearn.__version__}, one core, ns per row and component")
    print(f"{'covariances':12}{'n':>8}{'d':>5}{'K':>5}{'sklearn':>10}{'mixtura':>10}{'ratio':>8}")
    for case in json.loads(output)["benchmarks"]:
        _, shape, *arguments = case["name"].split("/")
        rows, features, components = (int(part.split(":")[1]) for part in arguments)
        kind = {"full": "full", "diagonal": "diag"}[shape]
        theirs = scikit_learn(rows, features, components, kind)
        ours = 1e6 * case["cpu_time"] / rows / components
        print(f"{shape:12}{rows:8}{features:5}{components:5}{theirs:10.1f}{ours:10.2f}"
              f"{theirs / ours:8.1f}")


if __name__ == "__main__":
    main()
