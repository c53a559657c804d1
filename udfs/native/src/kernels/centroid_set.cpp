#include "centroid_set.hpp"

#include "search_choice.hpp"
#include "../threads/parallel_for.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

namespace ducktopics {

namespace {

//! Packed centroids that one pass over the tiles reads: half of a common second-level cache.
constexpr size_t BLOCK_BYTES = 384 << 10;
//! Packed rows that wait while the blocks of centroids pass.
constexpr size_t BATCH_BYTES = 1 << 20;

//! From more wanted centroids on, their scores are not kept sorted one by one.
constexpr uint32_t LONG_LIST = 64;
//! Scores that are kept at a time for long lists.
constexpr uint64_t SCORES_AT_ONCE = 4 << 20;

constexpr float INFINITE = std::numeric_limits<float>::infinity();

//! Components that a thread prepares at a time, at least, and the most pieces that a set is prepared in.
constexpr uint64_t COMPONENTS_PER_PIECE = 1 << 18;
constexpr uint64_t MOST_PIECES = 16;

//! Sums that run side by side, so that the processor need not wait for one after the other.
constexpr uint32_t LANES = 8;

//! Centroids that a thread prepares at a time. It depends on the set alone, and so do sums over pieces.
uint64_t PerPiece(uint64_t k, uint32_t d) {
	return std::max<uint64_t>((COMPONENTS_PER_PIECE + d - 1) / d, (k + MOST_PIECES - 1) / MOST_PIECES);
}

double CentredSquaredNorm(const float *centroid, const float *origin, uint32_t d) {
	double sums[LANES] = {};
	uint32_t c = 0;
	for (; c + LANES <= d; c += LANES) {
		for (uint32_t i = 0; i < LANES; i++) {
			const float centred = centroid[c + i] - origin[c + i];
			sums[i] += double(centred) * centred;
		}
	}
	for (; c < d; c++) {
		const float centred = centroid[c] - origin[c];
		sums[0] += double(centred) * centred;
	}
	return std::accumulate(sums, sums + LANES, 0.0);
}

} // namespace

CentroidSet::CentroidSet(const float *centroids, uint64_t k, uint32_t d, const std::shared_ptr<const Projection> &given)
    : kernel(SelectKernel()), k(k), d(d), raw(k * d), origin(d), packed(k * d), norms(k) {
	const uint64_t per_piece = PerPiece(k, d);
	CopyAndCentre(centroids, per_piece);
	ParallelFor(k, per_piece, [&](uint64_t begin, uint64_t end) {
		for (uint64_t j = begin; j < end; j++) {
			norms[j] = float(CentredSquaredNorm(Centroid(j), origin.data(), d));
		}
	});
	for (uint64_t j = 0; j < k; j++) {
		largest_norm = std::max(largest_norm, std::sqrt(norms[j]));
	}
	const uint64_t group_count = (k + kernel.group_size - 1) / kernel.group_size;
	uint64_t first = 0;
	for (uint64_t g = 0; g < group_count; g++) {
		// Sizes differ by one at the most: no group is padded.
		const uint32_t size = uint32_t(k / group_count + (g < k % group_count ? 1 : 0));
		groups.push_back({packed.Get() + first * d, norms.data() + first, size, int32_t(first)});
		first += size;
	}
	const size_t group_bytes = sizeof(float) * kernel.group_size * d;
	const size_t per_block = std::max<size_t>(1, BLOCK_BYTES / group_bytes);
	for (size_t g = 0; g < groups.size(); g += per_block) {
		blocks.push_back({g, std::min(per_block, groups.size() - g)});
	}
	choice.reset(new SearchChoice(*this, given));
}

//! Copies the centroids and finds their mean, by sums of fixed pieces: the same for any number of threads.
void CentroidSet::CopyAndCentre(const float *centroids, uint64_t per_piece) {
	std::vector<double> sums((k + per_piece - 1) / per_piece * d);
	ParallelFor(k, per_piece, [&](uint64_t begin, uint64_t end) {
		double *sum = sums.data() + begin / per_piece * d;
		for (uint64_t j = begin; j < end; j++) {
			std::copy_n(centroids + j * d, d, raw.Get() + j * d);
			kernel.accumulate(sum, centroids + j * d, d);
		}
	});
	for (uint32_t c = 0; c < d; c++) {
		double sum = 0;
		for (size_t place = c; place < sums.size(); place += d) {
			sum += sums[place];
		}
		origin[c] = float(sum / double(k));
	}
}

//! Fills in what the groups refer to, once: bounded searches seldom need it.
void CentroidSet::Pack() const {
	std::call_once(packing, [&]() {
		const uint64_t per_piece = std::max<uint64_t>(1, PerPiece(k, d) / kernel.group_size);
		ParallelFor(groups.size(), per_piece, [&](uint64_t begin, uint64_t end) {
			for (uint64_t g = begin; g < end; g++) {
				const uint32_t size = groups[g].size;
				const uint64_t first = uint64_t(groups[g].first);
				const float *centroids = Centroid(first);
				float *out = packed.Get() + first * d;
				for (uint32_t c = 0; c < d; c++) {
					for (uint32_t j = 0; j < size; j++) {
						*out++ = -2 * (centroids[uint64_t(j) * d + c] - origin[c]);
					}
				}
			}
		});
	});
}

CentroidSet::~CentroidSet() = default;

std::vector<float> CentroidSet::Centred() const {
	std::vector<float> centred(raw.Get(), raw.Get() + k * d);
	for (uint64_t j = 0; j < k; j++) {
		for (uint32_t c = 0; c < d; c++) {
			centred[j * d + c] -= origin[c];
		}
	}
	return centred;
}

std::shared_ptr<const Projection> CentroidSet::GetProjection() const {
	return choice->GetProjection();
}

void CentroidSet::Nearest(const float *const *rows, uint64_t n, int32_t *index) const {
	if (n == 0) {
		return;
	}
	const BoundedSearch *search = choice->For(n, 1);
	search ? search->NearestList(rows, n, 1, index) : NearestPlain(rows, n, index);
}

void CentroidSet::NearestList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const {
	if (n == 0) {
		return;
	}
	if (count > LONG_LIST) {
		NearestLongList(rows, n, count, index);
		return;
	}
	const BoundedSearch *search = choice->For(n, count);
	search ? search->NearestList(rows, n, count, index) : NearestListPlain(rows, n, count, index);
}

bool CentroidSet::Holds(const float *centroids, uint64_t other_k, uint32_t other_d) const {
	return other_k == k && other_d == d && std::memcmp(raw.Get(), centroids, sizeof(float) * k * d) == 0;
}

//! Calls for_tile(tile, first row, row count, block) for every tile of rows and block of centroids, blocks in order.
//! squared_norms gets that of each row, centred.
template <class ForTile>
void CentroidSet::ForTiles(const float *const *rows, uint64_t n, std::vector<float> &squared_norms,
                           ForTile &&for_tile) const {
	Pack();
	thread_local AlignedBuffer<float> tiles;
	const size_t tile_rows = kernel.tile_rows;
	const size_t tile_floats = tile_rows * d;
	// With one block a tile is used up while it is in the first-level cache.
	const size_t batch_tiles =
	    blocks.size() == 1 ? 1 : std::max<size_t>(1, BATCH_BYTES / (tile_floats * sizeof(float)));
	tiles.Resize(batch_tiles * tile_floats);
	squared_norms.resize((n + tile_rows - 1) / tile_rows * tile_rows);
	for (uint64_t begin = 0; begin < n; begin += batch_tiles * tile_rows) {
		const uint64_t end = std::min<uint64_t>(n, begin + batch_tiles * tile_rows);
		float *tile = tiles.Get();
		for (uint64_t row = begin; row < end; row += tile_rows, tile += tile_floats) {
			kernel.pack_tile(rows + row, uint32_t(std::min<uint64_t>(tile_rows, end - row)), d, origin.data(), tile,
			                 squared_norms.data() + row);
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
	thread_local std::vector<float> squared_norms;
	thread_local AlignedBuffer<float> best_scores;
	thread_local AlignedBuffer<float> second_scores;
	thread_local AlignedBuffer<int32_t> best_indexes;
	const uint64_t padded = (n + kernel.tile_rows - 1) / kernel.tile_rows * kernel.tile_rows;
	best_scores.Resize(padded);
	second_scores.Resize(padded);
	best_indexes.Resize(padded);
	float *best = best_scores.Get();
	float *second = second_scores.Get();
	int32_t *indexes = best_indexes.Get();
	std::fill_n(best, padded, INFINITE);
	std::fill_n(second, padded, INFINITE);
	std::fill_n(indexes, padded, 0);
	ForTiles(rows, n, squared_norms, [&](const float *tile, uint64_t row, uint32_t, const Block &block) {
		for (size_t g = block.first_group; g < block.first_group + block.group_count; g++) {
			kernel.argmin(tile, d, groups[g], best + row, second + row, indexes + row);
		}
	});
	std::memcpy(index, indexes, sizeof(int32_t) * n);
	Unsettled unsettled;
	for (uint64_t i = 0; i < n; i++) {
		const float margin = Margin(squared_norms[i]);
		if (!(second[i] - best[i] > margin)) {
			unsettled.places.push_back(i);
			unsettled.highest_scores.push_back(best[i] + margin);
		}
	}
	Settle(rows, unsettled, 1, index);
}

namespace {

//! Keeps scores and index sorted by (score, index) while candidates come in ascending order of index.
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

//! Whether each of the `count` lowest scores is farther than the margin from the next one.
bool IsSettled(const float *scores, uint32_t count, uint32_t kept, float margin) {
	for (uint32_t i = 1; i < kept && i <= count; i++) {
		if (!(scores[i] - scores[i - 1] > margin)) {
			return false;
		}
	}
	return true;
}

} // namespace

void CentroidSet::NearestListPlain(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const {
	thread_local std::vector<float> squared_norms;
	thread_local std::vector<float> best_scores;
	thread_local std::vector<int32_t> best_indexes;
	// One more than asked for tells whether the last one is settled.
	const uint32_t kept = uint32_t(std::min<uint64_t>(k, uint64_t(count) + 1));
	best_scores.assign(n * kept, INFINITE);
	best_indexes.assign(n * kept, 0);
	alignas(64) float scores[MAX_GROUP_SIZE * MAX_TILE_ROWS];
	alignas(64) float minimum[MAX_TILE_ROWS];
	ForTiles(rows, n, squared_norms, [&](const float *tile, uint64_t row, uint32_t tile_count, const Block &block) {
		for (size_t g = block.first_group; g < block.first_group + block.group_count; g++) {
			const CentroidGroup &group = groups[g];
			kernel.scores(tile, d, group, scores, minimum);
			for (uint32_t r = 0; r < tile_count; r++) {
				float *row_scores = best_scores.data() + (row + r) * kept;
				if (!(minimum[r] < row_scores[kept - 1])) {
					continue;
				}
				for (uint32_t j = 0; j < group.size; j++) {
					InsertCandidate(row_scores, best_indexes.data() + (row + r) * kept, kept,
					                scores[j * kernel.tile_rows + r], group.first + int32_t(j));
				}
			}
		}
	});
	Unsettled unsettled;
	for (uint64_t i = 0; i < n; i++) {
		const float margin = Margin(squared_norms[i]);
		std::copy_n(best_indexes.data() + i * kept, count, index + i * count);
		if (!IsSettled(best_scores.data() + i * kept, count, kept, margin)) {
			unsettled.places.push_back(i);
			unsettled.highest_scores.push_back(best_scores[i * kept + count - 1] + margin);
		}
	}
	Settle(rows, unsettled, count, index);
}

//! For many wanted centroids: the count-th lowest of all scores, then all centroids within reach of it.
void CentroidSet::NearestLongList(const float *const *rows, uint64_t n, uint32_t count, int32_t *index) const {
	const uint64_t slice = std::max<uint64_t>(1, SCORES_AT_ONCE / k);
	std::vector<float> all_scores(std::min(slice, n) * k);
	std::vector<float> squared_norms;
	alignas(64) float scores[MAX_GROUP_SIZE * MAX_TILE_ROWS];
	alignas(64) float minimum[MAX_TILE_ROWS];
	for (uint64_t begin = 0; begin < n; begin += slice) {
		const uint64_t slice_rows = std::min(slice, n - begin);
		ForTiles(rows + begin, slice_rows, squared_norms,
		         [&](const float *tile, uint64_t row, uint32_t tile_count, const Block &block) {
			         for (size_t g = block.first_group; g < block.first_group + block.group_count; g++) {
				         const CentroidGroup &group = groups[g];
				         kernel.scores(tile, d, group, scores, minimum);
				         for (uint32_t r = 0; r < tile_count; r++) {
					         for (uint32_t j = 0; j < group.size; j++) {
						         all_scores[(row + r) * k + uint64_t(group.first) + j] =
						             scores[j * kernel.tile_rows + r];
					         }
				         }
			         }
		         });
		Unsettled unsettled;
		for (uint64_t i = 0; i < slice_rows; i++) {
			const auto first = all_scores.begin() + i * k;
			std::nth_element(first, first + (count - 1), first + k);
			unsettled.places.push_back(i);
			unsettled.highest_scores.push_back(first[count - 1] + Margin(squared_norms[i]));
		}
		Settle(rows + begin, unsettled, count, index + begin * count);
	}
}

//! Decides the rows that single precision left open: all centroids within reach by their distance in double precision.
void CentroidSet::Settle(const float *const *rows, const Unsettled &unsettled, uint32_t count, int32_t *index) const {
	const size_t n = unsettled.places.size();
	if (n == 0) {
		return;
	}
	std::vector<const float *> open_rows(n);
	for (size_t i = 0; i < n; i++) {
		open_rows[i] = rows[unsettled.places[i]];
	}
	std::vector<std::vector<Candidate>> candidates(n);
	std::vector<float> squared_norms;
	alignas(64) float scores[MAX_GROUP_SIZE * MAX_TILE_ROWS];
	alignas(64) float minimum[MAX_TILE_ROWS];
	ForTiles(open_rows.data(), n, squared_norms,
	         [&](const float *tile, uint64_t row, uint32_t tile_count, const Block &block) {
		         for (size_t g = block.first_group; g < block.first_group + block.group_count; g++) {
			         const CentroidGroup &group = groups[g];
			         kernel.scores(tile, d, group, scores, minimum);
			         for (uint32_t r = 0; r < tile_count; r++) {
				         const float highest = unsettled.highest_scores[row + r];
				         for (uint32_t j = 0; !(minimum[r] > highest) && j < group.size; j++) {
					         if (!(scores[j * kernel.tile_rows + r] > highest)) {
						         candidates[row + r].push_back({0, group.first + int32_t(j)});
					         }
				         }
			         }
		         }
	         });
	for (size_t i = 0; i < n; i++) {
		SortByDistance(open_rows[i], candidates[i]);
		for (uint32_t c = 0; c < count; c++) {
			index[unsettled.places[i] * count + c] = candidates[i][c].index;
		}
	}
}

void CentroidSet::SortByDistance(const float *row, std::vector<Candidate> &candidates) const {
	for (Candidate &candidate : candidates) {
		candidate.distance = ExactSquaredDistance(row, Centroid(uint64_t(candidate.index)), d);
	}
	std::sort(candidates.begin(), candidates.end());
}

} // namespace ducktopics
