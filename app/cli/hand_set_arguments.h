// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "mixtura/simulation/hand_set_mixture.h"

namespace mixtura::cli {

/// The options that describe a mixture.
struct HandSetArguments {
    HandSetMixture description;
    std::string layout = "line";
    std::string weights;
    std::string means;
    std::string covariances;
    std::vector<CLI::Option*> options;  ///< filled by add_hand_set_options
};
void add_hand_set_options(CLI::App& command, HandSetArguments& arguments, const std::string& group);
/// @throw InvalidArgument  names the option, its text and how it is written; or as hand_set_mixture
GaussianMixture mixture_of(const HandSetArguments& arguments);

/// "0.5,1,2" as numbers. @throw InvalidArgument  names the option and the text
std::vector<double> numbers_from(const std::string& option, const std::string& text);

}  // namespace mixtura::cli
