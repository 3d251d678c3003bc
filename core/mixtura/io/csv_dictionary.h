// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mixtura::csv {

/// Distinct texts, numbered in order of first appearance.
class Dictionary {
  public:
    /// The number of `text`, a new one if it was not there.
    std::int32_t code(std::string_view text);
    [[nodiscard]] const std::vector<std::string>& levels() const noexcept { return levels_; }
    [[nodiscard]] std::vector<std::string> take_levels() && { return std::move(levels_); }

  private:
    void grow();

    std::vector<std::string> levels_;
    std::vector<std::int32_t> slots_;  ///< open addressing, -1 where free; a power of two long
    std::int32_t last_code_ = -1;      ///< neighbouring rows often say the same
};

}  // namespace mixtura::csv
