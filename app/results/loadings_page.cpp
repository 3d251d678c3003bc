// SPDX-License-Identifier: GPL-3.0-or-later
#include "results/loadings_page.h"

#include <QComboBox>
#include <algorithm>

#include "results/loading_model.h"
#include "results/result_table.h"

namespace mixtura::app {

LoadingsPage::LoadingsPage(QWidget* parent)
    : TablePage(QStringLiteral("loadings"), tr("Loadings of the factors"),
                QStringLiteral("loadings.csv"), new LoadingModel, parent),
      model_(qobject_cast<LoadingModel*>(table()->model())),
      component_(new QComboBox) {
    component_->setObjectName(QStringLiteral("loadingsComponent"));
    component_->setAccessibleName(tr("Component whose loadings are shown"));
    addChoice(tr("C&omponent:"), component_);
    connect(component_, &QComboBox::activated, this, &LoadingsPage::showComponent);
    clear();
}

void LoadingsPage::clear() {
    factors_.reset();
    component_->clear();
    model_->setLoadings({}, {});
    showHint(tr("Fit factor analysers to see how the factors load on the features."));
}

void LoadingsPage::setModel(const SavedModel& saved) {
    factors_ = saved.model.factors();
    if (!factors_) {
        clear();
        return;
    }
    features_.clear();
    for (const std::string& name : saved.data.features)
        features_.push_back(QString::fromStdString(name));
    const int shown = std::max(0, component_->currentIndex());
    const std::vector<std::string> names = component_names(saved);
    component_->clear();
    for (int k = 0; k < saved.model.component_count(); ++k)
        component_->addItem(names.empty()
                                ? QString::number(k + 1)
                                : QString::fromStdString(names[static_cast<std::size_t>(k)]));
    component_->setCurrentIndex(std::min(shown, component_->count() - 1));
    showComponent();
}

void LoadingsPage::showComponent() {
    model_->setLoadings(standardised_loadings(*factors_, component_->currentIndex()), features_);
    table()->fitColumns();
    showTable(tr("Correlations of features and factors within the component"),
              tr("Blue: the feature rises with the factor; orange: it falls. Communality is the "
                 "share of the feature's variance that the factors explain; the rest is its own. "
                 "Factors are turned so that the first explains most, and their sign is free."));
}

}  // namespace mixtura::app
