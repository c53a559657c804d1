#include "bounded_search.hpp"

#include "centroid_set.hpp"

#include <algorithm>
#include <limits>

namespace ducktopics {

namespace {

//! Rows after which the work is known.
constexpr uint64_t TRIAL_ROWS = 512;
//! What looking at a centroid in full costs, in multiply-adds of the plain kernel: for each component, and each time.
constexpr double LOOK_WORK_PER_COMPONENT = 2.5;
constexpr double LOOK_WORK = 1500;
//! Rows with larger squared norms may overflow on the way.
constexpr float LARGEST_SQUARED_NORM = 1e30f;

constexpr float INFINITE = std::numeric_limits<float>::infinity();

} // namespace

//! The search for one row after the other.
struct BoundedSearch::Search {
	BoundedRows bounded;
	uint64_t lookups = 0;
	uint64_t groups_bounded = 0;

	// The row at hand.
	const float *row;
	uint64_t place;
	uint32_t count;
	float norm;
	//! How far rounding may shift two scores, and two distances.
	float margin;
	float distance_margin;
	//! The lowest bounds of the row in each group: lowest[g * tile_rows].
	const float *lowest;
	//! The group with the lowest bound, its bounds, where the lowest is, and the lowest bound of another group.
	size_t start;
	float start_bounds[MAX_GROUP_SIZE];
	uint32_t start_best;
	float second;
	//! The `count` lowest distances so far, ascending, and the highest bound that is still of interest.
	std::vector<float> nearest;
	float limit;
	std::vector<Candidate> found;
	//! Centroids of interest, with their bounds in place of distances: of the start group, or all.
	std::vector<Candidate> order;
};

BoundedSearch::BoundedSearch(const CentroidSet &set, std::unique_ptr<const LowerBounds> given)
    : set(set), bounds(std::move(given)) {
}

double BoundedSearch::WorkPerRow() const {
	const double rows = double(std::max<uint64_t>(1, rows_seen.load(std::memory_order_relaxed)));
	const double looks = double(looked_at.load(std::memory_order_relaxed)) / rows;
	const double scans = double(groups_bounded.load(std::memory_order_relaxed)) / rows;
	return bounds->RowWork() + scans * bounds->GroupWork() +
	       looks * (LOOK_WORK_PER_COMPONENT * set.Dimensions() + LOOK_WORK);
}

bool BoundedSearch::IsMeasured() const {
	return rows_seen.load(std::memory_order_relaxed) >= TRIAL_ROWS;
}

void BoundedSearch::NearestList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const {
	thread_local Search search;
	const uint64_t batch = bounds->BatchRows();
	for (uint64_t begin = 0; begin < n; begin += batch) {
		const uint64_t size = std::min(batch, n - begin);
		if (count == 1 && bounds->KeepsAll()) {
			SearchKept(rows + begin, size, search, index + begin);
		} else {
			SearchBatch(rows + begin, size, count, search, index + begin * count);
		}
	}
	rows_seen.fetch_add(n, std::memory_order_relaxed);
	looked_at.fetch_add(search.lookups, std::memory_order_relaxed);
	groups_bounded.fetch_add(search.groups_bounded, std::memory_order_relaxed);
	search.lookups = search.groups_bounded = 0;
}

void BoundedSearch::SearchBatch(const float *const *rows, uint64_t n, uint32_t count, Search &search,
                                int32_t *index) const {
	const NearestKernel &kernel = SelectKernel();
	const uint32_t tile_rows = bounds->TileRows();
	const size_t group_count = bounds->Groups().size();
	alignas(64) float best[MAX_TILE_ROWS];
	alignas(64) float second[MAX_TILE_ROWS];
	alignas(64) int32_t best_group[MAX_TILE_ROWS];
	bounds->Bound(rows, n, count == 1, search.bounded);
	search.count = count;
	for (uint64_t place = 0; place < n; place++) {
		const uint32_t r = uint32_t(place % tile_rows);
		if (r == 0) {
			search.lowest = search.bounded.lowest.Get() + place * group_count;
			kernel.lowest_two(search.lowest, group_count, best, second, best_group);
		}
		search.row = rows[place];
		search.place = place;
		search.norm = search.bounded.squared_norms.Get()[place];
		if (!(search.norm <= LARGEST_SQUARED_NORM)) {
			set.NearestListPlain(rows + place, 1, count, index + place * count);
			continue;
		}
		search.margin = bounds->MarginFactor() * ScoreMargin(search.norm, set.LargestNorm(), set.Dimensions());
		search.start = size_t(best_group[r]);
		search.second = second[r];
		search.groups_bounded++;
		if (bounds->Settle(search.bounded, place, search.start, search.second, search.margin, search.start_bounds,
		                   &search.start_best) &&
		    count == 1) {
			index[place] = bounds->Groups()[search.start].first + int32_t(search.start_best);
			continue;
		}
		search.distance_margin =
		    bounds->MarginFactor() * DistanceMargin(search.norm, set.LargestNorm(), set.Dimensions());
		LookAtCandidates(search);
		for (uint32_t i = 0; i < count; i++) {
			index[place * count + i] = search.found[i].index;
		}
	}
}

//! The nearest centroid alone, by bounds of all centroids.
void BoundedSearch::SearchKept(const float *const *rows, uint64_t n, Search &search, int32_t *index) const {
	const uint32_t tile_rows = bounds->TileRows();
	const float largest_norm = set.LargestNorm();
	const uint32_t d = set.Dimensions();
	alignas(64) float margins[MAX_TILE_ROWS];
	search.count = 1;
	bounds->Bound(rows, n, true, search.bounded);
	const float *norms = search.bounded.squared_norms.Get();
	for (uint64_t place = 0; place < n; place++) {
		if (place % tile_rows == 0) {
			for (uint32_t r = 0; r < tile_rows; r++) {
				margins[r] = bounds->MarginFactor() * ScoreMargin(norms[place + r], largest_norm, d);
			}
			bounds->Narrow(search.bounded, place / tile_rows, margins);
		}
		index[place] = search.bounded.nearest.Get()[place];
		if (!(norms[place] <= LARGEST_SQUARED_NORM)) {
			set.NearestListPlain(rows + place, 1, 1, index + place);
		} else if (index[place] < 0) {
			search.row = rows[place];
			search.norm = norms[place];
			search.distance_margin = bounds->MarginFactor() * DistanceMargin(search.norm, largest_norm, d);
			search.nearest.assign(1, INFINITE);
			search.limit = INFINITE;
			search.found.clear();
			bounds->Candidates(search.bounded, place, search.order);
			for (size_t i = 0; i < search.order.size() && !(search.order[i].distance > search.limit); i++) {
				Look(search, search.order[i].index);
			}
			SortFound(search);
			index[place] = search.found.front().index;
		}
	}
}

//! A number that the `count`-th lowest score does not exceed: each of the `count` groups with the lowest bounds has a
//! centroid whose score is not far above.
float BoundedSearch::FirstLimit(Search &search) const {
	const float spread = bounds->Spread(search.bounded, search.place);
	const size_t group_count = bounds->Groups().size();
	if (search.count == 1 || spread == INFINITE || group_count < search.count) {
		return INFINITE;
	}
	if (search.count == 2) {
		return search.second + spread + search.margin;
	}
	std::vector<float> &lowest = search.nearest;
	for (size_t g = 0; g < group_count; g++) {
		const float bound = search.lowest[g * bounds->TileRows() + search.place % bounds->TileRows()];
		if (bound < lowest.back()) {
			lowest.pop_back();
			lowest.insert(std::upper_bound(lowest.begin(), lowest.end(), bound), bound);
		}
	}
	const float limit = lowest.back() + spread + search.margin;
	lowest.assign(search.count, INFINITE);
	return limit;
}

//! Finds the `count` nearest centroids of the row among those whose bound does not rule them out.
void BoundedSearch::LookAtCandidates(Search &search) const {
	const std::vector<LowerBounds::Group> &groups = bounds->Groups();
	const uint32_t tile_rows = bounds->TileRows();
	search.nearest.assign(search.count, INFINITE);
	search.limit = FirstLimit(search);
	search.found.clear();
	// A good start makes a low limit: the group with the lowest bound first, from its lowest bounds on.
	const LowerBounds::Group &start = groups[search.start];
	Look(search, start.first + int32_t(search.start_best));
	search.order.clear();
	for (uint32_t j = 0; j < start.size; j++) {
		if (j != search.start_best && !(search.start_bounds[j] > search.limit)) {
			search.order.push_back({search.start_bounds[j], start.first + int32_t(j)});
		}
	}
	if (search.order.size() > 1) {
		std::sort(search.order.begin(), search.order.end());
	}
	for (size_t i = 0; i < search.order.size() && !(search.order[i].distance > search.limit); i++) {
		Look(search, search.order[i].index);
	}
	for (size_t g = 0; g < groups.size() && !(search.second > search.limit); g++) {
		if (g == search.start || search.lowest[g * tile_rows + search.place % tile_rows] > search.limit) {
			continue;
		}
		float group_bounds[MAX_GROUP_SIZE];
		bounds->GroupBounds(search.bounded, search.place, g, group_bounds);
		search.groups_bounded++;
		for (uint32_t j = 0; j < groups[g].size; j++) {
			if (!(group_bounds[j] > search.limit)) {
				Look(search, groups[g].first + int32_t(j));
			}
		}
	}
	SortFound(search);
}

//! Keeps the nearest of the centroids that were looked at, nearest first.
void BoundedSearch::SortFound(Search &search) const {
	std::vector<Candidate> &found = search.found;
	if (found.size() == 1) {
		return;
	}
	const float farthest = search.nearest.back() + search.distance_margin;
	found.erase(
	    std::remove_if(found.begin(), found.end(), [&](const Candidate &item) { return item.distance > farthest; }),
	    found.end());
	std::sort(found.begin(), found.end());
	for (size_t i = 1; i < std::min<size_t>(found.size(), search.count + 1); i++) {
		if (!(found[i].distance - found[i - 1].distance > search.distance_margin)) {
			set.SortByDistance(search.row, found);
			return;
		}
	}
}

//! Computes the distance of one centroid, and keeps it if it may be among the nearest.
void BoundedSearch::Look(Search &search, int32_t index) const {
	const float distance = set.SquaredDistance(search.row, index);
	search.lookups++;
	if (distance > search.nearest.back() + search.distance_margin) {
		return;
	}
	search.found.push_back({distance, index});
	if (distance < search.nearest.back()) {
		search.nearest.pop_back();
		search.nearest.insert(std::upper_bound(search.nearest.begin(), search.nearest.end(), distance), distance);
		search.limit = std::min(search.limit, search.nearest.back() - search.norm + search.distance_margin);
	}
}

} // namespace ducktopics
