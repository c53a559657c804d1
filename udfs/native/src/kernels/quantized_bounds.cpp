#include "quantized_bounds.hpp"

#include "../threads/parallel_for.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <numeric>

namespace ducktopics {

namespace {

//! Packed vectors that stay in a common second-level cache while a batch of tiles passes.
constexpr uint64_t BLOCK_BYTES = 512 << 10;
//! Tiles that wait where the vectors are more than one block.
constexpr uint64_t TILES_IN_BATCH = 8;
//! Beyond, sums of products of bytes do not fit in 32 bits.
constexpr uint32_t MOST_COMPONENTS = 60000;
//! Beyond, squares of norms may not fit in single precision.
constexpr float LARGEST_NORM = 1e15f;
//! The largest byte, so that a row's and a vector's are symmetric.
constexpr double LARGEST_BYTE = 127;
constexpr double SMALLEST_RANGE = 1e-30;
//! Up to as many vectors, keeping all bounds takes less than computing some again for the rows that they leave open.
constexpr uint64_t MOST_KEPT = 400;
//! Candidates are written in whole registers.
constexpr uint64_t CANDIDATE_LANES = 16;

constexpr float INFINITE = std::numeric_limits<float>::infinity();

//! Sums that run side by side, so that the processor need not wait for one after the other.
constexpr uint32_t LANES = 8;

//! Components that a thread packs at a time.
constexpr uint64_t COMPONENTS_PER_PIECE = 1 << 18;

//! Rounds a small number to the nearest whole one: beyond 2^52 there are no others.
inline double Rounded(double x) {
	constexpr double WHOLE = 0x1.8p52;
	return (x + WHOLE) - WHOLE;
}

} // namespace

bool QuantizedBounds::Fits(float largest_norm, uint32_t d) {
	return d <= MOST_COMPONENTS && largest_norm <= LARGEST_NORM;
}

QuantizedBounds::QuantizedBounds(const QuantizedKernel &kernel, const float *vectors, const float *given_norms,
                                 uint64_t k, uint32_t d, const float *origin)
    : kernel(kernel), k(k), d(d), origin(origin), offsets(k), scales(k), norms(given_norms, given_norms + k),
      lengths(k) {
	const uint64_t steps = (uint64_t(d) + 3) / 4;
	packed.Resize(k * steps * 4);
	const uint64_t group_count = (k + kernel.group_size - 1) / kernel.group_size;
	uint64_t first = 0;
	for (uint64_t g = 0; g < group_count; g++) {
		// Sizes differ by one at the most: no group is padded.
		const uint32_t size = uint32_t(k / group_count + (g < k % group_count ? 1 : 0));
		packed_groups.push_back({packed.Get() + first * steps * 4, offsets.data() + first, scales.data() + first,
		                         norms.data() + first, lengths.data() + first, size, int32_t(first)});
		groups.push_back({int32_t(first), size});
		first += size;
	}
	double largest_relative = 0;
	std::mutex lock;
	const uint64_t per_piece = std::max<uint64_t>(1, COMPONENTS_PER_PIECE / d / kernel.group_size);
	ParallelFor(group_count, per_piece, [&](uint64_t begin, uint64_t end) {
		double relative = 0;
		for (uint64_t g = begin; g < end; g++) {
			relative = std::max(relative, PackGroup(vectors, packed_groups[g]));
		}
		std::lock_guard<std::mutex> guard(lock);
		largest_relative = std::max(largest_relative, relative);
	});
	largest_length = *std::max_element(lengths.begin(), lengths.end());
	relative_error = float(largest_relative) * (1 + 0x1p-20f);
	const uint64_t group_bytes = steps * 4 * kernel.group_size;
	groups_per_block = std::max<uint64_t>(1, BLOCK_BYTES / group_bytes);
	batch_tiles = packed_groups.size() > groups_per_block ? TILES_IN_BATCH : 1;
}

//! Packs a group and fills in the numbers of its vectors. Returns the largest error of one, relative to its length.
double QuantizedBounds::PackGroup(const float *vectors, const QuantizedGroup &group) {
	thread_local std::vector<float> centred;
	thread_local std::vector<int8_t> bytes;
	const uint64_t padded_d = (uint64_t(d) + LANES - 1) / LANES * LANES;
	const uint64_t steps = (uint64_t(d) + 3) / 4;
	centred.assign(padded_d, 0);
	bytes.resize(padded_d);
	double largest_relative = 0;
	for (uint32_t j = 0; j < group.size; j++) {
		const uint64_t place = uint64_t(group.first) + j;
		const float *vector = vectors + place * d;
		float largest[LANES] = {};
		for (uint32_t c = 0; c < d; c++) {
			centred[c] = vector[c] - origin[c];
		}
		for (uint32_t c = 0; c < padded_d; c += LANES) {
			for (uint32_t i = 0; i < LANES; i++) {
				const float size_of = std::fabs(centred[c + i]);
				largest[i] = largest[i] < size_of ? size_of : largest[i];
			}
		}
		const double range = *std::max_element(largest, largest + LANES);
		const float scale = range > SMALLEST_RANGE ? float(range / LARGEST_BYTE) : 0;
		const double per_unit = scale > 0 ? 1 / double(scale) : 0;
		double errors[LANES] = {};
		double lengths_squared[LANES] = {};
		for (uint32_t c = 0; c < padded_d; c += LANES) {
			for (uint32_t i = 0; i < LANES; i++) {
				const double component = centred[c + i];
				const double rounded = Rounded(component * per_unit);
				const double limited = rounded < LARGEST_BYTE ? rounded : LARGEST_BYTE;
				const double whole = limited > -LARGEST_BYTE ? limited : -LARGEST_BYTE;
				bytes[c + i] = int8_t(whole);
				const double rest = component - whole * double(scale);
				errors[i] += rest * rest;
				lengths_squared[i] += component * component;
			}
		}
		const int32_t sum = std::accumulate(bytes.begin(), bytes.end(), int32_t(0));
		int8_t *out = packed.Get() + uint64_t(group.first) * steps * 4 + j * 4;
		for (uint64_t step = 0; step < steps; step++) {
			std::memcpy(out + step * group.size * 4, bytes.data() + step * 4, 4);
		}
		const double error = std::accumulate(errors, errors + LANES, 0.0);
		const double length = std::accumulate(lengths_squared, lengths_squared + LANES, 0.0);
		offsets[place] = -128 * sum;
		scales[place] = 2 * scale;
		lengths[place] = float(std::sqrt(length)) * (1 + 0x1p-22f);
		if (error > 0) {
			largest_relative = std::max(largest_relative, std::sqrt(error / length));
		}
	}
	return largest_relative;
}

QuantizedTile QuantizedBounds::TileOf(const BoundedRows &bounded, uint64_t tile) const {
	const uint64_t first = tile * kernel.tile_rows;
	return {bounded.bytes.Get() + tile * kernel.tile_bytes(d), bounded.scales.Get() + first,
	        bounded.slacks.Get() + first, bounded.squared_norms.Get() + first, bounded.staging.Get()};
}

void QuantizedBounds::Bound(const float *const *rows, uint64_t n, bool one, BoundedRows &bounded) const {
	const uint32_t tile_rows = kernel.tile_rows;
	const uint64_t tiles = (n + tile_rows - 1) / tile_rows;
	bounded.bytes.Resize(tiles * kernel.tile_bytes(d));
	bounded.staging.Resize(kernel.staging_bytes(d));
	bounded.scales.Resize(tiles * tile_rows);
	bounded.slacks.Resize(tiles * tile_rows);
	bounded.squared_norms.Resize(tiles * tile_rows);
	const bool keep = one && KeepsAll();
	if (keep) {
		bounded.bounds.Resize(tiles * tile_rows * k);
		bounded.highest.Resize(tiles * tile_rows);
		bounded.candidates.Resize(tiles * CandidateStride());
		bounded.nearest.Resize(tiles * tile_rows);
		std::fill_n(bounded.highest.Get(), tiles * tile_rows, INFINITE);
	} else {
		bounded.lowest.Resize(tiles * groups.size() * tile_rows);
	}
	for (uint64_t t = 0; t < tiles; t++) {
		const uint64_t first = t * tile_rows;
		kernel.pack_tile(rows + first, uint32_t(std::min<uint64_t>(tile_rows, n - first)), d, origin, relative_error,
		                 TileOf(bounded, t));
	}
	for (size_t block = 0; block < packed_groups.size(); block += groups_per_block) {
		const size_t end = std::min(packed_groups.size(), block + groups_per_block);
		for (uint64_t t = 0; t < tiles; t++) {
			const QuantizedTile tile = TileOf(bounded, t);
			const QuantizedScores scores = {bounded.bounds.Get() + t * tile_rows * k,
			                                bounded.highest.Get() + t * tile_rows};
			float *lowest = bounded.lowest.Get() + t * groups.size() * tile_rows;
			for (size_t g = block; g < end; g++) {
				if (keep) {
					kernel.all_bounds(tile, d, packed_groups[g], scores);
				} else {
					kernel.lowest(tile, d, packed_groups[g], lowest + g * tile_rows);
				}
			}
		}
	}
}

bool QuantizedBounds::KeepsAll() const {
	return k <= MOST_KEPT;
}

uint64_t QuantizedBounds::CandidateStride() const {
	return (k + CANDIDATE_LANES - 1) / CANDIDATE_LANES * CANDIDATE_LANES;
}

void QuantizedBounds::Narrow(BoundedRows &bounded, uint64_t tile, const float *margins) const {
	const uint32_t tile_rows = kernel.tile_rows;
	const uint64_t first = tile * tile_rows;
	float *limits = bounded.highest.Get() + first;
	for (uint32_t r = 0; r < tile_rows; r++) {
		limits[r] += margins[r];
	}
	kernel.within(bounded.bounds.Get() + first * k, uint32_t(k), limits,
	              {bounded.candidates.Get() + tile * CandidateStride(), bounded.nearest.Get() + first});
}

void QuantizedBounds::Candidates(const BoundedRows &bounded, uint64_t row, std::vector<Candidate> &candidates) const {
	const uint32_t tile_rows = kernel.tile_rows;
	const uint64_t tile = row / tile_rows;
	const uint32_t r = uint32_t(row % tile_rows);
	int32_t index[MOST_KEPT + CANDIDATE_LANES];
	const uint32_t count =
	    kernel.candidates_of_row(bounded.candidates.Get() + tile * CandidateStride(), uint32_t(k), r, index);
	const float *bounds = bounded.bounds.Get() + tile * tile_rows * k + r;
	candidates.clear();
	for (uint32_t i = 0; i < count; i++) {
		const float bound = bounds[uint64_t(index[i]) * tile_rows];
		candidates.push_back({std::isnan(bound) ? -INFINITE : bound, index[i]});
	}
	std::sort(candidates.begin(), candidates.end());
}

void QuantizedBounds::GroupBounds(const BoundedRows &bounded, uint64_t row, size_t g, float *bounds) const {
	kernel.row_bounds(TileOf(bounded, row / kernel.tile_rows), uint32_t(row % kernel.tile_rows), d, packed_groups[g],
	                  bounds);
}

bool QuantizedBounds::Settle(const BoundedRows &bounded, uint64_t row, size_t g, float elsewhere, float margin,
                             float *bounds, uint32_t *best) const {
	return kernel.settle(TileOf(bounded, row / kernel.tile_rows), uint32_t(row % kernel.tile_rows), d, packed_groups[g],
	                     elsewhere, margin, bounds, best);
}

double QuantizedBounds::RowWork() const {
	return double(k) * (d / 4.0 + 5) + 10.0 * d + 1000;
}

double QuantizedBounds::GroupWork() const {
	return 4.0 * d + 1500;
}

} // namespace ducktopics
