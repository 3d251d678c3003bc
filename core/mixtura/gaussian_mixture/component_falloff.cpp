// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/component_falloff.h"

#include <cmath>
#include <numbers>

#include "mixtura/linalg/student_t.h"

namespace mixtura {

ComponentFalloff::ComponentFalloff(const GaussianMixture& model, int component, int feature_count)
    : is_student_(model.tails().has_value()),
      nu_(is_student_ ? model.tails()->degrees_of_freedom[component] : 0.0),
      total_(nu_ + feature_count),
      log_centre_(is_student_ ? student_log_centre(nu_, feature_count)
                              : -0.5 * feature_count * std::log(2.0 * std::numbers::pi)) {}

double ComponentFalloff::at(double squared_distance) const {
    return is_student_ ? 0.5 * total_ * std::log1p(squared_distance / nu_) : 0.5 * squared_distance;
}

double ComponentFalloff::weight(double squared_distance) const {
    return is_student_ ? total_ / (nu_ + squared_distance) : 1.0;
}

double ComponentFalloff::weight_fall(double squared_distance) const {
    if (!is_student_)
        return 0.0;
    const double u = weight(squared_distance);
    return 2.0 * u * u / total_;
}

}  // namespace mixtura
