#pragma once

#include "aligned_buffer.hpp"
#include "nearest_kernel.hpp"
#include "pruning.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace ducktopics {

//! k centroids of d components, packed once for the nearest-centroid kernels. Threads may share it.
//!
//! All distances are squared L2 distances, as FAISS' IndexFlatL2 gives them. The search is exact: every centroid is
//! scored for every row by |c|^2 - 2 x.c, after the mean of the centroids was taken off both (which keeps the digits
//! of data that lies far from the origin). Equal scores go to the lowest index. With many centroids and components a
//! set that has seen enough rows tries to prune (see Pruning), and keeps to it where that pays; the answers are the
//! same.
class CentroidSet {
public:
	//! `centroids` is row-major k x d; all components are finite. Copies what it needs.
	//! `projection` may be that of an earlier set of the same data (see GetProjection): pruning is then tried at once.
	CentroidSet(const float *centroids, uint64_t k, uint32_t d,
	            const std::shared_ptr<const Projection> &projection = nullptr);

	uint64_t Count() const {
		return k;
	}
	uint32_t Dimensions() const {
		return d;
	}
	const float *Centroid(uint64_t index) const {
		return raw.data() + index * d;
	}
	//! What the packed centroids and the rows are relative to.
	const float *Origin() const {
		return origin.data();
	}
	const std::vector<CentroidGroup> &Groups() const {
		return groups;
	}
	const CentroidGroup &GroupOf(int32_t index) const;
	//! The projection that pruning found, where it pays; null otherwise.
	std::shared_ptr<const Projection> GetProjection() const;
	//! Whether this set was made of these very numbers.
	bool Holds(const float *centroids, uint64_t k, uint32_t d) const;

	//! index[i] = position of the centroid nearest to rows[i], for n rows.
	void Nearest(const float *const *rows, uint64_t n, int32_t *index) const;

	//! index[i * count ...] = positions of the `count` nearest centroids of rows[i], nearest first; count <= k.
	void NearestList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const;

	//! Squared distance between a row and a centroid, from the differences themselves.
	float SquaredDistance(const float *row, int32_t index) const {
		return kernel.squared_distance(row, Centroid(index), d);
	}

	//! As Nearest and NearestList without pruning.
	void NearestPlain(const float *const *rows, uint64_t n, int32_t *index) const;
	void NearestListPlain(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const;

private:
	//! A run of groups whose packed components stay in the second-level cache together.
	struct Block {
		size_t first_group;
		size_t group_count;
	};

	//! The pruning to use for the next n rows, or null. Builds it when its time has come.
	const Pruning *PruningFor(uint64_t n) const;

	template <class ForTile>
	void ForTiles(const float *const *rows, uint64_t n, ForTile &&for_tile) const;

	const NearestKernel &kernel;
	uint64_t k;
	uint32_t d;
	std::vector<float> raw;
	std::vector<float> origin;
	AlignedBuffer<float> packed;
	std::vector<float> norms;
	std::vector<CentroidGroup> groups;
	std::vector<Block> blocks;
	mutable std::atomic<uint64_t> rows_seen {0};
	mutable std::mutex pruning_lock;
	mutable std::unique_ptr<Pruning> pruning_owner;
	mutable std::atomic<const Pruning *> pruning {nullptr};
};

} // namespace ducktopics
