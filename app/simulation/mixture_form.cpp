// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulation/mixture_form.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QStringList>
#include <utility>

#include "mixtura/common/error.h"
#include "mixtura/io/number_format.h"
#include "mixtura/io/sample_table.h"
#include "mixtura/simulation/hand_set_mixture.h"

#include "session/current_model.h"

namespace mixtura::app {

namespace {

constexpr int componentChoices = 20;
constexpr int featureChoices = 20;
constexpr double greatestLength = 1e6;

QString textOf(double value) {
    return QString::fromStdString(exact_text(value));
}

}  // namespace

std::optional<std::vector<double>> numbersFrom(const QString& text) {
    const bool bySemicolon = text.contains(u';');
    std::vector<double> numbers;
    for (QString word : text.split(bySemicolon ? u';' : u',')) {
        word = word.trimmed();
        if (bySemicolon)
            word.replace(u',', u'.');
        bool isNumber = false;
        numbers.push_back(word.toDouble(&isNumber));
        if (!isNumber)
            return std::nullopt;
    }
    return numbers;
}

MixtureForm::MixtureForm(const CurrentModel& current, QWidget* parent)
    : QWidget(parent),
      current_(&current),
      source_(new QComboBox),
      components_(new QSpinBox),
      features_(new QSpinBox),
      layout_(new QComboBox),
      separation_(new QDoubleSpinBox),
      deviation_(new QDoubleSpinBox),
      weights_(new QLineEdit) {
    build();
    connect(source_, &QComboBox::currentIndexChanged, this, [this] {
        refresh();
        emit changed();
    });
    for (QSpinBox* box : {components_, features_})
        connect(box, &QSpinBox::valueChanged, this, &MixtureForm::changed);
    for (QDoubleSpinBox* box : {separation_, deviation_})
        connect(box, &QDoubleSpinBox::valueChanged, this, &MixtureForm::changed);
    connect(layout_, &QComboBox::currentIndexChanged, this, &MixtureForm::changed);
    connect(weights_, &QLineEdit::textChanged, this, &MixtureForm::changed);
    refresh();
}

void MixtureForm::build() {
    source_->setObjectName(QStringLiteral("simulationSource"));
    source_->setAccessibleName(tr("Mixture to simulate"));
    source_->addItem(tr("Hand-set"));
    source_->addItem(tr("Model shown"));
    source_->setItemData(0, tr("The mixture that the fields below describe"), Qt::ToolTipRole);
    source_->setItemData(1, tr("The fitted model that the Fit tab shows"), Qt::ToolTipRole);
    components_->setObjectName(QStringLiteral("simulationComponents"));
    components_->setRange(1, componentChoices);
    components_->setValue(2);
    features_->setObjectName(QStringLiteral("simulationFeatures"));
    features_->setRange(1, featureChoices);
    features_->setValue(2);
    layout_->setObjectName(QStringLiteral("simulationLayout"));
    const auto offer = [this](const QString& text, const QString& tip, CentreLayout layout) {
        layout_->addItem(text, static_cast<int>(layout));
        layout_->setItemData(layout_->count() - 1, tip, Qt::ToolTipRole);
    };
    offer(tr("on a circle"), tr("Equally spaced on a circle in the first two features"),
          CentreLayout::circle);
    offer(tr("on a line"), tr("Equally spaced along the first feature"), CentreLayout::line);
    offer(tr("all equally far"), tr("A simplex: needs one feature less than there are components"),
          CentreLayout::simplex);
    separation_->setObjectName(QStringLiteral("simulationSeparation"));
    separation_->setRange(0.0, greatestLength);
    separation_->setSingleStep(0.5);
    separation_->setValue(4.0);
    separation_->setToolTip(tr("Distance of neighbouring centres, in the units of the features"));
    deviation_->setObjectName(QStringLiteral("simulationDeviation"));
    deviation_->setRange(0.01, greatestLength);
    deviation_->setSingleStep(0.1);
    deviation_->setValue(1.0);
    deviation_->setToolTip(tr("Of every feature within every component"));
    weights_->setObjectName(QStringLiteral("simulationWeights"));
    weights_->setPlaceholderText(tr("equal"));
    weights_->setToolTip(
        tr("A number for each component, to which its share of the rows is proportional: 2, 1, 1"));
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("Mi&xture:"), source_);
    form->addRow(tr("Com&ponents:"), components_);
    form->addRow(tr("Feat&ures:"), features_);
    form->addRow(tr("Ce&ntres:"), layout_);
    form->addRow(tr("&Separation:"), separation_);
    form->addRow(tr("&Deviation:"), deviation_);
    form->addRow(tr("&Weights:"), weights_);
    const QString described = tr(" of the hand-set mixture");
    components_->setAccessibleName(tr("Components") + described);
    features_->setAccessibleName(tr("Features") + described);
    layout_->setAccessibleName(tr("Layout of the centres") + described);
    separation_->setAccessibleName(tr("Separation of neighbouring centres") + described);
    deviation_->setAccessibleName(tr("Standard deviation") + described);
    weights_->setAccessibleName(tr("Mixing weights") + described);
}

