#pragma once

#include <cstddef>
#include <cstdint>

namespace ducktopics {

//! One tile of rows, transposed and centred, that a kernel reads: `values[c * kernel.tile_rows + r]` is component c of
//! row r. One group of centroids: `packed[c * size + j]` is -2 times component c of the group's centroid j, `norms[j]`
//! its squared norm. A score is norm - 2 x.c: the squared distance less the row's own squared norm.
struct CentroidGroup {
	const float *packed;
	const float *norms;
	uint32_t size;
	int32_t first;
};

//! The largest group that any kernel takes.
constexpr uint32_t MAX_GROUP_SIZE = 12;
//! The largest tile that any kernel takes.
constexpr uint32_t MAX_TILE_ROWS = 32;

//! The machine-dependent inner loops. One instance exists per instruction set; `SelectKernel` picks at run time.
struct NearestKernel {
	const char *name;
	//! Rows in a tile.
	uint32_t tile_rows;
	//! Centroids in a full group.
	uint32_t group_size;
	//! Transposes `count` rows (at most tile_rows; the rest become zero) into a tile, less `origin`, and writes the
	//! squared norms of what it packed.
	void (*pack_tile)(const float *const *rows, uint32_t count, uint32_t d, const float *origin, float *tile,
	                  float *squared_norms);
	//! Lowers the best and the second best score, and the index of the best, of each row by the centroids of the group.
	void (*argmin)(const float *tile, uint32_t d, const CentroidGroup &group, float *best, float *second,
	               int32_t *best_index);
	//! Writes all scores of the group: scores[j * tile_rows + r], and in minimum[r] the lowest of row r.
	void (*scores)(const float *tile, uint32_t d, const CentroidGroup &group, float *scores, float *minimum);
	//! Of values[i * tile_rows + r], i < n, for each r: the lowest and where it is, and the second lowest.
	void (*lowest_two)(const float *values, size_t n, float *lowest, float *second, int32_t *place);
	//! Squared distance of two vectors.
	float (*squared_distance)(const float *a, const float *b, uint32_t d);
	//! Sum of squares; NaN or infinite when a component is.
	float (*squared_norm)(const float *a, uint32_t d);
	//! sum[c] += a[c] in double precision.
	void (*accumulate)(double *sum, const float *a, uint32_t d);
	//! sum[c] += FIXED_POINT_BIAS plus factor * a[c] to the nearest whole number, modulo 2^64; factor * a[c] is exact,
	//! and below 2^51 in size.
	void (*accumulate_fixed)(uint64_t *sum, const float *a, double factor, uint32_t d);
};

//! The bits of 1.5 * 2^52: a double near it holds a whole number in its last bits.
constexpr uint64_t FIXED_POINT_BIAS = 0x4338000000000000;

//! The fastest kernel that this processor runs. `DUCKTOPICS_KERNEL` (baseline, avx2, avx512) asks for a lesser one.
const NearestKernel &SelectKernel();

const NearestKernel &BaselineKernel();
#if defined(__x86_64__)
const NearestKernel &Avx2Kernel();
const NearestKernel &Avx512Kernel();
#endif

} // namespace ducktopics
