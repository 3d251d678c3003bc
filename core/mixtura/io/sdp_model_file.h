// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "mixtura/io/model_file.h"
#include "mixtura/sdp/sdp_clustering.h"

namespace mixtura {

/// An SDP clustering with its provenance: the content of a model file of the kind "sdp_clustering".
struct SavedSdpClustering {
    DataProvenance data;
    nlohmann::json options = nlohmann::json::object();  ///< what was asked for
    SdpFit fit;  ///< means in the data's own units; sums of squares of the transformed features
    std::int64_t rows_dropped = 0;
    double seconds = 0.0;
};

/// The model file; labels are 1-based in it. Figures that are not known are null.
nlohmann::json to_json(const SavedSdpClustering& saved);
/// @throw DataError  a newer version, another kind, a missing key, a wrong shape or value; names the
///                   key's path
SavedSdpClustering saved_sdp_clustering_from(const nlohmann::json& document);
/// @throw FileError  names the path and the system's reason
void write_model_file(const std::string& path, const SavedSdpClustering& saved);

}  // namespace mixtura
