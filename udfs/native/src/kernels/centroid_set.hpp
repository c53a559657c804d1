#pragma once

#include "aligned_buffer.hpp"
#include "exact_distance.hpp"
#include "nearest_kernel.hpp"
#include "projection.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace ducktopics {

class SearchChoice;

//! k centroids of d components, packed once for the nearest-centroid kernels. Threads may share it.
//!
//! All distances are squared L2 distances, as FAISS' IndexFlatL2 gives them. The search is exact. The plain one scores
//! every centroid for every row by |c|^2 - 2 x.c in single precision, after the mean of the centroids was taken off
//! both; where rounding leaves two centroids within each other's margin, their distances in double precision decide,
//! and at equal distances the lowest index. So the answer does not depend on the machine, on the number of threads or
//! on the place of a row. Where bounds promise less work (see QuantizedBounds and ProjectedBounds) a BoundedSearch
//! gives the same answers; which of them runs is decided by the work that they were seen to take.
class CentroidSet {
public:
	//! `centroids` is row-major k x d; the squared norms of all centroids and rows are finite. Copies what it needs.
	//! `projection` may be that of an earlier set of the same data (see GetProjection): it is then tried at once.
	CentroidSet(const float *centroids, uint64_t k, uint32_t d,
	            const std::shared_ptr<const Projection> &projection = nullptr);
	~CentroidSet();

	uint64_t Count() const {
		return k;
	}
	uint32_t Dimensions() const {
		return d;
	}
	const float *Centroid(uint64_t index) const {
		return raw.Get() + index * d;
	}
	//! The largest norm of a centroid, centred.
	float LargestNorm() const {
		return largest_norm;
	}
	//! What the packed centroids and the rows are relative to.
	const float *Origin() const {
		return origin.data();
	}
	//! How the plain search groups the centroids; what it reads of them is packed when it first runs.
	const std::vector<CentroidGroup> &Groups() const {
		return groups;
	}
	//! Squared norms of the centroids, centred.
	const float *SquaredNorms() const {
		return norms.data();
	}
	//! Row-major k x d: the centroids less the origin.
	std::vector<float> Centred() const;
	//! The projection that pays; one without directions where none was found or it did not pay; null before any was
	//! looked for.
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

	//! Fills in the candidates' distances to the row and sorts them, nearest first, equal ones by index.
	void SortByDistance(const float *row, std::vector<Candidate> &candidates) const;

	//! As Nearest and NearestList by the plain search.
	void NearestPlain(const float *const *rows, uint64_t n, int32_t *index) const;
	void NearestListPlain(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const;

private:
	//! Rows of a search that single precision cannot settle: where they are in the search, and the highest score that
	//! one of the wanted centroids may have.
	struct Unsettled {
		std::vector<uint64_t> places;
		std::vector<float> highest_scores;
	};
	//! A run of groups whose packed components stay in the second-level cache together.
	struct Block {
		size_t first_group;
		size_t group_count;
	};

	void CopyAndCentre(const float *centroids, uint64_t per_piece);
	void Pack() const;
	template <class ForTile>
	void ForTiles(const float *const *rows, uint64_t n, std::vector<float> &squared_norms, ForTile &&for_tile) const;
	void NearestLongList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const;
	void Settle(const float *const *rows, const Unsettled &unsettled, uint32_t count, int32_t *index) const;
	float Margin(float row_squared_norm) const {
		return ScoreMargin(row_squared_norm, largest_norm, d);
	}

	const NearestKernel &kernel;
	uint64_t k;
	uint32_t d;
	AlignedBuffer<float> raw;
	std::vector<float> origin;
	//! Uninitialised before Pack.
	AlignedBuffer<float> packed;
	mutable std::once_flag packing;
	std::vector<float> norms;
	float largest_norm = 0;
	std::vector<CentroidGroup> groups;
	std::vector<Block> blocks;
	std::unique_ptr<const SearchChoice> choice;
};

} // namespace ducktopics
