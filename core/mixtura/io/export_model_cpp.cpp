// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>

#include "mixtura/common/version.h"
#include "mixtura/io/export_text.h"
#include "mixtura/linalg/student_t.h"

namespace mixtura::export_text {

namespace {

constexpr std::string_view program =
    R"program(// @FAMILY@ mixture model, written by Mixtura @VERSION@. C++17 and its standard library are all it needs.
//
//     #include "model.hpp"
//     mixtura_model::Score s = mixtura_model::score(x);   // x: @D@ numbers in the order of feature_names
//     s.classification      most probable component, 1 to @K@; 0: noise; -1: a value is missing (NaN)
//     s.responsibilities    probability of each component
//     s.log_density         natural logarithm of the density
//     s.uncertainty         1 - largest probability
//
// As a program: g++ -std=c++17 -O2 -DMIXTURA_MODEL_MAIN -x c++ model.hpp -o model
//               ./model < data.csv > scores.csv
#ifndef MIXTURA_MODEL_HPP
#define MIXTURA_MODEL_HPP

#include <array>
#include <cmath>

namespace mixtura_model {

constexpr int feature_count = @D@;
constexpr int component_count = @K@;
constexpr int group_count = @GROUPS@;  // the components, and the noise where there is some

inline const std::array<const char*, feature_count> feature_names = {
@FEATURES@};
@NAMES@@CLASSES@inline const std::array<double, component_count> mixing_weights = {
@WEIGHTS@};
// Row by row, a row per component.
inline const std::array<double, component_count * feature_count> means = {
@MEANS@};
// Lower Cholesky factors of the covariances (of Student-t components the scale matrices), one after the other: the rows up to the diagonal.
inline const std::array<double, component_count * (feature_count * (feature_count + 1) / 2)>
    covariance_factors = {
@FACTORS@};
// Log of mixing_weights[k] times the density of component k at its mean.
inline const std::array<double, component_count> log_constants = {
@CONSTANTS@};
@TAILS@
struct Score {
    double log_density;
    std::array<double, group_count> responsibilities;
    int classification;
    double uncertainty;
@CLASS_FIELDS@};

// `x` points to feature_count numbers.
inline Score score(const double* x) {
    Score result{};
    std::array<double, group_count> log_joint{};
    const double* factor = covariance_factors.data();
    for (int k = 0; k < component_count; ++k) {
        std::array<double, feature_count> whitened{};
        double distance = 0.0;
        for (int i = 0; i < feature_count; ++i) {
            double y = x[i] - means[k * feature_count + i];
            for (int j = 0; j < i; ++j) y -= *factor++ * whitened[j];
            whitened[i] = y / *factor++;
            distance += whitened[i] * whitened[i];
        }
        log_joint[k] = log_constants[k] - @FALLOFF@;
    }
@NOISE@    int best = 0;
    for (int k = 1; k < group_count; ++k)
        if (log_joint[k] > log_joint[best]) best = k;
    double sum = 0.0;
    for (const double a : log_joint) sum += std::exp(a - log_joint[best]);
    result.log_density = log_joint[best] + std::log(sum);
    for (int k = 0; k < group_count; ++k)
        result.responsibilities[k] = std::exp(log_joint[k] - result.log_density);
    result.classification = std::isnan(result.log_density) ? -1 : (best + 1) % (component_count + 1);
    result.uncertainty = 1.0 - std::exp(log_joint[best] - result.log_density);
@CLASS_SCORE@    return result;
}

}  // namespace mixtura_model

#endif  // MIXTURA_MODEL_HPP

#ifdef MIXTURA_MODEL_MAIN

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

// The records of a comma-separated text (RFC 4180).
static std::vector<std::vector<std::string>> records(const std::string& text) {
    std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
            rows.back().back() += text[i++];
        else if (c == '"')
            quoted = !quoted;
        else if (quoted)
            rows.back().back() += c;
        else if (c == ',')
            rows.back().emplace_back();
        else if (c == '\n')
            rows.emplace_back(1);
        else if (c != '\r')
            rows.back().back() += c;
    }
    std::vector<std::vector<std::string>> filled;
    for (auto& row : rows)
        if (row.size() > 1 || !row[0].empty()) filled.push_back(row);
    return filled;
}

@CELL@static double number(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return text.empty() || *end != '\0' ? std::numeric_limits<double>::quiet_NaN() : value;
}

int main() {
    using namespace mixtura_model;
    std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    if (text.compare(0, 3, "\357\273\277") == 0) text.erase(0, 3);
    const auto rows = records(text);
    std::array<std::size_t, feature_count> position{};
    for (int j = 0; j < feature_count; ++j) {
        std::size_t at = 0;
        while (!rows.empty() && at < rows[0].size() && rows[0][at] != feature_names[j]) ++at;
        if (rows.empty() || at == rows[0].size()) {
            std::fprintf(stderr, "the data lack the column \"%s\"\n", feature_names[j]);
            return 1;
        }
        position[j] = at;
    }
    std::printf("row,classification,uncertainty,log_density");
    for (int k = 1; k <= component_count; ++k) std::printf(",responsibility_%d", k);
    if (group_count > component_count) std::printf(",responsibility_noise");
@LABEL_HEAD@    for (std::size_t i = 1; i < rows.size(); ++i) {
        std::array<double, feature_count> x{};
        for (int j = 0; j < feature_count; ++j)
            x[j] = position[j] < rows[i].size() ? number(rows[i][position[j]]) : number("");
        const Score s = score(x.data());
        if (s.classification < 0) {
            std::printf("\n%zu,,,%s", i, std::string(group_count@LABEL_COMMA@, ',').c_str());
            continue;
        }
        std::printf("\n%zu,%d,%.17g,%.17g", i, s.classification, s.uncertainty, s.log_density);
        for (const double r : s.responsibilities) std::printf(",%.17g", r);
@LABEL_CELL@    }
    std::printf("\n");
    return 0;
}

#endif  // MIXTURA_MODEL_MAIN
)program";

