#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# What mclust says of two of its own fits, from hierarchical starts to its default stop:
# expected/mclust600-merging-baudry_ex41.csv (clustCombi of EEV,6: rows by cluster at every count, in
# falling order, and the count that clustCombiOptim suggests) and expected/mclust600-subspace-iris.csv
# (MclustDR of VEV,3: eigenvalues and directions along which the data have variance 1).
#   Rscript make_mclust_interpretation.R [FOLDER]       made with R 4.2.2, mclust 6.0.0
sys.source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "sets.R"), globalenv())
folder <- output_folder("expected")

fit_of <- function(name, structure, count) {
  rows <- read_features(name)
  Mclust(rows, G = count, modelNames = structure, verbose = FALSE,
         initialization = list(hcPairs = hc(rows, modelName = "VVV", use = "SVD")))
}

combined <- clustCombi(fit_of("baudry_ex41", "EEV", 6))
sizes <- sapply(1:6, function(count) {
  paste(sort(as.vector(table(combined$classification[[count]])), decreasing = TRUE), collapse = " ")
})
suggested <- clustCombiOptim(combined, reg = 2)$numClusters.combi
write.csv(data.frame(clusters = 1:6, sizes = sizes, suggested = as.integer(1:6 == suggested)),
          file.path(folder, "mclust600-merging-baudry_ex41.csv"), row.names = FALSE, quote = FALSE)

iris_fit <- fit_of("iris", "VEV", 3)
directions <- do.call(rbind, lapply(c(1, 0.5), function(lambda) {
  subspace <- MclustDR(iris_fit, lambda = lambda)
  count <- length(subspace$dir[1, ])
  # The sign is arbitrary: the largest entry, in standard deviations of the features, is positive.
  vectors <- subspace$raw.evectors[, 1:count, drop = FALSE]
  spread <- apply(read_features("iris"), 2, sd)
  signs <- apply(vectors * spread, 2, function(v) sign(v[which.max(abs(v))]))
  data.frame(lambda = lambda, direction = 1:count, eigenvalue = subspace$evalues[1:count], t(vectors) * signs)
}))
names(directions)[4:7] <- colnames(read_features("iris"))
write.csv(format(directions, digits = 15), file.path(folder, "mclust600-subspace-iris.csv"), row.names = FALSE, quote = FALSE)
