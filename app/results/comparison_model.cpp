// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/comparison_model.h"

#include <QFont>
#include <QGuiApplication>
#include <QLocale>
#include <QPalette>
#include <cmath>

#include "mixtura/io/csv.h"
#include "mixtura/plan/selection_figures.h"

namespace mixtura::app {

namespace {

bool wasFitted(const SelectionRecord& record) {
    return record.status != "failed" && record.status != "cancelled" &&
           std::isfinite(record.log_likelihood) && record.log_likelihood != 0.0;
}

}  // namespace

ComparisonModel::ComparisonModel(QObject* parent) : QAbstractTableModel(parent) {}

void ComparisonModel::setRecords(const std::vector<SelectionRecord>& records,
                                 std::optional<std::size_t> best, Criterion criterion,
                                 const std::vector<Candidate>& candidates) {
    beginResetModel();
    records_ = records;
    best_ = best;
    criterion_ = criterion;
    extras_.assign(records.size(), {});
    for (std::size_t i = 0; i < std::min(records.size(), candidates.size()); ++i) {
        if (!candidates[i].fit)
            continue;
        extras_[i].entropy = candidates[i].fit->entropy;
        extras_[i].smallestWeight = candidates[i].fit->model.mixing_weights().minCoeff();
    }
    endResetModel();
}

int ComparisonModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(records_.size());
}

int ComparisonModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountInAll;
}

double ComparisonModel::number(std::size_t row, int column) const {
    const SelectionRecord& record = records_[row];
    if (column == componentCount)
        return record.component_count;
    if (column == seconds)
        return record.seconds;
    if (!wasFitted(record))
        return none;
    switch (column) {
        case bic:
            return record.bic;
        case icl:
            return record.icl;
        case aic:
            return record.aic;
        case nec:
            return record.nec;
        case cv:
            return record.cv;
        case logLikelihood:
            return record.log_likelihood;
        case parameterCount:
            return record.parameter_count > 0 ? record.parameter_count : none;
        case entropy:
            return extras_[row].entropy;
        case smallestWeight:
            return extras_[row].smallestWeight;
        case iterations:
            return record.iterations;
        default:
            return none;
    }
}

QString ComparisonModel::statusText(std::size_t row) const {
    const SelectionRecord& record = records_[row];
    if (best_ == row)
        return record.status == "iteration_limit" ? tr("Best, not converged") : tr("Best");
    if (record.status == "converged")
        return tr("Converged");
    if (record.status == "iteration_limit")
        return tr("Iteration limit");
    if (record.status == "spurious")
        return tr("Spurious");
    if (record.status == "degenerate")
        return tr("Degenerate");
    if (record.status == "cancelled")
        return tr("Cancelled");
    if (record.status == "failed")
        return tr("Failed");
    return QString::fromStdString(record.status);
}

QString ComparisonModel::text(std::size_t row, int column) const {
    const SelectionRecord& record = records_[row];
    const QLocale locale;
    switch (column) {
        case name:
            return QStringLiteral("%1,%2")
                .arg(QString::fromStdString(record.covariance_structure))
                .arg(record.component_count);
        case structure:
            return QString::fromStdString(record.covariance_structure);
        case status:
            return statusText(row);
        default:
            break;
    }
    const double value = number(row, column);
    if (std::isnan(value))
        return QStringLiteral("–");
    switch (column) {
        case componentCount:
        case parameterCount:
        case iterations:
            return locale.toString(static_cast<qlonglong>(value));
        case smallestWeight:
            return locale.toString(100.0 * value, 'f', 1) + QStringLiteral(" %");
        case seconds:
            return value > 0.0 && value < 0.001
                       ? QStringLiteral("< ") + locale.toString(0.001, 'f', 3)
                       : locale.toString(value, 'f', 3);
        case entropy:
            return locale.toString(value, 'f', 2);
        case nec:
            return locale.toString(value, 'f', 4);
        case cv:
            return std::isfinite(record.cv_standard_error)
                       ? tr("%1 ± %2").arg(locale.toString(value, 'f', 1),
                                           locale.toString(record.cv_standard_error, 'f', 1))
                       : locale.toString(value, 'f', 1);
        default:
            return locale.toString(value, 'f', 3);
    }
}

