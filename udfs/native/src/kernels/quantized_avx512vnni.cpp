#include "nearest_kernel.hpp"
#include "quantized_kernel.hpp"

#include <cstring>
#include <immintrin.h>
#include <utility>

// Lanes hold rows, four components of a row to a lane; the vectors' bytes are broadcast. Sums of products of bytes are
// exact, so that bounds depend neither on the tile nor on the number of threads.

namespace ducktopics {
namespace {

constexpr uint32_t LANES = 16;
constexpr uint32_t VECTORS = 2;
constexpr uint32_t ROWS = LANES * VECTORS;
constexpr uint32_t GROUP = 12;
//! The largest byte, so that a row's and a vector's are symmetric.
constexpr float LARGEST_BYTE = 127;
//! Rows with nothing larger become zeros.
constexpr float SMALLEST_RANGE = 1e-30f;

static_assert(GROUP <= MAX_GROUP_SIZE && ROWS <= MAX_TILE_ROWS, "raise the limits");

//! Lanes of a tile: components in fours.
inline uint32_t StepsOf(uint32_t d) {
	return (d + 3) / 4;
}

uint64_t TileBytes(uint32_t d) {
	// The transposition writes sixteen steps at a time.
	return uint64_t((StepsOf(d) + LANES - 1) / LANES * LANES) * ROWS * 4;
}

//! Bytes from one row to the next before the transposition.
inline uint64_t StagingStride(uint32_t d) {
	return (uint64_t(d) + 63) / 64 * 64;
}

uint64_t StagingBytes(uint32_t d) {
	return StagingStride(d) * LANES;
}

inline __mmask16 LanesFrom(uint32_t c, uint32_t d) {
	return d - c >= LANES ? __mmask16(0xffff) : __mmask16((1u << (d - c)) - 1);
}

//! Transposes 16 x 16 lanes in registers.
inline __attribute__((always_inline)) void Transpose(__m512i (&a)[LANES]) {
	__m512i b[LANES];
#pragma GCC unroll 8
	for (int i = 0; i < 16; i += 2) {
		b[i] = _mm512_unpacklo_epi32(a[i], a[i + 1]);
		b[i + 1] = _mm512_unpackhi_epi32(a[i], a[i + 1]);
	}
#pragma GCC unroll 4
	for (int i = 0; i < 16; i += 4) {
		a[i] = _mm512_unpacklo_epi64(b[i], b[i + 2]);
		a[i + 1] = _mm512_unpackhi_epi64(b[i], b[i + 2]);
		a[i + 2] = _mm512_unpacklo_epi64(b[i + 1], b[i + 3]);
		a[i + 3] = _mm512_unpackhi_epi64(b[i + 1], b[i + 3]);
	}
	// The quarter l of a[4 q + p] holds column 4 l + p of rows 4 q to 4 q + 3.
#pragma GCC unroll 4
	for (int p = 0; p < 4; p++) {
		const __m512i even = _mm512_shuffle_i32x4(a[p], a[4 + p], 0x88);
		const __m512i odd = _mm512_shuffle_i32x4(a[p], a[4 + p], 0xdd);
		const __m512i lower_even = _mm512_shuffle_i32x4(a[8 + p], a[12 + p], 0x88);
		const __m512i lower_odd = _mm512_shuffle_i32x4(a[8 + p], a[12 + p], 0xdd);
		b[p] = _mm512_shuffle_i32x4(even, lower_even, 0x88);
		b[4 + p] = _mm512_shuffle_i32x4(odd, lower_odd, 0x88);
		b[8 + p] = _mm512_shuffle_i32x4(even, lower_even, 0xdd);
		b[12 + p] = _mm512_shuffle_i32x4(odd, lower_odd, 0xdd);
	}
#pragma GCC unroll 16
	for (int i = 0; i < 16; i++) {
		a[i] = b[i];
	}
}

//! Lane i of the result is what `combine` makes of partial[i]'s lanes, from the first to the last.
template <class Combine>
inline __attribute__((always_inline)) __m512 CombineEach(const __m512 (&partial)[LANES], Combine &&combine) {
	__m512i columns[LANES];
	std::memcpy(columns, partial, sizeof(columns));
	Transpose(columns);
	__m512 result = _mm512_castsi512_ps(columns[0]);
#pragma GCC unroll 16
	for (uint32_t i = 1; i < LANES; i++) {
		result = combine(result, _mm512_castsi512_ps(columns[i]));
	}
	return result;
}

inline __m512 SumEach(const __m512 (&partial)[LANES]) {
	return CombineEach(partial, [](__m512 a, __m512 b) { return _mm512_add_ps(a, b); });
}

inline __m512 LargestOfEach(const __m512 (&partial)[LANES]) {
	return CombineEach(partial, [](__m512 a, __m512 b) { return _mm512_max_ps(a, b); });
}

inline __m512 Centred(const float *row, const float *origin, uint32_t c, __mmask16 lanes) {
	return _mm512_sub_ps(_mm512_maskz_loadu_ps(lanes, row + c), _mm512_maskz_loadu_ps(lanes, origin + c));
}

//! Writes the bytes of one row, padded to whole 64, and returns the partial sums of their squared errors.
inline __m512 QuantizeRow(const float *row, uint32_t d, const float *origin, float per_unit, float scale,
                          uint8_t *bytes) {
	const __m512 factor = _mm512_set1_ps(per_unit);
	const __m512 unit = _mm512_set1_ps(scale);
	const __m128i middle = _mm_set1_epi8(char(128));
	__m512 error = _mm512_setzero_ps();
	uint32_t c = 0;
	for (; c < d; c += LANES) {
		const __m512 x = Centred(row, origin, c, LanesFrom(c, d));
		const __m512i whole = _mm512_cvtps_epi32(_mm512_mul_ps(x, factor));
		const __m512 rest = _mm512_fnmadd_ps(_mm512_cvtepi32_ps(whole), unit, x);
		error = _mm512_fmadd_ps(rest, rest, error);
		_mm_store_si128(reinterpret_cast<__m128i *>(bytes + c), _mm_xor_si128(_mm512_cvtsepi32_epi8(whole), middle));
	}
	for (; c % 64; c += LANES) {
		_mm_store_si128(reinterpret_cast<__m128i *>(bytes + c), middle);
	}
	return error;
}

//! Packs sixteen rows from the `first` of a tile on.
void PackLanes(const float *const *rows, uint32_t count, uint32_t d, const float *origin, float relative_error,
               uint32_t first, const QuantizedTile &tile) {
	const uint64_t stride = StagingStride(d);
	__m512 largest[LANES];
	__m512 norms[LANES];
	for (uint32_t i = 0; i < LANES; i++) {
		__m512 most = _mm512_setzero_ps();
		__m512 norm = _mm512_setzero_ps();
		for (uint32_t c = 0; i < count && c < d; c += LANES) {
			const __m512 x = Centred(rows[i], origin, c, LanesFrom(c, d));
			most = _mm512_max_ps(most, _mm512_abs_ps(x));
			norm = _mm512_fmadd_ps(x, x, norm);
		}
		largest[i] = most;
		norms[i] = norm;
	}
	const __m512 range = LargestOfEach(largest);
	const __m512 squared_norms = SumEach(norms);
	const __mmask16 some = _mm512_cmp_ps_mask(range, _mm512_set1_ps(SMALLEST_RANGE), _CMP_GT_OQ);
	const __m512 scales = _mm512_maskz_div_ps(some, range, _mm512_set1_ps(LARGEST_BYTE));
	alignas(64) float per_unit[LANES];
	_mm512_store_ps(per_unit, _mm512_maskz_div_ps(some, _mm512_set1_ps(LARGEST_BYTE), range));
	_mm512_store_ps(tile.scales + first, scales);
	_mm512_store_ps(tile.squared_norms + first, squared_norms);
	__m512 errors[LANES];
	for (uint32_t i = 0; i < LANES; i++) {
		uint8_t *bytes = tile.staging + i * stride;
		if (i < count) {
			errors[i] = QuantizeRow(rows[i], d, origin, per_unit[i], tile.scales[first + i], bytes);
		} else {
			errors[i] = _mm512_setzero_ps();
			std::memset(bytes, 128, stride);
		}
	}
	// The sums are off by at most a unit in the last place for each component.
	const __m512 safety = _mm512_set1_ps(1 + 0x1p-23f * float(d + 16));
	const __m512 lost = _mm512_mul_ps(_mm512_sqrt_ps(SumEach(errors)), safety);
	const __m512 length = _mm512_fmadd_ps(_mm512_sqrt_ps(squared_norms), safety, lost);
	// |x.y - x'.y'| <= |x - x'| |y| + |x'| |y - y'|, by Cauchy and Schwarz.
	const __m512 slack = _mm512_fmadd_ps(length, _mm512_set1_ps(relative_error), lost);
	_mm512_store_ps(tile.slacks + first, _mm512_mul_ps(_mm512_mul_ps(slack, safety), _mm512_set1_ps(2)));
	for (uint64_t step = 0; step * 4 < stride; step += LANES) {
		__m512i lanes[LANES];
#pragma GCC unroll 16
		for (uint32_t i = 0; i < LANES; i++) {
			lanes[i] = _mm512_load_si512(tile.staging + i * stride + step * 4);
		}
		Transpose(lanes);
#pragma GCC unroll 16
		for (uint32_t i = 0; i < LANES; i++) {
			_mm512_store_si512(tile.bytes + ((step + i) * ROWS + first) * 4, lanes[i]);
		}
	}
}

void PackTile(const float *const *rows, uint32_t count, uint32_t d, const float *origin, float relative_error,
              const QuantizedTile &tile) {
	for (uint32_t first = 0; first < ROWS; first += LANES) {
		const uint32_t rest = count > first ? count - first : 0;
		PackLanes(rows + first, rest < LANES ? rest : LANES, d, origin, relative_error, first, tile);
	}
}

//! sum += the products of four unsigned and four signed bytes in each lane. Written out, since GCC copies and spills
//! the accumulators of the intrinsic.
inline __attribute__((always_inline)) void AddProducts(__m512i &sum, __m512i bytes, __m512i signed_bytes) {
	__asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(bytes), "v"(signed_bytes));
}

//! The sums of products of a tile's bytes with SIZE vectors', in registers.
template <uint32_t SIZE>
inline __attribute__((always_inline)) void Products(const QuantizedTile &tile, uint32_t d, const QuantizedGroup &group,
                                                    __m512i (&acc)[SIZE][VECTORS]) {
#pragma GCC unroll 16
	for (uint32_t j = 0; j < SIZE; j++) {
#pragma GCC unroll 2
		for (uint32_t v = 0; v < VECTORS; v++) {
			acc[j][v] = _mm512_set1_epi32(group.offsets[j]);
		}
	}
	const uint8_t *bytes = tile.bytes;
	const int8_t *packed = group.packed;
	for (uint32_t step = 0, steps = StepsOf(d); step < steps; step++) {
		__m512i x[VECTORS];
#pragma GCC unroll 2
		for (uint32_t v = 0; v < VECTORS; v++) {
			x[v] = _mm512_load_si512(bytes + v * 64);
		}
#pragma GCC unroll 16
		for (uint32_t j = 0; j < SIZE; j++) {
			int32_t four;
			std::memcpy(&four, packed + j * 4, 4);
			const __m512i y = _mm512_set1_epi32(four);
#pragma GCC unroll 2
			for (uint32_t v = 0; v < VECTORS; v++) {
				AddProducts(acc[j][v], x[v], y);
			}
		}
		bytes += ROWS * 4;
		packed += SIZE * 4;
	}
}

//! The bounds of sixteen rows and the group's vector j, of their products.
inline __attribute__((always_inline)) __m512 BoundsOf(__m512i products, __m512 scale, __m512 slack,
                                                      const QuantizedGroup &group, uint32_t j) {
	const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(products), scale);
	const __m512 start = _mm512_fnmadd_ps(slack, _mm512_set1_ps(group.lengths[j]), _mm512_set1_ps(group.norms[j]));
	return _mm512_fnmadd_ps(product, _mm512_set1_ps(group.scales[j]), start);
}

