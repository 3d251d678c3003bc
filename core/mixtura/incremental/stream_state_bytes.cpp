// SPDX-License-Identifier: Apache-2.0
#include "mixtura/incremental/stream_state_bytes.h"

#include <bit>
#include <cstring>
#include <type_traits>

#include "mixtura/common/error.h"

namespace mixtura {

namespace {

static_assert(std::endian::native == std::endian::little,
              "states are stored as they stand in memory, little-endian");

using Eigen::Index;
using Eigen::VectorXd;

template <class Value>
concept Plain = std::is_arithmetic_v<Value> || std::is_enum_v<Value>;

class Writer {
  public:
    template <Plain Value>
    void operator()(const Value& value) {
        raw(&value, sizeof value);
    }
    void operator()(const std::string& text) {
        (*this)(static_cast<std::uint64_t>(text.size()));
        raw(text.data(), text.size());
    }
    void operator()(const VectorXd& vector) {
        (*this)(static_cast<std::uint64_t>(vector.size()));
        raw(vector.data(), static_cast<std::size_t>(vector.size()) * sizeof(double));
    }
    void operator()(const TiledTriangle& triangle) {
        (*this)(static_cast<std::uint64_t>(triangle.dimension()));
        raw(triangle.tiles().data(), triangle.tiles().size_bytes());
    }
    template <class Value>
    void operator()(const std::optional<Value>& value) {
        (*this)(value.has_value());
        if (value)
            visit(*this, *value);
    }
    template <class Value>
    void operator()(const std::vector<Value>& values) {
        (*this)(static_cast<std::uint64_t>(values.size()));
        for (const Value& value : values) visit(*this, value);
    }
    [[nodiscard]] std::string take() { return std::move(bytes_); }

  private:
    void raw(const void* from, std::size_t size) {
        bytes_.append(static_cast<const char*>(from), size);
    }
    std::string bytes_;
};

class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    template <Plain Value>
    void operator()(Value& value) {
        raw(&value, sizeof value);
    }
    void operator()(std::string& text) {
        text.resize(size(1));
        raw(text.data(), text.size());
    }
    void operator()(VectorXd& vector) {
        vector.resize(static_cast<Index>(size(sizeof(double))));
        raw(vector.data(), static_cast<std::size_t>(vector.size()) * sizeof(double));
    }
    void operator()(TiledTriangle& triangle) {
        const std::size_t dimension = size(1);
        if (dimension == 0 || dimension > bytes_.size())
            fail();
        triangle = TiledTriangle(static_cast<Index>(dimension));
        raw(triangle.tiles().data(), triangle.tiles().size_bytes());
    }
    template <class Value>
    void operator()(std::optional<Value>& value) {
        bool has_value = false;
        (*this)(has_value);
        value.reset();
        if (has_value)
            visit(*this, value.emplace());
    }
    template <class Value>
    void operator()(std::vector<Value>& values) {
        values.resize(size(1));
        for (Value& value : values) visit(*this, value);
    }
    void expect_end() const {
        if (!bytes_.empty())
            fail();
    }
    [[noreturn]] static void fail() {
        throw DataError("its content is not that of the state of an incremental mixture.");
    }

