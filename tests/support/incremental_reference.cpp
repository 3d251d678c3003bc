// SPDX-License-Identifier: Apache-2.0
#include "support/incremental_reference.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <Eigen/Dense>

namespace mixtura::test {

namespace {

long double squared_distance(const LongVector& e, const LongMatrix& covariance) {
    return e.dot(covariance.llt().solve(e));
}

long double log_determinant(const LongMatrix& covariance) {
    const LongMatrix factor = covariance.llt().matrixL();
    return 2.0L * factor.diagonal().array().log().sum();
}

}  // namespace

long double log_normal_density(const LongVector& x, const LongVector& mean,
                               const LongMatrix& covariance) {
    return -0.5L *
           (static_cast<long double>(x.size()) * std::log(2.0L * std::numbers::pi_v<long double>) +
            log_determinant(covariance) + squared_distance(x - mean, covariance));
}

long double CovarianceFormMixture::observe(const Eigen::VectorXd& row) {
    const LongVector x = row.cast<long double>();
    const auto newborn = [&] {
        Component component;
        component.mean = x;
        component.covariance = initial_variances_.asDiagonal();
        component.nu = component.kappa = rules_.kappa0;
        return component;
    };
    if (components_.empty()) {
        components_.push_back(newborn());
        return -std::numeric_limits<long double>::infinity();
    }
    long double mass = 0.0L;
    for (const Component& component : components_) mass += component.n;
    std::vector<long double> terms;
    bool is_novel = true;
    for (const Component& component : components_) {
        const long double scale = rules_.is_predictive ? 1.0L + 1.0L / component.n : 1.0L;
        is_novel = is_novel && squared_distance(x - component.mean, component.covariance) >=
                                   rules_.threshold * scale;
        terms.push_back(std::log(component.n / mass) +
                        log_normal_density(x, component.mean, component.covariance));
    }
    const long double shift = *std::max_element(terms.begin(), terms.end());
    long double sum = 0.0L;
    for (const long double term : terms) sum += std::exp(term - shift);
    const long double log_density = shift + std::log(sum);
    for (std::size_t j = 0; j < terms.size(); ++j) {
        Component& c = components_[j];
        const long double m = rules_.lambda * c.n;
        const long double u = rules_.lambda * c.nu;
        c.kappa *= rules_.lambda;
        c.n = m;
        c.nu = u;
        ++c.counter;
        if (is_novel)
            continue;
        const long double p = std::exp(terms[j] - log_density);
        const LongVector e = x - c.mean;
        ++c.age;
        c.n = m + p;
        c.nu = u + p;
        c.mean += p / c.n * e;
        c.covariance = u / c.nu * (c.covariance + p * m / (c.n * u) * e * e.transpose());
    }
    for (Component& c : components_) {
        if (rules_.refactor_interval == 0 || c.counter < rules_.refactor_interval)
            continue;
        c.counter = 0;
        const long double g = rules_.kappa0 - c.kappa;
        c.covariance *= c.nu;
        c.covariance.diagonal() += g * initial_variances_;
        c.nu += g;
        c.covariance /= c.nu;
        c.kappa = rules_.kappa0;
    }
    if (is_novel)
        components_.push_back(newborn());
    for (std::size_t j = 0; j < components_.size();) {
        const bool is_light = rules_.minimum_age > 0 && components_[j].age > rules_.minimum_age &&
                              components_[j].n < rules_.minimum_mass;
        if (is_light && components_.size() > 1)
            components_.erase(components_.begin() + static_cast<std::ptrdiff_t>(j));
        else
            ++j;
    }
    return log_density;
}

}  // namespace mixtura::test