template <uint32_t SIZE>
struct LowestOf {
	static void Run(const QuantizedTile &tile, uint32_t d, const QuantizedGroup &group, float *lowest) {
		__m512i acc[SIZE][VECTORS];
		Products<SIZE>(tile, d, group, acc);
#pragma GCC unroll 2
		for (uint32_t v = 0; v < VECTORS; v++) {
			const __m512 scale = _mm512_load_ps(tile.scales + v * LANES);
			const __m512 slack = _mm512_load_ps(tile.slacks + v * LANES);
			__m512 minimum = _mm512_set1_ps(__builtin_inff());
#pragma GCC unroll 16
			for (uint32_t j = 0; j < SIZE; j++) {
				minimum = _mm512_min_ps(minimum, BoundsOf(acc[j][v], scale, slack, group, j));
			}
			_mm512_store_ps(lowest + v * LANES, minimum);
		}
	}
};

template <uint32_t SIZE>
struct AllBoundsOf {
	static void Run(const QuantizedTile &tile, uint32_t d, const QuantizedGroup &group, const QuantizedScores &scores) {
		__m512i acc[SIZE][VECTORS];
		Products<SIZE>(tile, d, group, acc);
		float *bounds = scores.bounds + uint64_t(group.first) * ROWS;
#pragma GCC unroll 2
		for (uint32_t v = 0; v < VECTORS; v++) {
			const __m512 scale = _mm512_load_ps(tile.scales + v * LANES);
			const __m512 slack = _mm512_load_ps(tile.slacks + v * LANES);
			const __m512 spread = _mm512_add_ps(slack, slack);
			__m512 highest = _mm512_load_ps(scores.highest + v * LANES);
#pragma GCC unroll 16
			for (uint32_t j = 0; j < SIZE; j++) {
				const __m512 bound = BoundsOf(acc[j][v], scale, slack, group, j);
				_mm512_store_ps(bounds + j * ROWS + v * LANES, bound);
				highest = _mm512_min_ps(highest, _mm512_fmadd_ps(spread, _mm512_set1_ps(group.lengths[j]), bound));
			}
			_mm512_store_ps(scores.highest + v * LANES, highest);
		}
	}
};

