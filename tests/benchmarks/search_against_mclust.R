# SPDX-License-Identifier: Apache-2.0
# Seconds that mclust takes for its search over 14 structures and 1 to 9 components; the best of
# five. Hold bench_search's times of the same machine against them.
#
#     Rscript tests/benchmarks/search_against_mclust.R
suppressMessages(library(mclust))
for (set in c("iris", "faithful")) {
    x <- if (set == "iris") iris[, 1:4] else faithful
    seconds <- replicate(5, system.time(Mclust(x, verbose = FALSE))[["elapsed"]])
    cat(sprintf("%-10s mclust %s: %.3f s\n", set, packageVersion("mclust"), min(seconds)))
}
