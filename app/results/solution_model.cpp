// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/solution_model.h"

#include <QFont>
#include <QGuiApplication>
#include <QLocale>
#include <QPalette>
#include <utility>

#include "results/result_table.h"

namespace mixtura::app {

namespace {

bool isText(int column) {
    return column == SolutionModel::solution || column == SolutionModel::status ||
           column == SolutionModel::firstStart;
}

QByteArray stored(double value) {
    return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

}  // namespace

void SolutionModel::setRows(std::vector<SolutionRow> rows, int startCount, bool areBounds) {
    beginResetModel();
    areBounds_ = areBounds;
    rows_ = std::move(rows);
    startCount_ = startCount;
    endResetModel();
}

int SolutionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int SolutionModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : columnCountInAll;
}

QString SolutionModel::text(int row, int column) const {
    const SolutionRow& of = rows_[static_cast<std::size_t>(row)];
    const QLocale locale;
    switch (column) {
        case solution:
            return locale.toString(row + 1);
        case status:
            return of.isShown && of.optimum.is_spurious ? tr("Shown, spurious")
                   : of.isShown                         ? tr("Shown")
                   : of.optimum.is_spurious             ? tr("Spurious")
                                                        : tr("Local optimum");
        case logLikelihood:
            return locale.toString(of.optimum.log_likelihood, 'f', 3);
        case difference:
            return of.isShown ? QStringLiteral("–")
                              : (of.difference > 0.0 ? QStringLiteral("+") : QString()) +
                                    locale.toString(of.difference, 'f', 3);
        case starts:
            return locale.toString(of.optimum.hits);
        case share:
            return locale.toString(100.0 * of.optimum.hits / startCount_, 'f', 0) +
                   QStringLiteral(" %");
        default:
            return tr("%1, %2").arg(locale.toString(qlonglong(of.optimum.first_run + 1)),
                                    QString::fromStdString(of.firstStart));
    }
}

QByteArray SolutionModel::storedText(int row, int column) const {
    const SolutionRow& of = rows_[static_cast<std::size_t>(row)];
    switch (column) {
        case solution:
            return QByteArray::number(row + 1);
        case status:
            return of.optimum.is_spurious ? QByteArray::fromStdString("spurious: " + of.diagnosis)
                   : of.isShown           ? QByteArray("shown")
                                          : QByteArray("local optimum");
        case logLikelihood:
            return stored(of.optimum.log_likelihood);
        case difference:
            return stored(of.difference);
        case starts:
            return QByteArray::number(of.optimum.hits);
        case share:
            return stored(static_cast<double>(of.optimum.hits) / startCount_);
        default:
            return QByteArray::number(qulonglong(of.optimum.first_run + 1));
    }
}

QVariant SolutionModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const SolutionRow& row = rows_[static_cast<std::size_t>(index.row())];
    switch (role) {
        case Qt::DisplayRole:
            return text(index.row(), index.column());
        case Qt::ToolTipRole:
            return row.diagnosis.empty() ? QVariant()
                                         : QVariant(QString::fromStdString(row.diagnosis));
        case Qt::TextAlignmentRole:
            return static_cast<int>((isText(index.column()) ? Qt::AlignLeft : Qt::AlignRight) |
                                    Qt::AlignVCenter);
        case Qt::FontRole: {
            QFont font;
            font.setBold(row.isShown);
            return font;
        }
        case Qt::ForegroundRole:
            if (row.optimum.is_spurious)
                return QGuiApplication::palette().brush(QPalette::Disabled, QPalette::Text);
            return {};
        case ResultTable::storedRole:
            return storedText(index.row(), index.column());
        default:
            return {};
    }
}

QVariant SolutionModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return static_cast<int>((isText(section) ? Qt::AlignLeft : Qt::AlignRight) |
                                Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        switch (section) {
            case logLikelihood:
                return tr("In nats, all constants kept");
            case difference:
                return areBounds_ ? tr("To the lower bound of the solution shown, in nats")
                                  : tr("To the log-likelihood of the solution shown, in nats");
            case share:
                return tr("Part of all starts that ended in it");
            case firstStart:
                return tr("Number of the first start that ended in it, and how that began");
            default:
                return {};
        }
    }
    const bool isName = role == Qt::DisplayRole;
    if (!isName && role != ResultTable::storedRole)
        return {};
    switch (section) {
        case solution:
            return isName ? QVariant(tr("Solution")) : QByteArray("solution");
        case status:
            return isName ? QVariant(tr("Status")) : QByteArray("status");
        case logLikelihood:
            if (areBounds_)
                return isName ? QVariant(tr("Lower bound")) : QByteArray("lower_bound");
            return isName ? QVariant(tr("Log-likelihood")) : QByteArray("log_likelihood");
        case difference:
            return isName ? QVariant(tr("Difference")) : QByteArray("difference");
        case starts:
            return isName ? QVariant(tr("Starts")) : QByteArray("starts");
        case share:
            return isName ? QVariant(tr("Share")) : QByteArray("share");
        default:
            return isName ? QVariant(tr("First start")) : QByteArray("first_start");
    }
}

}  // namespace mixtura::app