//! The instance of OF for a group of this size.
template <template <uint32_t> class OF, uint32_t... SIZES>
auto ForSize(uint32_t size, std::integer_sequence<uint32_t, SIZES...>) {
	static constexpr decltype(&OF<1>::Run) functions[] = {&OF<SIZES + 1>::Run...};
	return functions[size - 1];
}

void Lowest(const QuantizedTile &tile, uint32_t d, const QuantizedGroup &group, float *lowest) {
	ForSize<LowestOf>(group.size, std::make_integer_sequence<uint32_t, GROUP>())(tile, d, group, lowest);
}

void AllBounds(const QuantizedTile &tile, uint32_t d, const QuantizedGroup &group, const QuantizedScores &scores) {
	ForSize<AllBoundsOf>(group.size, std::make_integer_sequence<uint32_t, GROUP>())(tile, d, group, scores);
}

void Within(const float *bounds, uint32_t k, const float *limits, const QuantizedCandidates &candidates) {
	const __m512 limit[VECTORS] = {_mm512_load_ps(limits), _mm512_load_ps(limits + LANES)};
	__m512i only[VECTORS] = {_mm512_set1_epi32(-1), _mm512_set1_epi32(-1)};
	uint32_t once = 0;
	uint32_t twice = 0;
	for (uint32_t j = 0; j < k; j++, bounds += ROWS) {
		const __mmask16 low = _mm512_cmp_ps_mask(_mm512_load_ps(bounds), limit[0], _CMP_NGT_UQ);
		const __mmask16 high = _mm512_cmp_ps_mask(_mm512_load_ps(bounds + LANES), limit[1], _CMP_NGT_UQ);
		const __m512i index = _mm512_set1_epi32(int32_t(j));
		only[0] = _mm512_mask_mov_epi32(only[0], low, index);
		only[1] = _mm512_mask_mov_epi32(only[1], high, index);
		const uint32_t rows = uint32_t(low) | uint32_t(high) << LANES;
		candidates.rows[j] = rows;
		twice |= once & rows;
		once |= rows;
	}
	for (uint32_t j = k; j % LANES != 0; j++) {
		candidates.rows[j] = 0;
	}
	const __m512i none = _mm512_set1_epi32(-1);
	_mm512_store_si512(candidates.only, _mm512_mask_mov_epi32(only[0], __mmask16(twice), none));
	_mm512_store_si512(candidates.only + LANES, _mm512_mask_mov_epi32(only[1], __mmask16(twice >> LANES), none));
}

