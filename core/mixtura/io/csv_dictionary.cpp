// SPDX-License-Identifier: Apache-2.0
#include "mixtura/io/csv_dictionary.h"

#include <functional>

namespace mixtura::csv {

namespace {
std::size_t hash(std::string_view text) {
    return std::hash<std::string_view>{}(text);
}
}  // namespace

std::int32_t Dictionary::code(std::string_view text) {
    if (last_code_ >= 0 && levels_[static_cast<std::size_t>(last_code_)] == text)
        return last_code_;
    if (2 * (levels_.size() + 1) > slots_.size())
        grow();
    const std::size_t mask = slots_.size() - 1;
    std::size_t slot = hash(text) & mask;
    while (slots_[slot] >= 0) {
        if (levels_[static_cast<std::size_t>(slots_[slot])] == text)
            return last_code_ = slots_[slot];
        slot = (slot + 1) & mask;
    }
    last_code_ = static_cast<std::int32_t>(levels_.size());
    slots_[slot] = last_code_;
    levels_.emplace_back(text);
    return last_code_;
}

void Dictionary::grow() {
    slots_.assign(slots_.empty() ? 16 : 2 * slots_.size(), -1);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
        std::size_t slot = hash(levels_[i]) & mask;
        while (slots_[slot] >= 0) slot = (slot + 1) & mask;
        slots_[slot] = static_cast<std::int32_t>(i);
    }
}

}  // namespace mixtura::csv