QVariant ComparisonModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const auto row = static_cast<std::size_t>(index.row());
    const int column = index.column();
    const SelectionRecord& record = records_[row];
    const bool isText = column == name || column == structure || column == status;
    switch (role) {
        case Qt::DisplayRole:
            return text(row, column);
        case sortRole:
            return isText ? QVariant(text(row, column)) : QVariant(number(row, column));
        case Qt::TextAlignmentRole:
            return static_cast<int>((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
        case Qt::FontRole: {
            QFont font;
            font.setBold(best_ == row);
            return font;
        }
        case Qt::ForegroundRole:
            if (!is_admissible(record))
                return QGuiApplication::palette().brush(QPalette::Disabled, QPalette::Text);
            return {};
        case Qt::ToolTipRole: {
            QString tip;
            if (best_ == row)
                tip = tr("Smallest criterion among the admissible models");
            if (!record.message.empty())
                tip += (tip.isEmpty() ? QString() : QStringLiteral("\n")) +
                       QString::fromStdString(record.message);
            if (column == structure || column == name) {
                try {
                    tip += (tip.isEmpty() ? QString() : QStringLiteral("\n")) +
                           QString::fromStdString(
                               describe(covariance_form_from(record.covariance_structure)));
                } catch (const std::exception&) {
                    return tip;  // a structure of a newer version: nothing to explain
                }
            }
            return tip;
        }
        default:
            return {};
    }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((section == name || section == structure || section == status
                                     ? Qt::AlignLeft
                                     : Qt::AlignRight) |
                                Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case bic:
                return tr("-2 log-likelihood + parameters x ln(rows); smaller is better");
            case icl:
                return tr("BIC with a penalty for uncertain rows; smaller is better");
            case aic:
                return tr("-2 log-likelihood + 2 x parameters; smaller is better");
            case nec:
                return tr(
                    "Entropy relative to the gain over one component, which has 1; smaller "
                    "is better");
            case cv:
                return tr(
                    "-2 x cross-validated log-likelihood with its standard error; smaller "
                    "is better. Known where the criterion is cross-validation.");
            case logLikelihood:
                return tr("In nats, all constants kept");
            case entropy:
                return tr("Uncertainty of the classification in nats; 0: every row is certain");
            case smallestWeight:
                return tr("Part of the rows that the smallest component holds");
            default:
                return {};
        }
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
        case name:
            return tr("Model");
        case componentCount:
            return tr("Components");
        case structure:
            return tr("Structure");
        case bic:
            return tr("BIC");
        case icl:
            return tr("ICL");
        case aic:
            return tr("AIC");
        case nec:
            return tr("NEC");
        case cv:
            return tr("CV");
        case logLikelihood:
            return tr("Log-likelihood");
        case parameterCount:
            return tr("Parameters");
        case entropy:
            return tr("Entropy");
        case smallestWeight:
            return tr("Smallest weight");
        case iterations:
            return tr("Iterations");
        case seconds:
            return tr("Seconds");
        case status:
            return tr("Status");
        default:
            return {};
    }
}

QByteArray ComparisonModel::storedHeader(int column) {
    switch (column) {
        case name:
            return "model";
        case componentCount:
            return "component_count";
        case structure:
            return "covariance_structure";
        case bic:
            return "bic";
        case icl:
            return "icl";
        case aic:
            return "aic";
        case nec:
            return "nec";
        case cv:
            return "cv";
        case logLikelihood:
            return "log_likelihood";
        case parameterCount:
            return "parameter_count";
        case entropy:
            return "entropy";
        case smallestWeight:
            return "smallest_weight";
        case iterations:
            return "iterations";
        case seconds:
            return "seconds";
        default:
            return "status";
    }
}

QByteArray ComparisonModel::storedText(int row, int column) const {
    const auto place = static_cast<std::size_t>(row);
    if (column == status) {
        const SelectionRecord& record = records_[place];
        std::string words = best_ == place ? "best" : record.status;
        if (!record.message.empty())
            words += ": " + record.message;
        return QByteArray::fromStdString(words);
    }
    if (column == name || column == structure)
        return text(place, column).toUtf8();
    const double value = number(place, column);
    return std::isnan(value) ? QByteArray()
                             : QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

}  // namespace mixtura::app
