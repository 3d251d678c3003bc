// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/sdp_model_file.h"

#include <algorithm>
#include <cmath>

#include "mixtura/common/error.h"
#include "mixtura/common/version.h"
#include "mixtura/io/atomic_file.h"
#include "mixtura/io/json_reader.h"
#include "mixtura/io/json_text.h"

namespace mixtura {

namespace {

using nlohmann::json;

json number_or_null(double value) {
    return std::isfinite(value) ? json(value) : json();
}

FitStatus read_status(const JsonReader& reader) {
    for (const FitStatus status :
         {FitStatus::converged, FitStatus::iteration_limit, FitStatus::cancelled})
        if (reader.text() == to_string(status))
            return status;
    reader.fail("must be converged, iteration_limit or cancelled");
}

double read_sum_of_squares(const JsonReader& reader) {
    const double value = reader.number();
    if (value < 0.0)
        reader.fail("must not be negative");
    return value;
}

}  // namespace

json to_json(const SavedSdpClustering& saved) {
    const SdpFit& fit = saved.fit;
    json labels = json::array();
    for (const std::int32_t label : fit.classification) labels.push_back(label + 1);
    json means = json::array();
    for (Eigen::Index k = 0; k < fit.means.rows(); ++k) {
        json row = json::array();
        for (Eigen::Index j = 0; j < fit.means.cols(); ++j) row.push_back(fit.means(k, j));
        means.push_back(std::move(row));
    }
    return {{"format", "mixtura-model"},
            {"version", model_file_version},
            {"kind", "sdp_clustering"},
            {"software", {{"name", "mixtura"}, {"version", version}, {"backend", "cpu"}}},
            {"data",
             {{"source", saved.data.source},
              {"sha256", saved.data.sha256},
              {"rows", saved.data.rows},
              {"rows_used", saved.data.rows_used},
              {"features", saved.data.features},
              {"transform", saved.data.transform}}},
            {"options", saved.options},
            {"parameters", {{"labels", std::move(labels)}, {"means", std::move(means)}}},
            {"fit",
             {{"status", std::string(to_string(fit.status))},
              {"objective", fit.objective},
              {"kmeans_objective", fit.kmeans_objective},
              {"relaxation_value", number_or_null(fit.relaxation_value)},
              {"lower_bound", fit.lower_bound ? json(*fit.lower_bound) : json()},
              {"relative_gap", number_or_null(fit.relative_gap)},
              {"certificate", std::string(to_string(fit.certificate))},
              {"iterations", fit.iterations},
              {"rows_dropped", saved.rows_dropped},
              {"seconds", saved.seconds}}},
            {"selection", json::array()}};
}

SavedSdpClustering saved_sdp_clustering_from(const json& document) {
    const JsonReader root(document);
    root.expect_object();
    if (root.at("format").text() != "mixtura-model")
        root.at("format").fail("is not \"mixtura-model\": this is not a model file");
    if (root.at("version").integer(1) > model_file_version)
        root.at("version").fail("is newer than this program reads");
    if (root.at("kind").text() != "sdp_clustering")
        root.at("kind").fail("is not \"sdp_clustering\"");
    SavedSdpClustering saved;
    const JsonReader data = root.at("data");
    saved.data.source = data.at("source").text();
    saved.data.sha256 = data.at("sha256").text();
    saved.data.rows = data.at("rows").integer(0);
    saved.data.rows_used = data.at("rows_used").integer(0, saved.data.rows);
    saved.data.features = data.at("features").texts();
    static_cast<void>(data.at("transform").array_size());
    saved.data.transform = data.at("transform").value();
    saved.options = root.at("options").expect_object().value();

    const JsonReader means = root.at("parameters").at("means");
    const std::size_t count = means.array_size();
    if (count == 0)
        means.fail("must hold at least one mean");
    SdpFit& fit = saved.fit;
    fit.means.resize(static_cast<Eigen::Index>(count),
                     static_cast<Eigen::Index>(saved.data.features.size()));
    for (std::size_t k = 0; k < count; ++k) {
        const JsonReader row = means.at(k).expect_size(saved.data.features.size(), "numbers");
        for (std::size_t j = 0; j < saved.data.features.size(); ++j)
            fit.means(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(j)) =
                row.at(j).number();
    }
    const JsonReader labels = root.at("parameters").at("labels");
    labels.expect_size(static_cast<std::size_t>(saved.data.rows_used),
                       "labels, one for each row used");
    for (std::size_t i = 0; i < labels.array_size(); ++i)
        fit.classification.push_back(static_cast<std::int32_t>(
            labels.at(i).integer(1, static_cast<std::int64_t>(count)) - 1));

    const JsonReader figures = root.at("fit");
    fit.status = read_status(figures.at("status"));
    fit.objective = read_sum_of_squares(figures.at("objective"));
    fit.kmeans_objective = read_sum_of_squares(figures.at("kmeans_objective"));
    fit.relaxation_value = figures.at("relaxation_value").number_or_null();
    if (!figures.at("lower_bound").value().is_null())
        fit.lower_bound = read_sum_of_squares(figures.at("lower_bound"));
    fit.relative_gap = figures.at("relative_gap").number_or_null();
    try {
        fit.certificate = sdp_certificate_from(figures.at("certificate").text());
    } catch (const InvalidArgument&) {
        figures.at("certificate").fail("must be proved, gap or none");
    }
    if (fit.lower_bound.has_value() == (fit.certificate == SdpCertificate::none))
        figures.at("certificate").fail("does not agree with /fit/lower_bound");
    fit.iterations = figures.at("iterations").count();
    saved.rows_dropped = figures.at("rows_dropped").integer(0);
    saved.seconds = figures.at("seconds").number_or_null();
    return saved;
}

void write_model_file(const std::string& path, const SavedSdpClustering& saved) {
    write_file_atomically(path, json_text(to_json(saved)));
}

}  // namespace mixtura