bool MixtureForm::isOfModel() const {
    return source_->currentIndex() == 1;
}

void MixtureForm::refresh() {
    const bool isDescribed = !isOfModel();
    for (QWidget* field : {static_cast<QWidget*>(components_), static_cast<QWidget*>(features_),
                           static_cast<QWidget*>(layout_), static_cast<QWidget*>(separation_),
                           static_cast<QWidget*>(deviation_), static_cast<QWidget*>(weights_)})
        field->setEnabled(isDescribed);
}

MixtureForm::Mixture MixtureForm::handSet() const {
    HandSetMixture described;
    described.component_count = components_->value();
    described.feature_count = features_->value();
    described.layout = static_cast<CentreLayout>(layout_->currentData().toInt());
    described.separation = separation_->value();
    described.standard_deviation = deviation_->value();
    const std::string_view layout = to_string(described.layout);
    QString command = QStringLiteral(
                          "--components %1 --features %2 --layout %3 --separation %4 "
                          "--standard-deviation %5")
                          .arg(described.component_count)
                          .arg(described.feature_count)
                          .arg(QString::fromUtf8(layout.data(), qsizetype(layout.size())),
                               textOf(described.separation), textOf(described.standard_deviation));
    if (!weights_->text().trimmed().isEmpty()) {
        const auto weights = numbersFrom(weights_->text());
        if (!weights)
            throw InvalidArgument(
                tr("The weights are no list of numbers; write one for each component, with "
                   "commas between them.")
                    .toStdString());
        described.mixing_weights =
            Eigen::Map<const Eigen::VectorXd>(weights->data(), Eigen::Index(weights->size()));
        QStringList words;
        for (const double weight : *weights) words << textOf(weight);
        command += QStringLiteral(" --weights ") + words.join(u',');
    }
    return {hand_set_mixture(described), plain_feature_names(described.feature_count),
            described.component_count == 1
                ? tr("hand-set mixture of one component")
                : tr("hand-set mixture of %1 components").arg(described.component_count),
            command};
}

std::optional<MixtureForm::Mixture> MixtureForm::mixture() const {
    if (!isOfModel()) {
        try {
            return handSet();
        } catch (const Error&) {
            return std::nullopt;
        }
    }
    if (!current_->model())
        return std::nullopt;
    const SavedModel& saved = *current_->model();
    const std::string_view structure = to_string(saved.model.covariance_structure());
    return Mixture{saved.model, saved.data.features,
                   tr("model %1,%2")
                       .arg(QString::fromUtf8(structure.data(), qsizetype(structure.size())))
                       .arg(saved.model.component_count()),
                   QString()};
}

QString MixtureForm::problem() const {
    if (!isOfModel()) {
        try {
            static_cast<void>(handSet());
            return {};
        } catch (const Error& error) {
            return QString::fromUtf8(error.what());
        }
    }
    return current_->model() ? QString()
                             : tr("No model is shown. Run a fit, or choose a hand-set mixture.");
}

}  // namespace mixtura::app