uint32_t CandidatesOfRow(const uint32_t *rows, uint32_t k, uint32_t r, int32_t *index) {
	const __m512i bit = _mm512_set1_epi32(int32_t(1u << r));
	__m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
	uint32_t count = 0;
	for (uint32_t j = 0; j < k; j += LANES) {
		const __mmask16 left = _mm512_test_epi32_mask(_mm512_load_si512(rows + j), bit);
		_mm512_storeu_si512(index + count, _mm512_maskz_compress_epi32(left, places));
		count += uint32_t(__builtin_popcount(left));
		places = _mm512_add_epi32(places, _mm512_set1_epi32(LANES));
	}
	return count;
}

//! The bounds of row r and the group's vectors, in the lanes of the group's members.
inline __m512 BoundsOfRow(const QuantizedTile &tile, uint32_t r, uint32_t d, const QuantizedGroup &group,
                          __mmask16 members) {
	// Four chains hide the latency of the multiply-adds.
	__m512i acc[4] = {_mm512_maskz_loadu_epi32(members, group.offsets), _mm512_setzero_si512(), _mm512_setzero_si512(),
	                  _mm512_setzero_si512()};
	const uint8_t *bytes = tile.bytes + r * 4;
	const int8_t *packed = group.packed;
	const uint64_t stride = group.size * 4;
	const auto add = [&](__m512i &sum) {
		int32_t four;
		std::memcpy(&four, bytes, 4);
		AddProducts(sum, _mm512_set1_epi32(four), _mm512_maskz_loadu_epi32(members, packed));
		bytes += ROWS * 4;
		packed += stride;
	};
	uint32_t steps = StepsOf(d);
	for (; steps >= 4; steps -= 4) {
		add(acc[0]);
		add(acc[1]);
		add(acc[2]);
		add(acc[3]);
	}
	for (; steps > 0; steps--) {
		add(acc[0]);
	}
	const __m512i sum = _mm512_add_epi32(_mm512_add_epi32(acc[0], acc[1]), _mm512_add_epi32(acc[2], acc[3]));
	// The same operations in the same order as in BoundsOf.
	const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sum), _mm512_set1_ps(tile.scales[r]));
	const __m512 start = _mm512_fnmadd_ps(_mm512_set1_ps(tile.slacks[r]), _mm512_maskz_loadu_ps(members, group.lengths),
	                                      _mm512_maskz_loadu_ps(members, group.norms));
	return _mm512_fnmadd_ps(product, _mm512_maskz_loadu_ps(members, group.scales), start);
}

