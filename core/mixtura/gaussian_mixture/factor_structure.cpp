// SPDX-License-Identifier: Apache-2.0
#include "mixtura/gaussian_mixture/factor_structure.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

struct Facts {
    std::string_view name;
    std::string_view description;
};

/// In the order of the enumeration.
constexpr std::array facts = {
    Facts{"UUU", "own loadings, own uniquenesses"},
    Facts{"UUC", "own loadings, own isotropic uniqueness"},
    Facts{"UCU", "own loadings, common uniquenesses"},
    Facts{"UCC", "own loadings, common isotropic uniqueness"},
    Facts{"CUU", "common loadings, own uniquenesses"},
    Facts{"CUC", "common loadings, own isotropic uniqueness"},
    Facts{"CCU", "common loadings, common uniquenesses"},
    Facts{"CCC", "common loadings, common isotropic uniqueness"},
};
static_assert(facts.size() == all_factor_structures.size());

bool equal_in_any_case(std::string_view left, std::string_view right) noexcept {
    const auto upper = [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    };
    return std::ranges::equal(left, right, {}, upper, upper);
}

}  // namespace

std::string_view to_string(FactorStructure structure) noexcept {
    return facts[static_cast<std::size_t>(structure)].name;
}

FactorStructure factor_structure_from(std::string_view name) {
    std::string message = "Unknown factor structure \"" + std::string(name) + "\": use one of";
    for (const FactorStructure structure : all_factor_structures) {
        if (equal_in_any_case(name, to_string(structure)))
            return structure;
        message.append(" ").append(to_string(structure));
    }
    throw InvalidArgument(message + ".");
}

std::string_view describe(FactorStructure structure) noexcept {
    return facts[static_cast<std::size_t>(structure)].description;
}

bool has_common_loadings(FactorStructure structure) noexcept {
    return to_string(structure)[0] == 'C';
}

bool has_common_uniquenesses(FactorStructure structure) noexcept {
    return to_string(structure)[1] == 'C';
}

bool is_isotropic(FactorStructure structure) noexcept {
    return to_string(structure)[2] == 'C';
}

bool is_nested(FactorStructure inner, FactorStructure outer) noexcept {
    const std::string_view a = to_string(inner);
    const std::string_view b = to_string(outer);
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] == 'U' && b[i] == 'C')
            return false;
    }
    return inner != outer;
}

bool is_admissible_factor_count(int feature_count, int factor_count) noexcept {
    const std::int64_t d = feature_count;
    const std::int64_t q = factor_count;
    return q >= 1 && q < d && (d - q) * (d - q) > d + q;
}

int largest_factor_count(int feature_count) noexcept {
    int factor_count = 0;
    while (is_admissible_factor_count(feature_count, factor_count + 1)) ++factor_count;
    return factor_count;
}

int parameter_count(FactorStructure structure, int component_count, int feature_count,
                    int factor_count) noexcept {
    const int loadings = feature_count * factor_count - factor_count * (factor_count - 1) / 2;
    const int uniquenesses = is_isotropic(structure) ? 1 : feature_count;
    return component_count - 1 + component_count * feature_count +
           (has_common_loadings(structure) ? 1 : component_count) * loadings +
           (has_common_uniquenesses(structure) ? 1 : component_count) * uniquenesses;
}

}  // namespace mixtura
