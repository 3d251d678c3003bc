#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Log-likelihoods expected/sklearn121-loglik.csv of scikit-learn's GaussianMixture at its limit.

Columns standardised (variance over n), start = the class labels, one component a class, reg_covar 1e-6.
    make_sklearn_loglik.py [FOLDER]        made with Python 3.11, scikit-learn 1.2.1, numpy 1.24.2
"""
import csv
import pathlib
import sys
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

SETS = {"iris": "species", "wine": "class", "banknote": "Status", "diabetes": "class"}
STRUCTURES = {"full": "VVV", "tied": "EEE", "diag": "VVI", "spherical": "VII"}
HERE = pathlib.Path(__file__).resolve().parent


def read(name, label_column):
    with open(HERE / f"../../resources/data/{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    labels = np.unique([row.pop(label_column) for row in rows], return_inverse=True)[1]
    features = np.array([[float(value) for value in row.values()] for row in rows])
    return (features - features.mean(axis=0)) / features.std(axis=0), labels


class LabelStart(GaussianMixture):
    """A GaussianMixture whose EM begins with the M-step of given labels."""

    def __init__(self, labels=None, **options):
        super().__init__(**options)
        self.labels = labels

    def _initialize_parameters(self, X, random_state):
        self._initialize(X, np.eye(self.n_components)[self.labels])


def main():
    folder = (pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else HERE) / "expected"
    folder.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore", ConvergenceWarning)
    with open(folder / "sklearn121-loglik.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["dataset", "G", "model", "loglik"])
        for name, label_column in SETS.items():
            features, labels = read(name, label_column)
            count = labels.max() + 1
            for kind, structure in STRUCTURES.items():
                model = LabelStart(labels=labels, n_components=count, covariance_type=kind, tol=1e-14, max_iter=20000,
                                   reg_covar=1e-6).fit(features)
                out.writerow([name, count, structure, f"{model.score(features) * len(features):.8f}"])


if __name__ == "__main__":
    main()
