#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# Start partitions init/<set>-hc.csv: mclust's model-based hierarchical clustering (VVV, data scaled and
# rotated by SVD), cut at 2 to 9 classes. init/galaxies-quantile.csv: classes between equally spaced
# type-7 quantiles, mclust's start for one column.
#   Rscript make_mclust_partitions.R [FOLDER]       made with R 4.2.2, mclust 6.0.0
sys.source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "sets.R"), globalenv())
folder <- output_folder("init")

for (name in setdiff(names(feature_columns), "galaxies")) {
  tree <- hc(read_features(name), modelName = "VVV", use = "SVD")
  classes <- hclass(tree, 2:9)
  colnames(classes) <- paste0("G", 2:9)
  write.csv(classes, file.path(folder, paste0(name, "-hc.csv")), row.names = FALSE, quote = FALSE)
}

velocity <- as.vector(read_features("galaxies"))
classes <- sapply(2:9, function(count) as.integer(mclust:::qclass(velocity, count)))
colnames(classes) <- paste0("G", 2:9)
write.csv(classes, file.path(folder, "galaxies-quantile.csv"), row.names = FALSE, quote = FALSE)
