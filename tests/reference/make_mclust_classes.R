#!/usr/bin/env Rscript
# SPDX-License-Identifier: Apache-2.0
# Discriminant analysis with a mixture for each class (MclustDA) by mclust:
#   expected/mclust600-classes.csv        the model of each class by BIC from 1 to 5 components, its
#                                         log-likelihood and BIC (mclust's sign) on the rows of the class
#   expected/mclust600-class-figures.csv  of all classes together: log-likelihood sum log sum_c pi_c f_c,
#                                         parameters without the class shares (as mclust 6.0.0 counts
#                                         them), error and Brier score on the training rows
#   expected/mclust600-class-left-out.csv one model for every class: error and Brier score of each row
#                                         left out in turn, under the class shares of the others
#   Rscript make_mclust_classes.R [FOLDER]      made with R 4.2.2, mclust 6.0.0
sys.source(file.path(dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))), "sets.R"), globalenv())
folder <- output_folder("expected")
number <- function(x) formatC(x, digits = 10, format = "f")
brier <- function(z, labels) {
  mean(rowSums((z - outer(as.character(labels), colnames(z), "=="))^2)) / 2
}
write_table <- function(rows, name) {
  write.csv(do.call(rbind, rows), file.path(folder, name), row.names = FALSE, quote = FALSE)
}

sets <- list(c("iris", "species"), c("banknote", "Status"), c("diabetes", "class"), c("wine", "class"))
classes <- list()
figures <- list()
for (set in sets) {
  labels <- read_labels(set[1], set[2])
  fit <- MclustDA(read_features(set[1]), labels, verbose = FALSE)
  predicted <- predict(fit)
  for (class in levels(labels)) {
    model <- fit$models[[class]]
    classes[[length(classes) + 1]] <- data.frame(
      data_set = set[1], column = set[2], class = class, model = model$modelName,
      components = model$G, loglik = number(model$loglik), bic = number(max(model$BIC, na.rm = TRUE)))
  }
  figures[[length(figures) + 1]] <- data.frame(
    data_set = set[1], column = set[2], loglik = number(fit$loglik), parameters = fit$df,
    error = number(mean(predicted$classification != labels)), brier = number(brier(predicted$z, labels)))
}
write_table(classes, "mclust600-classes.csv")
write_table(figures, "mclust600-class-figures.csv")

left_out <- lapply(list(list("iris", "species", "VVV", 1), list("iris", "species", "EEE", 2),
                        list("banknote", "Status", "VVI", 2)), function(case) {
  labels <- read_labels(case[[1]], case[[2]])
  rows <- read_features(case[[1]])
  mixture <- function(kept) Mclust(rows[kept, , drop = FALSE], case[[4]], case[[3]], verbose = FALSE)
  whole <- lapply(levels(labels), function(class) mixture(which(labels == class)))
  z <- t(sapply(seq_along(labels), function(i) {
    log_joint <- sapply(seq_along(levels(labels)), function(c) {
      kept <- setdiff(which(labels == levels(labels)[c]), i)
      model <- if (as.integer(labels[i]) == c) mixture(kept) else whole[[c]]
      log(length(kept)) + dens(rows[i, , drop = FALSE], model$modelName, model$parameters, logarithm = TRUE)
    })
    exp(log_joint - max(log_joint)) / sum(exp(log_joint - max(log_joint)))
  }))
  colnames(z) <- levels(labels)
  data.frame(data_set = case[[1]], column = case[[2]], model = case[[3]], components = case[[4]],
             error = number(mean(colnames(z)[max.col(z)] != labels)), brier = number(brier(z, labels)))
})
write_table(left_out, "mclust600-class-left-out.csv")
