// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/covariance_structure.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

struct Facts {
    std::string_view name;
    std::string_view description;
    bool is_diagonal;
    bool depends_on_column_scales;
};

/// In the order of the enumeration.
constexpr std::array facts = {
    Facts{"EII", "spherical, equal volume", true, true},
    Facts{"VII", "spherical, own volume", true, true},
    Facts{"EEI", "diagonal, equal volume and shape", true, false},
    Facts{"VEI", "diagonal, own volume, equal shape", true, false},
    Facts{"EVI", "diagonal, equal volume, own shape", true, false},
    Facts{"VVI", "diagonal, own volume and shape", true, false},
    Facts{"EEE", "ellipsoidal, equal volume, shape and orientation", false, false},
    Facts{"VEE", "ellipsoidal, own volume, equal shape and orientation", false, false},
    Facts{"EVE", "ellipsoidal, equal volume and orientation, own shape", false, true},
    Facts{"VVE", "ellipsoidal, own volume and shape, equal orientation", false, true},
    Facts{"EEV", "ellipsoidal, equal volume and shape, own orientation", false, true},
    Facts{"VEV", "ellipsoidal, own volume and orientation, equal shape", false, true},
    Facts{"EVV", "ellipsoidal, equal volume, own shape and orientation", false, false},
    Facts{"VVV", "ellipsoidal, own volume, shape and orientation", false, false},
};
static_assert(facts.size() == all_covariance_structures.size());

const Facts& facts_of(CovarianceStructure structure) noexcept {
    return facts[static_cast<std::size_t>(structure)];
}

char lower(char letter) noexcept {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool equal_in_any_case(std::string_view left, std::string_view right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::string_view to_string(CovarianceStructure structure) noexcept {
    return facts_of(structure).name;
}

CovarianceStructure covariance_structure_from(std::string_view name) {
    for (const CovarianceStructure structure : all_covariance_structures) {
        if (equal_in_any_case(name, to_string(structure)))
            return structure;
    }
    using enum CovarianceStructure;
    constexpr std::array<std::pair<std::string_view, CovarianceStructure>, 4> plain_words = {
        {{"spherical", VII}, {"diagonal", VVI}, {"tied", EEE}, {"full", VVV}}};
    for (const auto& [word, structure] : plain_words) {
        if (equal_in_any_case(name, word))
            return structure;
    }
    std::string message = "Unknown covariance structure \"" + std::string(name) + "\": use one of";
    for (const CovarianceStructure structure : all_covariance_structures)
        message.append(" ").append(to_string(structure));
    throw InvalidArgument(message + ", or spherical, diagonal, tied, full.");
}

std::string_view describe(CovarianceStructure structure) noexcept {
    return facts_of(structure).description;
}

bool is_diagonal(CovarianceStructure structure) noexcept {
    return facts_of(structure).is_diagonal;
}

bool depends_on_column_scales(CovarianceStructure structure) noexcept {
    return facts_of(structure).depends_on_column_scales;
}

bool is_nested(CovarianceStructure inner, CovarianceStructure outer) noexcept {
    // Volume, shape and orientation each: identity within equal within own.
    const auto freedom = [](char letter) { return letter == 'I' ? 0 : letter == 'E' ? 1 : 2; };
    const std::string_view a = to_string(inner);
    const std::string_view b = to_string(outer);
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (freedom(a[i]) > freedom(b[i]))
            return false;
    }
    return inner != outer;
}

int covariance_parameter_count(CovarianceStructure structure, int component_count,
                               int feature_count) noexcept {
    const std::string_view name = to_string(structure);
    const auto count_of = [&](char letter) {
        return letter == 'E' ? 1 : letter == 'V' ? component_count : 0;
    };
    const int volumes = count_of(name[0]);
    // A shape has determinant one; an orientation is a rotation.
    const int shapes = count_of(name[1]) * (feature_count - 1);
    const int orientations = count_of(name[2]) * (feature_count * (feature_count - 1) / 2);
    return volumes + shapes + orientations;
}

int parameter_count(CovarianceStructure structure, int component_count,
                    int feature_count) noexcept {
    return covariance_parameter_count(structure, component_count, feature_count) +
           component_count * feature_count + component_count - 1;
}

}  // namespace mixtura
