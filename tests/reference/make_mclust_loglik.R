#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# Log-likelihoods expected/mclust600-loglik.csv: mclustBIC() with its default settings, 1 to 9 components, all
# structures, on all continuous sets. A model that mclust does not fit has no row. Its VVE is not the exact
# maximum-likelihood iteration. Where more than 2000 rows are, its start draws a subset of them: seed 1.
#   Rscript make_mclust_loglik.R [FOLDER]       made with R 4.2.2, mclust 6.0.0
sys.source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "sets.R"), globalenv())
folder <- output_folder("expected")

log_likelihoods <- function(name) {
  features <- read_features(name)
  set.seed(1)
  table <- mclustBIC(features, G = 1:9, verbose = FALSE)
  rows <- expand.grid(G = 1:9, model = colnames(table), stringsAsFactors = FALSE)
  bic <- as.vector(unclass(table)[1:9, ])
  df <- mapply(function(model, G) nMclustParams(model, d = ncol(features), G = G), rows$model, rows$G)
  out <- data.frame(set = name, model = rows$model, G = rows$G, parameters = df,
                    loglik = round((bic + df * log(nrow(features))) / 2, 6))
  out[is.finite(bic), ]
}

tables <- lapply(sort(names(c(feature_columns, further_columns))), log_likelihoods)
write.csv(do.call(rbind, tables), file.path(folder, "mclust600-loglik.csv"), row.names = FALSE, quote = FALSE)
