#include "centroid_set.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ducktopics {

namespace {

//! Packed centroids that one pass over the tiles reads: half of a common second-level cache.
constexpr size_t BLOCK_BYTES = 384 << 10;
//! Packed rows that wait while the blocks of centroids pass.
constexpr size_t BATCH_BYTES = 1 << 20;

//! Rows that a set sees before it builds what pruning needs, which costs about as much as this many rows.
constexpr uint64_t ROWS_BEFORE_PRUNING = 4096;

constexpr float INFINITE = std::numeric_limits<float>::infinity();

} // namespace

CentroidSet::CentroidSet(const float *centroids, uint64_t k, uint32_t d,
                         const std::shared_ptr<const Projection> &projection)
    : kernel(SelectKernel()), k(k), d(d), raw(centroids, centroids + k * d), origin(d), packed(k * d), norms(k) {
	for (uint32_t c = 0; c < d; c++) {
		double sum = 0;
		for (uint64_t j = 0; j < k; j++) {
			sum += centroids[j * d + c];
		}
		origin[c] = float(sum / double(k));
	}
	const uint64_t group_count = (k + kernel.group_size - 1) / kernel.group_size;
	uint64_t first = 0;
	for (uint64_t g = 0; g < group_count; g++) {
		// Sizes differ by one at the most: no group is padded.
		const uint32_t size = uint32_t(k / group_count + (g < k % group_count ? 1 : 0));
		float *out = packed.Get() + first * d;
		for (uint32_t j = 0; j < size; j++) {
			const float *centroid = centroids + (first + j) * d;
			double norm = 0;
			for (uint32_t c = 0; c < d; c++) {
				const float centred = centroid[c] - origin[c];
				norm += double(centred) * centred;
				out[uint64_t(c) * size + j] = -2 * centred;
			}
			norms[first + j] = float(norm);
		}
		groups.push_back({out, norms.data() + first, size, int32_t(first)});
		first += size;
	}
	const size_t group_bytes = sizeof(float) * kernel.group_size * d;
	const size_t per_block = std::max<size_t>(1, BLOCK_BYTES / group_bytes);
	for (size_t g = 0; g < groups.size(); g += per_block) {
		blocks.push_back({g, std::min(per_block, groups.size() - g)});
	}
	if (projection) {
		pruning_owner.reset(new Pruning(*this, projection));
		pruning = pruning_owner.get();
	}
}

const CentroidGroup &CentroidSet::GroupOf(int32_t index) const {
	// The first k % groups groups have one member more than the others.
	const uint64_t small = k / groups.size();
	const uint64_t larger = k % groups.size();
	const uint64_t position = uint64_t(index);
	const uint64_t group =
	    position < larger * (small + 1) ? position / (small + 1) : larger + (position - larger * (small + 1)) / small;
	return groups[group];
}

const Pruning *CentroidSet::PruningFor(uint64_t n) const {
	const Pruning *current = pruning.load(std::memory_order_acquire);
	if (current) {
		return current->Pays() ? current : nullptr;
	}
	if (!Pruning::IsWorthTrying(k, d) || rows_seen.fetch_add(n, std::memory_order_relaxed) < ROWS_BEFORE_PRUNING) {
		return nullptr;
	}
	std::unique_lock<std::mutex> guard(pruning_lock, std::try_to_lock);
	// While one thread builds it the others go on without.
	if (!guard || pruning_owner) {
		return nullptr;
	}
	pruning_owner.reset(new Pruning(*this, nullptr));
	pruning.store(pruning_owner.get(), std::memory_order_release);
	return pruning_owner.get();
}

std::shared_ptr<const Projection> CentroidSet::GetProjection() const {
	const Pruning *current = pruning.load(std::memory_order_acquire);
	return current && current->Pays() ? current->GetProjection() : nullptr;
}

void CentroidSet::Nearest(const float *const *rows, uint64_t n, int32_t *index) const {
	const Pruning *current = PruningFor(n);
	current ? current->NearestList(rows, n, 1, index) : NearestPlain(rows, n, index);
}

void CentroidSet::NearestList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const {
	const Pruning *current = PruningFor(n);
	current ? current->NearestList(rows, n, count, index) : NearestListPlain(rows, n, count, index);
}