  private:
    /// A count of items of at least `least` bytes each, which must still be there.
    std::size_t size(std::size_t least) {
        std::uint64_t count = 0;
        (*this)(count);
        if (count > bytes_.size() / least)
            fail();
        return static_cast<std::size_t>(count);
    }
    void raw(void* to, std::size_t size) {
        if (size > bytes_.size())
            fail();
        if (size > 0)
            std::memcpy(to, bytes_.data(), size);
        bytes_.remove_prefix(size);
    }
    std::string_view bytes_;
};

/// Each `visit` names the members of a type once, for writing and for reading.
template <class Archive, class Value>
requires Plain<std::remove_const_t<Value>> ||
    std::is_same_v<std::remove_const_t<Value>, std::string>
void visit(Archive& archive, Value& value) {
    archive(value);
}

template <class Value, class Type>
concept Is = std::is_same_v<std::remove_const_t<Value>, Type>;

template <class Archive, Is<IncrementalOptions> Value>
void visit(Archive& archive, Value& o) {
    archive(o.novelty_probability);
    archive(o.initial_scale);
    archive(o.prior_strength);
    archive(o.forgetting);
    archive(o.forget);
    archive(o.minimum_age);
    archive(o.minimum_accumulation);
    archive(o.component_limit);
    archive(o.limit_action);
    archive(o.novelty_scale);
    archive(o.update_rule);
    archive(o.refactor_interval);
    archive(o.merge_interval);
    archive(o.merge_threshold);
}

template <class Archive, Is<StreamOptions> Value>
void visit(Archive& archive, Value& o) {
    visit(archive, o.mixture);
    archive(o.feature_scale);
    archive(o.warm_up_rows);
    archive(o.deviations);
    archive(o.target);
    archive(o.class_model);
    archive(o.drift_action);
    archive(o.history_stride);
}

template <class Archive, Is<IncrementalComponent> Value>
void visit(Archive& archive, Value& c) {
    archive(c.id);
    archive(c.born_at);
    archive(c.class_index);
    archive(c.mean);
    archive(c.precision);
    archive(c.log_det);
    archive(c.mass);
    archive(c.covariance_mass);
    archive(c.prior_mass);
    archive(c.age);
    archive(c.refactor_count);
    archive(c.refactor_interval);
    archive(c.initial_variances);
    archive(c.variances);
    archive(c.has_pending);
    archive(c.pending_scale);
    archive(c.pending_coefficient);
    archive(c.pending_vector);
}

template <class Archive, Is<IncrementalCounters> Value>
void visit(Archive& archive, Value& c) {
    archive(c.created);
    archive(c.pruned);
    archive(c.merged);
    archive(c.forced_updates);
    archive(c.components_repaired);
    archive(c.refactorisations);
    archive(c.published_rule_failures);
    archive(c.rows_unlearned);
    archive(c.rows_all_missing);
}

template <class Archive, Is<ComponentEvent> Value>
void visit(Archive& archive, Value& e) {
    archive(e.kind);
    archive(e.row);
    archive(e.id);
}

template <class Archive, Is<IncrementalState> Value>
void visit(Archive& archive, Value& s) {
    visit(archive, s.options);
    archive(s.initial_variances);
    archive(s.has_classes);
    archive(s.components);
    archive(s.next_id);
    archive(s.row_count);
    visit(archive, s.counters);
    archive(s.events);
}

template <class Archive, Is<PrequentialSums> Value>
void visit(Archive& archive, Value& s) {
    archive(s.row_count);
    archive(s.log_density);
    archive(s.scored_count);
    archive(s.correct_count);
    archive(s.squared_error);
}

template <class Archive, Is<HistoryEntry> Value>
void visit(Archive& archive, Value& e) {
    archive(e.row);
    archive(e.component_count);
    visit(archive, e.sums);
}

template <class Archive, Is<DriftDetector> Value>
void visit(Archive& archive, Value& d) {
    archive(d.count);
    archive(d.mean);
    archive(d.sum);
    archive(d.least_sum);
    archive(d.alarm_count);
    archive(d.last_alarm);
}

template <class Archive, Is<RunningMoments> Value>
void visit(Archive& archive, Value& m) {
    archive(m.counts);
    archive(m.means);
    archive(m.squares);
    archive(m.least);
    archive(m.greatest);
}

template <class Archive, Is<KeptRow> Value>
void visit(Archive& archive, Value& r) {
    archive(r.values);
    archive(r.class_index);
    archive(r.weight);
}

template <class Archive, Is<StreamState> Value>
void visit(Archive& archive, Value& s) {
    visit(archive, s.options);
    archive(s.features);
    archive(s.target);
    archive(s.classes);
    archive(s.row_count);
    visit(archive, s.moments);
    archive(s.kept_rows);
    archive(s.mixture);
    visit(archive, s.prequential);
    visit(archive, s.drift);
    archive(s.history);
    archive(s.history_stride);
    visit(archive, s.open_entry);
}

/// Sizes that every later step takes for granted.
void check(const StreamState& state) {
    const auto d = static_cast<Index>(state.features.size());
    if (d < 1 || state.moments.means.size() != d || state.history_stride < 1)
        Reader::fail();
    for (const KeptRow& row : state.kept_rows)
        if (row.values.size() != d)
            Reader::fail();
    if (!state.mixture)
        return;
    const Index size = state.mixture->initial_variances.size();
    if (size < d)
        Reader::fail();
    for (const IncrementalComponent& component : state.mixture->components) {
        const Index padded = TiledTriangle::padded(size);
        if (component.precision.dimension() != size || component.mean.size() != padded ||
            component.pending_vector.size() != padded || component.variances.size() != size ||
            component.initial_variances.size() != size)
            Reader::fail();
    }
}

}  // namespace

std::string state_bytes(const StreamState& state) {
    Writer writer;
    visit(writer, state);
    return writer.take();
}

StreamState state_from_bytes(std::string_view bytes) {
    Reader reader(bytes);
    StreamState state;
    visit(reader, state);
    reader.expect_end();
    check(state);
    return state;
}

}  // namespace mixtura
