#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# Discriminant analysis with one component for each class (EDDA) by mclust, expected/mclust600-edda.csv:
# error and Brier score on the training rows, and of each row left out in turn, under the class shares
# of the rows that are left. (mclust's own cvMclustDA takes the shares of all rows, the one left out
# among them.)
#   Rscript make_mclust_labels.R [FOLDER]       made with R 4.2.2, mclust 6.0.0
sys.source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "sets.R"), globalenv())
folder <- output_folder("expected")

cases <- list(
  list("iris", "species", "EEE"), list("iris", "species", "VVV"), list("iris", "species", "VVI"),
  list("banknote", "Status", "EVE"), list("banknote", "Status", "EEE"),
  list("diabetes", "class", "VVV"), list("wine", "class", "EEE"))
brier <- function(z, labels) {
  mean(rowSums((z - outer(as.character(labels), colnames(z), "=="))^2)) / 2
}
result <- do.call(rbind, lapply(cases, function(case) {
  labels <- read_labels(case[[1]], case[[2]])
  rows <- read_features(case[[1]])
  fit <- function(kept) {
    MclustDA(rows[kept, , drop = FALSE], labels[kept], modelType = "EDDA",
             modelNames = case[[3]], verbose = FALSE)
  }
  all <- predict(fit(seq_along(labels)), rows)
  z <- t(sapply(seq_along(labels), function(i) {
    predict(fit(-i), rows[i, , drop = FALSE])$z
  }))
  colnames(z) <- colnames(all$z)
  data.frame(data_set = case[[1]], column = case[[2]], model = case[[3]],
             training_error = mean(all$classification != labels),
             training_brier = brier(all$z, labels),
             left_out_error = mean(colnames(z)[max.col(z)] != labels),
             left_out_brier = brier(z, labels))
}))
number <- function(x) formatC(x, digits = 10, format = "f")
for (column in 4:7) result[[column]] <- number(result[[column]])
write.csv(result, file.path(folder, "mclust600-edda.csv"), row.names = FALSE, quote = FALSE)