bool CentroidSet::Holds(const float *centroids, uint64_t other_k, uint32_t other_d) const {
	return other_k == k && other_d == d && std::memcmp(raw.data(), centroids, sizeof(float) * k * d) == 0;
}

//! Calls for_tile(tile, first row, row count, block) for every tile of rows and block of centroids, blocks in order.
template <class ForTile>
void CentroidSet::ForTiles(const float *const *rows, uint64_t n, ForTile &&for_tile) const {
	thread_local AlignedBuffer<float> tiles;
	const size_t tile_rows = kernel.tile_rows;
	const size_t tile_floats = tile_rows * d;
	// With one block a tile is used up while it is in the first-level cache.
	const size_t batch_tiles =
	    blocks.size() == 1 ? 1 : std::max<size_t>(1, BATCH_BYTES / (tile_floats * sizeof(float)));
	tiles.Resize(batch_tiles * tile_floats);
	for (uint64_t begin = 0; begin < n; begin += batch_tiles * tile_rows) {
		const uint64_t end = std::min<uint64_t>(n, begin + batch_tiles * tile_rows);
		float *tile = tiles.Get();
		for (uint64_t row = begin; row < end; row += tile_rows, tile += tile_floats) {
			kernel.pack_tile(rows + row, uint32_t(std::min<uint64_t>(tile_rows, end - row)), d, origin.data(), tile);
		}
		for (const Block &block : blocks) {
			tile = tiles.Get();
			for (uint64_t row = begin; row < end; row += tile_rows, tile += tile_floats) {
				for_tile(tile, row, uint32_t(std::min<uint64_t>(tile_rows, end - row)), block);
			}
		}
	}
}

void CentroidSet::NearestPlain(const float *const *rows, uint64_t n, int32_t *index) const {
	thread_local AlignedBuffer<float> best_scores;
	thread_local AlignedBuffer<int32_t> best_indexes;
	const uint64_t padded = (n + kernel.tile_rows - 1) / kernel.tile_rows * kernel.tile_rows;
	best_scores.Resize(padded);
	best_indexes.Resize(padded);
	float *scores = best_scores.Get();
	int32_t *indexes = best_indexes.Get();
	std::fill_n(scores, padded, INFINITE);
	std::fill_n(indexes, padded, 0);
	ForTiles(rows, n, [&](const float *tile, uint64_t row, uint32_t, const Block &block) {
		for (size_t g = block.first_group; g < block.first_group + block.group_count; g++) {
			kernel.argmin(tile, d, groups[g], scores + row, indexes + row);
		}
	});
	std::memcpy(index, indexes, sizeof(int32_t) * n);
}

namespace {

//! Keeps (scores, index) sorted by (score, index) while candidates come in ascending order of index.
inline void InsertCandidate(float *scores, int32_t *index, uint32_t count, float score, int32_t candidate) {
	if (!(score < scores[count - 1])) {
		return;
	}
	uint32_t place = count - 1;
	for (; place > 0 && score < scores[place - 1]; place--) {
		scores[place] = scores[place - 1];
		index[place] = index[place - 1];
	}
	scores[place] = score;
	index[place] = candidate;
}

} // namespace

void CentroidSet::NearestListPlain(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const {
	thread_local std::vector<float> best_scores;
	best_scores.assign(n * count, INFINITE);
	std::fill_n(index, n * count, 0);
	alignas(64) float scores[MAX_GROUP_SIZE * MAX_TILE_ROWS];
	alignas(64) float minimum[MAX_TILE_ROWS];
	ForTiles(rows, n, [&](const float *tile, uint64_t row, uint32_t tile_count, const Block &block) {
		for (size_t g = block.first_group; g < block.first_group + block.group_count; g++) {
			const CentroidGroup &group = groups[g];
			kernel.scores(tile, d, group, scores, minimum);
			for (uint32_t r = 0; r < tile_count; r++) {
				float *row_scores = best_scores.data() + (row + r) * count;
				if (!(minimum[r] < row_scores[count - 1])) {
					continue;
				}
				for (uint32_t j = 0; j < group.size; j++) {
					InsertCandidate(row_scores, index + (row + r) * count, count, scores[j * kernel.tile_rows + r],
					                group.first + int32_t(j));
				}
			}
		}
	});
}

} // namespace ducktopics
