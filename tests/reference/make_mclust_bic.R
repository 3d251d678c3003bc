#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# BIC tables expected/mclust600-bic-<set>.csv: mclustBIC() with its default settings, 1 to 9 components.
# mclust's sign: larger is better. Empty: not fitted.
#   Rscript make_mclust_bic.R [FOLDER]       made with R 4.2.2, mclust 6.0.0
sys.source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "sets.R"), globalenv())
folder <- output_folder("expected")

for (name in names(feature_columns)) {
  features <- read_features(name)
  table <- mclustBIC(features, G = 1:9, verbose = FALSE)
  values <- round(matrix(table, nrow(table), dimnames = dimnames(table)), 6)
  out <- data.frame(G = 1:9, values)
  write.csv(out, file.path(folder, paste0("mclust600-bic-", name, ".csv")), row.names = FALSE, quote = FALSE, na = "")
}