void RowBounds(const QuantizedTile &tile, uint32_t r, uint32_t d, const QuantizedGroup &group, float *bounds) {
	const __mmask16 members = __mmask16((1u << group.size) - 1);
	_mm512_mask_storeu_ps(bounds, members, BoundsOfRow(tile, r, d, group, members));
}

bool Settle(const QuantizedTile &tile, uint32_t r, uint32_t d, const QuantizedGroup &group, float elsewhere,
            float margin, float *bounds, uint32_t *best) {
	const __mmask16 members = __mmask16((1u << group.size) - 1);
	const __m512 bound = BoundsOfRow(tile, r, d, group, members);
	_mm512_mask_storeu_ps(bounds, members, bound);
	const float lowest = _mm512_mask_reduce_min_ps(members, bound);
	*best = uint32_t(__builtin_ctz(_mm512_mask_cmp_ps_mask(members, bound, _mm512_set1_ps(lowest), _CMP_EQ_OQ)));
	const float reach = lowest + 2 * tile.slacks[r] * group.lengths[*best] + margin;
	const __mmask16 within = _mm512_mask_cmp_ps_mask(members, bound, _mm512_set1_ps(reach), _CMP_LE_OQ);
	return elsewhere > reach && (within & (within - 1)) == 0;
}

} // namespace

const QuantizedKernel &Avx512VnniKernel() {
	static const QuantizedKernel kernel {ROWS,       GROUP,   &TileBytes,       &StagingBytes, &PackTile, &Lowest,
	                                     &AllBounds, &Within, &CandidatesOfRow, &RowBounds,    &Settle};
	return kernel;
}

} // namespace ducktopics
