// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace mixtura::test {

/// Path of a sample data set, for example data_file("iris.csv").
inline std::string data_file(const std::string& name) {
    return std::string(MIXTURA_RESOURCES_DIR) + "/data/" + name;
}

/// Path of a file of reference values made by independent tools.
inline std::string reference_file(const std::string& name) {
    return std::string(MIXTURA_REFERENCE_DIR) + "/" + name;
}

}  // namespace mixtura::test
