#pragma once

#include <cstdint>

namespace ducktopics {

//! A group of vectors as bytes: `packed[(c * size + j) * 4 + i]` is component 4 c + i of the group's vector j, in units
//! of `scales[j] / 2`; `offsets[j]` is -128 times the sum of its bytes, `norms[j]` the squared norm of the vector,
//! `lengths[j]` its norm.
struct QuantizedGroup {
	const int8_t *packed;
	const int32_t *offsets;
	const float *scales;
	const float *norms;
	const float *lengths;
	uint32_t size;
	int32_t first;
};

//! One tile of rows as bytes: `bytes[(c * tile_rows + r) * 4 + i]` is component 4 c + i of row r in units of scales[r],
//! plus 128.
struct QuantizedTile {
	uint8_t *bytes;
	float *scales;
	//! Twice the most by which the bytes of a row and of a vector of length 1 can shift their product.
	float *slacks;
	//! Squared norms of the rows as they were, centred.
	float *squared_norms;
	//! Room for packing.
	uint8_t *staging;
};

//! The bounds of a tile's rows and all vectors, one by one: `bounds[j * tile_rows + r]` is that of row r and vector j,
//! `highest[r]` a number that the lowest score of row r does not exceed.
struct QuantizedScores {
	float *bounds;
	float *highest;
};

//! The vectors that a tile's rows are left with: bit r of `rows[j]` tells whether vector j may be the nearest of row r
//! (with zeros up to whole 16 vectors); `only[r]` is the vector of a row that has one left, otherwise -1.
struct QuantizedCandidates {
	uint32_t *rows;
	int32_t *only;
};

//! The machine-dependent loops over bytes: four components for the price of one. An instance exists where the processor
//! multiplies bytes (x86-64 with AVX-512 VNNI).
struct QuantizedKernel {
	//! Rows in a tile.
	uint32_t tile_rows;
	//! Vectors in a full group.
	uint32_t group_size;
	//! Bytes of a tile of d components.
	uint64_t (*tile_bytes)(uint32_t d);
	//! Bytes of `staging`.
	uint64_t (*staging_bytes)(uint32_t d);
	//! Packs `count` rows (at most tile_rows; the rest become zero), less `origin`. `relative_error` is the largest
	//! error of a packed vector, relative to its length.
	void (*pack_tile)(const float *const *rows, uint32_t count, uint32_t d, const float *origin, float relative_error,
	                  const QuantizedTile &tile);
	//! lowest[r] = the lowest bound of row r in the group: |y|^2 - 2 x.y is not less.
	void (*lowest)(const QuantizedTile &tile, uint32_t d, const QuantizedGroup &group, float *lowest);
	//! The bounds of all rows and the group's vectors; lowers `highest`.
	void (*all_bounds)(const QuantizedTile &tile, uint32_t d, const QuantizedGroup &group,
	                   const QuantizedScores &scores);
	//! Which of k vectors have no bound above limits[r]; what is no number is none.
	void (*within)(const float *bounds, uint32_t k, const float *limits, const QuantizedCandidates &candidates);
	//! The vectors that row r is left with, ascending, and how many; `index` has room for k and a whole sixteen more.
	uint32_t (*candidates_of_row)(const uint32_t *rows, uint32_t k, uint32_t r, int32_t *index);
	//! bounds[j] = the bound of row r and the group's vector j.
	void (*row_bounds)(const QuantizedTile &tile, uint32_t r, uint32_t d, const QuantizedGroup &group, float *bounds);
	//! The same; *best is where the lowest bound is. Whether no other vector of the group, nor one of another group
	//! with the lowest bound `elsewhere`, can have a score as low as that one, rounding by `margin` included.
	bool (*settle)(const QuantizedTile &tile, uint32_t r, uint32_t d, const QuantizedGroup &group, float elsewhere,
	               float margin, float *bounds, uint32_t *best);
};

//! The kernel that this processor runs; null where it has none, or where `DUCKTOPICS_KERNEL` asks for less.
const QuantizedKernel *SelectQuantizedKernel();

#if defined(__x86_64__)
const QuantizedKernel &Avx512VnniKernel();
#endif

} // namespace ducktopics
