// SPDX-License-Identifier: Apache-2.0
#include "mixtura/common/version.h"
#include "mixtura/io/export_text.h"

namespace mixtura::export_text {

namespace {

constexpr std::string_view program =
    R"program("""@FAMILY@ mixture model, written by Mixtura @VERSION@. NumPy is all it needs.

    import model
    scores = model.score(data)     # n x @D@ array, or a table whose columns are found by name
    scores["classification"]       # most probable component, 1 to @K@; 0: noise; -1: a value is missing
    scores["responsibilities"]     # n x @K@, probability of each component@NOISE_NOTE@
    scores["log_density"]          # n, natural logarithm of the density
    scores["uncertainty"]          # n, 1 - largest probability
    scores["label"]                # n, name of the component or class, where there are names
    scores["class_probabilities"]  # n x classes, where classes have components of their own; the
                                   # uncertainty is that of the class then

From a shell: python3 model.py data.csv > scores.csv
model.as_sklearn() gives a fitted sklearn.mixture.GaussianMixture.
"""
import csv
import math
import sys

import numpy as np

FEATURES = [
@FEATURES@,
]
# of the components, from known labels, and of the noise; empty: they have none
COMPONENT_NAMES = [@NAMES@]
# classes, and the position of each component's; empty: components are not gathered in classes
CLASS_NAMES = [@CLASS_NAMES@]
COMPONENT_CLASSES = [@COMPONENT_CLASSES@]
MIXING_WEIGHTS = np.array([
@WEIGHTS@,
])
# weight and log density of the rows that belong to no component; empty: there are none
NOISE = [@NOISE@]
# of Student-t components, whose scale matrices stand in COVARIANCES; empty: Gaussian ones
DEGREES_OF_FREEDOM = [@TAILS@]
# a row per component
MEANS = np.array([
@MEANS@,
]).reshape(@K@, @D@)
# COVARIANCES[k] is that of component k
COVARIANCES = np.array([
@COVARIANCES@,
]).reshape(@K@, @D@, @D@)


def columns(data):
    """The features as an n x @D@ array; `data` is such an array or has columns data[name]."""
    if hasattr(data, "columns") or isinstance(data, dict):
        absent = [name for name in FEATURES if name not in data]
        if absent:
            raise KeyError("the data lack the column " + repr(absent[0]))
        data = np.column_stack([np.asarray(data[name], dtype=float) for name in FEATURES])
    data = np.asarray(data, dtype=float)
    if data.ndim != 2 or data.shape[1] != len(FEATURES):
        raise ValueError("the data must be a table of @D@ columns")
    return data


def log_unit_density(squared_distance, k):
    """Log density of component k with unit covariance (or scale) at a squared distance."""
    d = len(FEATURES)
    if not DEGREES_OF_FREEDOM:
        return -0.5 * d * np.log(2 * np.pi) - 0.5 * squared_distance
    nu = DEGREES_OF_FREEDOM[k]
    return (math.lgamma(0.5 * (nu + d)) - math.lgamma(0.5 * nu) - 0.5 * d * np.log(nu * np.pi)
            - 0.5 * (nu + d) * np.log1p(squared_distance / nu))


def score(data):
    """Log density, responsibilities, classification and uncertainty of every row."""
    x = columns(data)
    log_joint = np.empty((len(x), len(MIXING_WEIGHTS)))
    for k, weight in enumerate(MIXING_WEIGHTS):
        factor = np.linalg.cholesky(COVARIANCES[k])
        whitened = np.linalg.solve(factor, (x - MEANS[k]).T)
        log_joint[:, k] = (np.log(weight) - np.log(np.diag(factor)).sum()
                           + log_unit_density((whitened**2).sum(axis=0), k))
    if NOISE:
        noise = np.full((len(x), 1), np.log(NOISE[0]) + NOISE[1])
        log_joint = np.hstack([log_joint, noise])
    largest = log_joint.max(axis=1, keepdims=True)
    log_density = largest + np.log(np.exp(log_joint - largest).sum(axis=1, keepdims=True))
    known = np.isfinite(log_density[:, 0])
    group = log_joint.argmax(axis=1)
    scores = {
        "log_density": log_density[:, 0],
        "responsibilities": np.exp(log_joint - log_density),
        "classification": np.where(known, (group + 1) % (len(MIXING_WEIGHTS) + 1), -1),
        "uncertainty": 1.0 - np.exp(largest - log_density)[:, 0],
    }
    if CLASS_NAMES:
        shares = np.zeros((len(x), len(CLASS_NAMES)))
        for k, c in enumerate(COMPONENT_CLASSES):
            shares[:, c] += scores["responsibilities"][:, k]
        shares = np.minimum(shares, 1.0)
        scores["class_probabilities"] = shares
        scores["uncertainty"] = 1.0 - shares.max(axis=1)
        scores["label"] = [CLASS_NAMES[c] if is_known else ""
                           for c, is_known in zip(shares.argmax(axis=1), known)]
    elif COMPONENT_NAMES:
        scores["label"] = [COMPONENT_NAMES[k] if is_known else ""
                           for k, is_known in zip(group, known)]
    return scores


def as_sklearn():
    """The model as a fitted sklearn.mixture.GaussianMixture, for predict, score and sample."""
    if DEGREES_OF_FREEDOM:
        raise ValueError("scikit-learn has no mixtures of Student-t components")
    if NOISE:
        raise ValueError("scikit-learn has no mixtures with noise")
    from sklearn.mixture import GaussianMixture

    model = GaussianMixture(len(MIXING_WEIGHTS), covariance_type="full")
    model.weights_ = MIXING_WEIGHTS
    model.means_ = MEANS
    model.covariances_ = COVARIANCES
    model.precisions_cholesky_ = np.array(
        [np.linalg.inv(np.linalg.cholesky(covariance)).T for covariance in COVARIANCES])
    model.precisions_ = np.array([root @ root.T for root in model.precisions_cholesky_])
    model.n_features_in_ = len(FEATURES)
    model.converged_ = True
    model.n_iter_ = 0
    model.lower_bound_ = float("nan")
    return model


def main(path):
    """Writes the scores of the rows of a CSV file to standard output."""
    def number(text):
        try:
            return float(text)
        except ValueError:
            return float("nan")

    def cell(text):
        needs_quotes = any(sign in text for sign in ',"\r\n')
        return '"' + text.replace('"', '""') + '"' if needs_quotes else text

    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    rows = [row for row in rows if row]
    header, rows = rows[0], rows[1:]
    table = {name: [number(row[j]) for row in rows] for j, name in enumerate(header)
             if name in FEATURES}
    scores = score(table)
    print("row,classification,uncertainty,log_density,"
          + ",".join("responsibility_%d" % (k + 1) for k in range(len(MIXING_WEIGHTS)))
          + (",responsibility_noise" if NOISE else "")
          + "".join("," + cell("probability_" + name) for name in CLASS_NAMES)
          + (",label" if COMPONENT_NAMES else ""))
    for i, label in enumerate(scores["classification"]):
        values = [scores["uncertainty"][i], scores["log_density"][i],
                  *scores["responsibilities"][i],
                  *(scores["class_probabilities"][i] if CLASS_NAMES else [])]
        texts = [repr(float(value)) if label >= 0 else "" for value in values]
        if COMPONENT_NAMES:
            texts.append(cell(scores["label"][i]))
        print(",".join([str(i + 1), str(label) if label >= 0 else ""] + texts))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 " + sys.argv[0] + " data.csv")
    main(sys.argv[1])
)program";

std::vector<std::string> class_names(const SavedModel& saved) {
    if (saved.labels.component_classes.empty())
        return {};
    return quoted(saved.labels.names, escaped_string);
}

std::vector<std::string> component_classes(const SavedModel& saved) {
    std::vector<std::string> positions;
    for (const std::int32_t position : saved.labels.component_classes)
        positions.push_back(std::to_string(position));
    return positions;
}

/// The entries of a list that may have none.
std::string entries(const std::vector<std::string>& items) {
    if (items.empty())
        return {};
    std::string text = "\n";
    return text.append(wrapped(items, "    ")).append(",\n");
}

}  // namespace

std::string python_program(const SavedModel& saved) {
    const std::vector<std::string> names = quoted(saved.data.features, escaped_string);
    std::vector<std::string> covariances;
    for (const Eigen::MatrixXd& covariance : saved.model.covariances()) {
        for (std::string& text : numbers(covariance)) covariances.push_back(std::move(text));
    }
    const std::string indent(4, ' ');
    const auto& tails = saved.model.tails();
    const auto& noise = saved.model.noise();
    return filled(
        program,
        {{"VERSION", version},
         {"FAMILY", tails ? "Student-t" : "Gaussian"},
         {"TAILS",
          entries(tails ? numbers(tails->degrees_of_freedom) : std::vector<std::string>())},
         {"NOISE", noise ? number(noise->weight) + ", " + number(noise->region.log_density) : ""},
         {"NOISE_NOTE", noise ? "; the last of noise" : ""},
         {"CLASS_NAMES", entries(class_names(saved))},
         {"COMPONENT_CLASSES", entries(component_classes(saved))},
         {"NAMES", entries(quoted(component_names(saved), escaped_string))},
         {"K", std::to_string(saved.model.component_count())},
         {"D", std::to_string(saved.model.feature_count())},
         {"FEATURES", wrapped(names, indent)},
         {"WEIGHTS", wrapped(numbers(saved.model.mixing_weights()), indent)},
         {"MEANS", wrapped(numbers(saved.model.means()), indent)},
         {"COVARIANCES", wrapped(covariances, indent)}});
}

}  // namespace mixtura::export_text
