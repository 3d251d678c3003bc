// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/parameter_rows.h"

namespace mixtura::app {

namespace {

constexpr double normalQuantile975 = 1.959963984540054;

}  // namespace

std::vector<ParameterRow> parameterRows(const GaussianMixture& model,
                                        const ParameterErrors& errors) {
    std::vector<ParameterRow> rows;
    /// @param valueIn  picks the parameter out of a set of parameters
    const auto add = [&](ParameterRow row, const auto& valueIn) {
        row.standardError = valueIn(errors.standard_errors);
        if (errors.replicates) {
            row.lower = valueIn(errors.replicates->lower);
            row.upper = valueIn(errors.replicates->upper);
        } else {
            row.lower = row.estimate - normalQuantile975 * row.standardError;
            row.upper = row.estimate + normalQuantile975 * row.standardError;
        }
        rows.push_back(row);
    };
    using Kind = ParameterRow::Kind;
    for (int k = 0; k < model.component_count(); ++k) {
        const auto at = static_cast<std::size_t>(k);
        const auto row = [k](Kind kind, int feature, int otherFeature, double estimate) {
            ParameterRow result;
            result.component = k;
            result.kind = kind;
            result.feature = feature;
            result.otherFeature = otherFeature;
            result.estimate = estimate;
            return result;
        };
        add(row(Kind::weight, -1, -1, model.mixing_weights()[k]),
            [k](const MixtureParameters& of) { return of.mixing_weights[k]; });
        for (int i = 0; i < model.feature_count(); ++i)
            add(row(Kind::mean, i, -1, model.means()(k, i)),
                [k, i](const MixtureParameters& of) { return of.means(k, i); });
        for (int i = 0; i < model.feature_count(); ++i)
            for (int j = 0; j <= i; ++j) {
                if (i != j && is_diagonal(model.covariance_structure()))
                    continue;
                const double estimate = model.covariances()[at](i, j);
                add(model.tails() ? row(Kind::scale, j, i, estimate)
                    : i == j      ? row(Kind::variance, i, -1, estimate)
                                  : row(Kind::covariance, j, i, estimate),
                    [at, i, j](const MixtureParameters& of) { return of.covariances[at](i, j); });
            }
    }
    return rows;
}

}  // namespace mixtura::app
