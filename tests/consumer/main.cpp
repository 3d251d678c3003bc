// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "mixtura/io/csv.h"
#include "mixtura/selection/search.h"

int main(int, char** arguments) {
    const mixtura::DataSet data = mixtura::import_csv(arguments[1]).data;
    const mixtura::FeatureTable table = mixtura::feature_table(data, {0, 1});
    const mixtura::SearchResult search = mixtura::search_gaussian_mixtures(table.observations, {});
    const mixtura::Candidate& best = search.candidates.at(search.best.value());
    std::cout.precision(4);
    std::cout << to_string(best.covariance_form) << " with " << best.component_count
              << " components, BIC " << best.criteria->bic << '\n'
              << "means\n"
              << best.fit->model.means() << '\n';
}
