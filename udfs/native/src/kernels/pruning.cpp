#include "pruning.hpp"

#include "centroid_set.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>

namespace ducktopics {

namespace {

//! Share of the centroids' squared norms that may stay outside the projection; 0.1 to 0.25 were the fastest on real
//! sentence embeddings at 1,000 to 4,096 centroids.
constexpr double LARGEST_REST = 0.18;
//! The same where pruning is asked for whatever it costs: what half of the directions always reach.
constexpr double REST_WHEN_FORCED = 0.9;
//! Directions that a projection has at most; data that needs more (or half of all) gains nothing.
constexpr uint32_t MOST_DIRECTIONS = 288;
//! Rows that a set sees before it builds what pruning needs, which costs about as much as this many rows.
constexpr uint64_t ROWS_BEFORE_PRUNING = 4096;
//! Rows after which Pays() decides.
constexpr uint64_t TRIAL_ROWS = 512;
//! What looking at a centroid in full costs, in multiply-adds of the plain kernel: for each component, and each time.
constexpr double LOOK_COST_PER_COMPONENT = 2.5;
constexpr double LOOK_COST = 100;

enum class Mode { AUTOMATIC, NEVER, ALWAYS };

//! DUCKTOPICS_PRUNING=never|always overrides the measured rule (for tests and benchmarks).
Mode RequestedMode() {
	static const Mode mode = []() {
		const char *setting = std::getenv("DUCKTOPICS_PRUNING");
		if (setting && std::strcmp(setting, "never") == 0) {
			return Mode::NEVER;
		}
		return setting && std::strcmp(setting, "always") == 0 ? Mode::ALWAYS : Mode::AUTOMATIC;
	}();
	return mode;
}

} // namespace

//! One tile of rows on its way through the bounds.
struct Pruning::Tile {
	AlignedBuffer<float> components;
	AlignedBuffer<float> short_components;
	//! bounds[j * tile_rows + r]
	AlignedBuffer<float> bounds;
	//! minima[group * tile_rows + r]
	AlignedBuffer<float> minima;
	//! |x|^2 of each row, centred.
	float squared_norms[MAX_TILE_ROWS];
	//! The lowest distances of the row at hand.
	std::vector<float> nearest;
};

bool Pruning::IsWorthTrying(uint64_t k, uint32_t d, uint64_t rows_seen) {
	switch (RequestedMode()) {
	case Mode::NEVER:
		return false;
	case Mode::ALWAYS:
		return true;
	default:
		return d >= 96 && k >= 256 && rows_seen >= ROWS_BEFORE_PRUNING;
	}
}

Pruning::Pruning(const CentroidSet &set, std::shared_ptr<const Projection> given)
    : set(set), kernel(SelectKernel()), projection(std::move(given)) {
	const uint64_t k = set.Count();
	const uint32_t d = set.Dimensions();
	std::vector<float> centred(k * d);
	for (uint64_t j = 0; j < k; j++) {
		for (uint32_t c = 0; c < d; c++) {
			centred[j * d + c] = set.Centroid(j)[c] - set.Origin()[c];
		}
	}
	if (!projection) {
		const double rest = RequestedMode() == Mode::ALWAYS ? REST_WHEN_FORCED : LARGEST_REST;
		// Scaled, so that products of the largest components fit.
		const float scale = set.LargestNorm() > 0 ? 1 / set.LargestNorm() : 1;
		std::vector<float> scaled(centred);
		for (float &component : scaled) {
			component *= scale;
		}
		projection.reset(new Projection(scaled.data(), k, d, std::min(MOST_DIRECTIONS, (d + 1) / 2), rest));
		if (projection->Size() == 0) {
			return;
		}
	}
	short_d = projection->Size() + 1;
	// The components of a projection are off like scores, and their errors may add up over its directions.
	margin_factor = 1 + std::sqrt(float(projection->Size()));
	packed.Resize(k * short_d);
	std::vector<float> projected(k * projection->Size());
	projection->Project(centred.data(), k, projected.data());
	for (const CentroidGroup &group : set.Groups()) {
		float *out = packed.Get() + uint64_t(group.first) * short_d;
		for (uint32_t j = 0; j < group.size; j++) {
			const float norm = group.norms[j];
			const float *components = projected.data() + uint64_t(group.first + j) * projection->Size();
			for (uint32_t c = 0; c + 1 < short_d; c++) {
				out[uint64_t(c) * group.size + j] = -2 * components[c];
			}
			const float rest = norm - kernel.squared_norm(components, short_d - 1);
			out[uint64_t(short_d - 1) * group.size + j] = -2 * std::sqrt(std::max(0.0f, rest));
		}
		groups.push_back({out, group.norms, group.size, group.first});
	}
}

bool Pruning::Pays() const {
	if (groups.empty()) {
		return false;
	}
	const uint64_t rows = rows_seen.load(std::memory_order_relaxed);
	if (rows < TRIAL_ROWS || RequestedMode() == Mode::ALWAYS) {
		return true;
	}
	const double looks = double(looked_at.load(std::memory_order_relaxed)) / double(rows);
	const double k = double(set.Count());
	const double d = set.Dimensions();
	const double bounds = double(projection->Size()) * d + (short_d + 4) * k;
	return bounds + looks * (LOOK_COST_PER_COMPONENT * d + LOOK_COST) < 0.85 * k * d;
}

//! Packs rows, projects them and bounds their scores against every centroid.
void Pruning::BoundTile(const float *const *rows, uint32_t row_count, Tile &tile) const {
	const uint32_t d = set.Dimensions();
	const uint32_t tile_rows = kernel.tile_rows;
	tile.components.Resize(uint64_t(d) * tile_rows);
	tile.short_components.Resize(uint64_t(short_d) * tile_rows);
	tile.bounds.Resize(set.Count() * tile_rows);
	tile.minima.Resize(groups.size() * tile_rows);
	kernel.pack_tile(rows, row_count, d, set.Origin(), tile.components.Get(), tile.squared_norms);
	projection->ProjectTile(tile.components.Get(), tile.short_components.Get());
	float projected[MAX_TILE_ROWS] = {};
	for (uint32_t c = 0; c + 1 < short_d; c++) {
		for (uint32_t r = 0; r < tile_rows; r++) {
			const float component = tile.short_components.Get()[uint64_t(c) * tile_rows + r];
			projected[r] += component * component;
		}
	}
	float *rest = tile.short_components.Get() + uint64_t(short_d - 1) * tile_rows;
	for (uint32_t r = 0; r < tile_rows; r++) {
		rest[r] = std::sqrt(std::max(0.0f, tile.squared_norms[r] - projected[r]));
	}
	for (size_t g = 0; g < groups.size(); g++) {
		kernel.scores(tile.short_components.Get(), short_d, groups[g],
		              tile.bounds.Get() + uint64_t(groups[g].first) * tile_rows, tile.minima.Get() + g * tile_rows);
	}
}

//! Looks at every centroid of row r whose bound does not rule it out. `found` gets the `count` nearest and all that are
//! as near as the last of them within the margin.
void Pruning::Search(const float *row, uint32_t r, uint32_t count, Tile &tile, std::vector<Candidate> &found) const {
	const uint32_t tile_rows = kernel.tile_rows;
	const float *minima = tile.minima.Get() + r;
	const float norm = tile.squared_norms[r];
	const float margin = margin_factor * ScoreMargin(norm, set.LargestNorm(), set.Dimensions());
	// The `count` lowest distances so far, ascending.
	std::vector<float> &nearest = tile.nearest;
	nearest.assign(count, std::numeric_limits<float>::infinity());
	found.clear();
	// The highest bound that is still of interest.
	float limit = nearest.back();
	uint64_t looks = 0;
	const auto look = [&](int32_t index) {
		const float distance = kernel.squared_distance(row, set.Centroid(uint64_t(index)), set.Dimensions());
		looks++;
		if (distance > nearest.back() + margin) {
			return;
		}
		found.push_back({distance, index});
		if (distance < nearest.back()) {
			nearest.pop_back();
			nearest.insert(std::upper_bound(nearest.begin(), nearest.end(), distance), distance);
			limit = nearest.back() - norm + margin;
		}
	};
	// A good start makes a low limit: the group with the lowest bound first.
	size_t start = 0;
	for (size_t g = 1; g < groups.size(); g++) {
		if (minima[g * tile_rows] < minima[start * tile_rows]) {
			start = g;
		}
	}
	for (size_t turn = 0; turn <= groups.size(); turn++) {
		const size_t g = turn == 0 ? start : turn - 1;
		if ((turn > 0 && g == start) || minima[g * tile_rows] > limit) {
			continue;
		}
		const CentroidGroup &group = groups[g];
		const float *bounds = tile.bounds.Get() + uint64_t(group.first) * tile_rows + r;
		for (uint32_t j = 0; j < group.size; j++) {
			if (!(bounds[j * tile_rows] > limit)) {
				look(group.first + int32_t(j));
			}
		}
	}
	looked_at.fetch_add(looks, std::memory_order_relaxed);
	const float farthest = nearest.back() + margin;
	found.erase(
	    std::remove_if(found.begin(), found.end(), [&](const Candidate &item) { return item.distance > farthest; }),
	    found.end());
	Settle(row, margin, count, found);
}

//! Sorts what was found; where two lie within the margin, double precision decides.
void Pruning::Settle(const float *row, float margin, uint32_t count, std::vector<Candidate> &found) const {
	std::sort(found.begin(), found.end());
	bool clear = true;
	for (size_t i = 1; i < std::min<size_t>(found.size(), count + 1); i++) {
		clear = clear && found[i].distance - found[i - 1].distance > margin;
	}
	if (clear) {
		return;
	}
	set.SortByDistance(row, found);
}

void Pruning::NearestList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const {
	thread_local Tile tile;
	thread_local std::vector<Candidate> found;
	const uint32_t tile_rows = kernel.tile_rows;
	for (uint64_t begin = 0; begin < n; begin += tile_rows) {
		const uint32_t row_count = uint32_t(std::min<uint64_t>(tile_rows, n - begin));
		BoundTile(rows + begin, row_count, tile);
		for (uint32_t r = 0; r < row_count; r++) {
			Search(rows[begin + r], r, count, tile, found);
			for (uint32_t i = 0; i < count; i++) {
				index[(begin + r) * count + i] = found[i].index;
			}
		}
		rows_seen.fetch_add(row_count, std::memory_order_relaxed);
	}
}

} // namespace ducktopics
