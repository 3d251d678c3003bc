# SPDX-License-Identifier: Apache-2.0
# The data sets of the reference values and their features; sourced by the scripts beside it.
suppressPackageStartupMessages(library(mclust))

feature_columns <- list(
  banknote = 2:7, baudry_ex41 = 1:2, crabs = 4:8, diabetes = 2:4, faithful = 1:2, galaxies = 1,
  iris = 1:4, wine = 1:13
)
# Used for the log-likelihoods only; of airquality the rows without a missing value.
further_columns <- list(airquality = 1:4, chevron = 2:3, gvhd_pos = 1:4, ruspini = 1:2)

# Folder of the running script; the repository is two levels above.
script_folder <- function() {
  file <- sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE))
  if (length(file) == 1) dirname(normalizePath(file)) else getwd()
}

data_path <- function(name) {
  path <- file.path(script_folder(), "..", "..", "resources", "data", paste0(name, ".csv"))
  if (file.exists(path)) path else file.path(script_folder(), "data", paste0(name, ".csv"))
}

read_features <- function(name) {
  columns <- c(feature_columns, further_columns)[[name]]
  as.matrix(na.omit(read.csv(data_path(name))[, columns, drop = FALSE]))
}

# A column of classes, numbered in the order of the file.
read_labels <- function(name, column) {
  labels <- as.character(read.csv(data_path(name))[[column]])
  factor(labels, levels = unique(labels))
}

# Where the values go: the folder given on the command line, or the reference folder itself.
output_folder <- function(part) {
  given <- commandArgs(trailingOnly = TRUE)
  folder <- file.path(if (length(given) > 0) given[1] else script_folder(), part)
  dir.create(folder, recursive = TRUE, showWarnings = FALSE)
  folder
}
