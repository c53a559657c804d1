#include "search_choice.hpp"

#include "centroid_set.hpp"
#include "projected_bounds.hpp"
#include "quantized_bounds.hpp"
#include "search_mode.hpp"

#include <algorithm>
#include <exception>

namespace ducktopics {

namespace {

//! Fewer centroids are compared as fast as rows become bytes.
constexpr uint64_t FEWEST_QUANTIZED = 32;
//! Fewer rows at a time are a tile of the plain kernel.
constexpr uint64_t FEWEST_QUANTIZED_ROWS = 32;

//! The smallest model for which a projection is looked for.
constexpr uint64_t FEWEST_PROJECTED = 256;
constexpr uint32_t FEWEST_PROJECTED_COMPONENTS = 96;
//! Rows that a set sees before, for each direction that the projection may have: finding them takes as long as
//! searching for so many rows by bytes in a twentieth of the time, or for so many without bytes in all of it.
constexpr uint64_t ROWS_BEFORE_DIRECTION_WITH_BYTES = 560;
constexpr uint64_t ROWS_BEFORE_DIRECTION = 16;
//! Share of the centroids' squared norms that may stay outside the projection; 0.1 to 0.25 were the fastest on real
//! sentence embeddings at 1,000 to 4,096 centroids.
constexpr double LARGEST_REST = 0.18;
//! The same where a projection is asked for whatever it costs: what half of the directions always reach.
constexpr double REST_WHEN_FORCED = 0.9;
//! Directions that a projection has at most.
constexpr uint32_t MOST_DIRECTIONS = 288;
//! A search by bounds must promise to be faster by this much than the plain one.
constexpr double WORTHWHILE = 0.85;
//! What keeping a list costs the plain search for each centroid, in multiply-adds.
constexpr double LIST_WORK = 150;

} // namespace

SearchChoice::SearchChoice(const CentroidSet &set, std::shared_ptr<const Projection> given)
    : set(set), projection(std::move(given)) {
	if (projection && projection->Size() > 0) {
		projected_owner.reset(
		    new BoundedSearch(set, std::unique_ptr<const LowerBounds>(new ProjectedBounds(set, projection))));
		projected = projected_owner.get();
	}
}

const BoundedSearch *SearchChoice::For(uint64_t n, uint32_t count) const {
	if (RequestedSearchMode() == SearchMode::PLAIN) {
		return nullptr;
	}
	const BoundedSearch *with_bytes = Quantized(n);
	const BoundedSearch *with_projection = projected.load(std::memory_order_acquire);
	if (!with_projection && IsProjectionWorthTrying(n)) {
		FindProjection();
		with_projection = projected.load(std::memory_order_acquire);
	}
	if (with_projection && (RequestedSearchMode() == SearchMode::PROJECTED || !with_projection->IsMeasured())) {
		return with_projection;
	}
	const BoundedSearch *best = nullptr;
	double least = WORTHWHILE * double(set.Count()) * (set.Dimensions() + (count > 1 ? LIST_WORK : 0));
	for (const BoundedSearch *search : {with_bytes, with_projection}) {
		if (search && search->WorkPerRow() < least) {
			best = search;
			least = search->WorkPerRow();
		}
	}
	return best;
}

//! The search by bytes; null where there is none, or before enough rows have come to pay for it.
const BoundedSearch *SearchChoice::Quantized(uint64_t n) const {
	const QuantizedKernel *bytes = SelectQuantizedKernel();
	if (!bytes || RequestedSearchMode() != SearchMode::AUTOMATIC || set.Count() < FEWEST_QUANTIZED ||
	    !QuantizedBounds::Fits(set.LargestNorm(), set.Dimensions())) {
		return nullptr;
	}
	const BoundedSearch *current = quantized.load(std::memory_order_acquire);
	if (current || n < FEWEST_QUANTIZED_ROWS) {
		return current;
	}
	std::lock_guard<std::mutex> guard(quantized_lock);
	if (quantized_owner) {
		return quantized_owner.get();
	}
	try {
		std::unique_ptr<const LowerBounds> bounds(new QuantizedBounds(*bytes, set.Centroid(0), set.SquaredNorms(),
		                                                              set.Count(), set.Dimensions(), set.Origin()));
		quantized_owner.reset(new BoundedSearch(set, std::move(bounds)));
	} catch (const std::bad_alloc &) {
		// The plain search needs no memory.
		return nullptr;
	}
	quantized.store(quantized_owner.get(), std::memory_order_release);
	return quantized_owner.get();
}

bool SearchChoice::IsProjectionWorthTrying(uint64_t n) const {
	if (RequestedSearchMode() == SearchMode::PROJECTED) {
		return true;
	}
	if (set.Dimensions() < FEWEST_PROJECTED_COMPONENTS || set.Count() < FEWEST_PROJECTED) {
		return false;
	}
	const uint64_t rows = rows_seen.fetch_add(n, std::memory_order_relaxed);
	const bool with_bytes = quantized.load(std::memory_order_relaxed) != nullptr;
	const uint64_t directions = std::min(MOST_DIRECTIONS, (set.Dimensions() + 1) / 2);
	return rows >= directions * (with_bytes ? ROWS_BEFORE_DIRECTION_WITH_BYTES : ROWS_BEFORE_DIRECTION);
}

//! Looks for a projection, once. While one thread does the others go on without.
void SearchChoice::FindProjection() const {
	std::unique_lock<std::mutex> guard(projection_lock, std::try_to_lock);
	if (!guard || projection) {
		return;
	}
	const uint64_t k = set.Count();
	const uint32_t d = set.Dimensions();
	const bool forced = RequestedSearchMode() == SearchMode::PROJECTED;
	uint32_t largest = std::min(MOST_DIRECTIONS, (d + 1) / 2);
	if (const BoundedSearch *with_bytes = quantized.load(std::memory_order_acquire)) {
		// With more directions, projecting and bounding take longer than the bytes alone.
		const double affordable = (WORTHWHILE * with_bytes->WorkPerRow() - 6.0 * double(k)) / (d + double(k) / 4);
		largest = uint32_t(std::max(0.0, std::min(double(largest), affordable)));
	}
	try {
		if (largest >= SelectKernel().group_size) {
			// Scaled, so that products of the largest components fit.
			const float scale = set.LargestNorm() > 0 ? 1 / set.LargestNorm() : 1;
			std::vector<float> scaled = set.Centred();
			for (float &component : scaled) {
				component *= scale;
			}
			projection.reset(new Projection(scaled.data(), k, d, largest, forced ? REST_WHEN_FORCED : LARGEST_REST));
		}
		if (!projection || projection->Size() == 0) {
			projection.reset(new Projection());
			return;
		}
		projected_owner.reset(
		    new BoundedSearch(set, std::unique_ptr<const LowerBounds>(new ProjectedBounds(set, projection))));
	} catch (const std::exception &) {
		// No memory, or no principal components to be found: the other searches need neither.
		projection.reset(new Projection());
		return;
	}
	projected.store(projected_owner.get(), std::memory_order_release);
}

std::shared_ptr<const Projection> SearchChoice::GetProjection() const {
	std::lock_guard<std::mutex> guard(projection_lock);
	const BoundedSearch *with_projection = projected.load(std::memory_order_acquire);
	if (with_projection && For(0, 1) != with_projection) {
		return std::make_shared<const Projection>();
	}
	return projection;
}

} // namespace ducktopics