/// A cell of comma-separated text, in the exported program of a model whose components have names.
constexpr std::string_view cell_function =
    R"(static std::string cell(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + '"';
}

)";

constexpr std::string_view class_fields =
    R"(    std::array<double, class_count> class_probabilities;
    int most_probable_class;  // position in class_names; the uncertainty is that of the class
)";

constexpr std::string_view class_score =
    R"(    for (int k = 0; k < component_count; ++k)
        result.class_probabilities[component_classes[k]] += result.responsibilities[k];
    for (int c = 0; c < class_count; ++c) {
        if (result.class_probabilities[c] > 1.0) result.class_probabilities[c] = 1.0;
        if (result.class_probabilities[c] > result.class_probabilities[result.most_probable_class])
            result.most_probable_class = c;
    }
    result.uncertainty = 1.0 - result.class_probabilities[result.most_probable_class];
)";

constexpr std::string_view class_heads =
    R"(    for (const char* name : class_names)
        std::printf(",%s", cell(std::string("probability_") + name).c_str());
)";

constexpr std::string_view class_cells =
    R"(        for (const double p : s.class_probabilities) std::printf(",%.17g", p);
        std::printf(",%s", cell(class_names[s.most_probable_class]).c_str());
)";

/// The classes and the position of each component's.
std::string classes_text(const SavedModel& saved) {
    const std::string indent(4, ' ');
    std::vector<std::string> positions;
    for (const std::int32_t position : saved.labels.component_classes)
        positions.push_back(std::to_string(position));
    return "// Several components make up a class.\nconstexpr int class_count = " +
           std::to_string(saved.labels.names.size()) +
           ";\ninline const std::array<const char*, class_count> class_names = {\n" +
           wrapped(quoted(saved.labels.names, cpp_string), indent) +
           "};\ninline const std::array<int, component_count> component_classes = {\n" +
           wrapped(positions, indent) + "};\n";
}

}  // namespace

std::string cpp_program(const SavedModel& saved) {
    const GaussianMixture& model = saved.model;
    const std::vector<std::string> features = quoted(saved.data.features, cpp_string);
    const std::vector<std::string> names = quoted(component_names(saved), cpp_string);
    const bool has_names = !names.empty();
    const bool has_classes = !saved.labels.component_classes.empty();
    std::vector<std::string> factors;
    Eigen::VectorXd constants(model.component_count());
    const auto& tails = model.tails();
    const auto& noise = model.noise();
    for (int k = 0; k < model.component_count(); ++k) {
        const Eigen::MatrixXd& factor = model.covariance_factors()[static_cast<std::size_t>(k)];
        for (Eigen::Index i = 0; i < factor.rows(); ++i) {
            for (Eigen::Index j = 0; j <= i; ++j) factors.push_back(number(factor(i, j)));
        }
        const double d = model.feature_count();
        constants[k] = std::log(model.mixing_weights()[k]) - factor.diagonal().array().log().sum() +
                       (tails ? student_log_centre(tails->degrees_of_freedom[k], d)
                              : -0.5 * d * std::log(2.0 * std::numbers::pi));
    }
    const std::string indent(4, ' ');
    return filled(
        program,
        {{"VERSION", version},
         {"FAMILY", tails ? "Student-t" : "Gaussian"},
         {"TAILS",
          tails ? "inline const std::array<double, component_count> degrees_of_freedom = {\n" +
                      wrapped(numbers(tails->degrees_of_freedom), indent) + "};\n"
                : ""},
         {"FALLOFF", tails
                         ? "0.5 * (degrees_of_freedom[k] + feature_count) *\n"
                           "                           std::log1p(distance / degrees_of_freedom[k])"
                         : "0.5 * distance"},
         {"K", std::to_string(model.component_count())},
         {"GROUPS", std::to_string(model.group_count())},
         {"NOISE", noise ? "    log_joint[component_count] = " +
                               number(std::log(noise->weight) + noise->region.log_density) + ";\n"
                         : ""},
         {"D", std::to_string(model.feature_count())},
         {"FEATURES", wrapped(features, indent)},
         {"NAMES", has_names
                       ? "inline const std::array<const char*, group_count> component_names = {\n" +
                             wrapped(names, indent) + "};\n"
                       : ""},
         {"CELL", has_names ? std::string(cell_function) : ""},
         {"CLASSES", has_classes ? classes_text(saved) : ""},
         {"CLASS_FIELDS", std::string(has_classes ? class_fields : "")},
         {"CLASS_SCORE", std::string(has_classes ? class_score : "")},
         {"LABEL_HEAD", std::string(has_classes ? class_heads : "") +
                            (has_names ? "    std::printf(\",label\");\n" : "")},
         {"LABEL_COMMA", has_classes ? " + class_count + 1" : (has_names ? " + 1" : "")},
         {"LABEL_CELL", has_classes ? std::string(class_cells)
                        : has_names ? "        std::printf(\",%s\", "
                                      "cell(component_names[(s.classification + "
                                      "component_count) % (component_count + 1)]).c_str());\n"
                                    : ""},
         {"WEIGHTS", wrapped(numbers(model.mixing_weights()), indent)},
         {"MEANS", wrapped(numbers(model.means()), indent)},
         {"FACTORS", wrapped(factors, indent)},
         {"CONSTANTS", wrapped(numbers(constants), indent)}});
}

}  // namespace mixtura::export_text
