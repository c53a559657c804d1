#pragma once

#include "bounded_search.hpp"
#include "projection.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

namespace ducktopics {

class CentroidSet;

//! Which search of a set takes the least work: the plain one, that by bytes, or that by a projection. What the latter
//! two need is made when enough rows have come to pay for it. Threads may share it.
class SearchChoice {
public:
	//! `projection` may be that of an earlier set of the same data; it is then tried at once. The set must outlive
	//! this.
	SearchChoice(const CentroidSet &set, std::shared_ptr<const Projection> projection);

	//! The search to use for the `count` nearest centroids of the next n rows; null is the plain one.
	const BoundedSearch *For(uint64_t n, uint32_t count) const;
	//! See CentroidSet::GetProjection.
	std::shared_ptr<const Projection> GetProjection() const;

private:
	const BoundedSearch *Quantized(uint64_t n) const;
	bool IsProjectionWorthTrying(uint64_t n) const;
	void FindProjection() const;

	const CentroidSet &set;
	mutable std::mutex quantized_lock;
	mutable std::unique_ptr<const BoundedSearch> quantized_owner;
	mutable std::atomic<const BoundedSearch *> quantized {nullptr};
	mutable std::atomic<uint64_t> rows_seen {0};
	mutable std::mutex projection_lock;
	mutable std::shared_ptr<const Projection> projection;
	mutable std::unique_ptr<const BoundedSearch> projected_owner;
	mutable std::atomic<const BoundedSearch *> projected {nullptr};
};

} // namespace ducktopics
