#pragma once

// The body of every kernel, written once over GCC's vector extensions and compiled once for each instruction set.
// Lanes hold rows, centroids are broadcast: the scores of a tile against a group stay in registers from the first
// component to the comparison, and each (row, centroid) score is one chain of multiply-adds in the order of the
// components, so that it does not depend on the position of the row, on the tile or on the number of threads.

#include "nearest_kernel.hpp"

#include <cstring>
#include <utility>

namespace ducktopics {
namespace {

//! The vector types of a register of LANES floats. (GCC takes no template parameter as a vector's size here.)
template <uint32_t LANES>
struct SimdTypes;

#define DUCKTOPICS_SIMD_TYPES(LANES)                                                                                   \
	template <>                                                                                                        \
	struct SimdTypes<LANES> {                                                                                          \
		typedef float Float __attribute__((vector_size(LANES * 4)));                                                   \
		typedef int32_t Int __attribute__((vector_size(LANES * 4)));                                                   \
		typedef float FloatUnaligned __attribute__((vector_size(LANES * 4), aligned(4)));                              \
	};
DUCKTOPICS_SIMD_TYPES(4)
DUCKTOPICS_SIMD_TYPES(8)
DUCKTOPICS_SIMD_TYPES(16)
#undef DUCKTOPICS_SIMD_TYPES

template <uint32_t LANES>
struct Simd : SimdTypes<LANES> {
	using Float = typename SimdTypes<LANES>::Float;

	static inline Float Load(const float *p) {
		return *reinterpret_cast<const Float *>(p);
	}
	static inline Float LoadUnaligned(const float *p) {
		return *reinterpret_cast<const typename SimdTypes<LANES>::FloatUnaligned *>(p);
	}
	static inline void Store(float *p, Float v) {
		*reinterpret_cast<Float *>(p) = v;
	}
	//! By halves, which the processor adds at once.
	static inline float Sum(Float v) {
		float lanes[LANES];
		std::memcpy(lanes, &v, sizeof(v));
#pragma GCC unroll 4
		for (uint32_t half = LANES / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
			for (uint32_t i = 0; i < half; i++) {
				lanes[i] += lanes[i + half];
			}
		}
		return lanes[0];
	}
};

template <uint32_t LANES, uint32_t VECTORS, uint32_t GROUP>
struct Kernel {
	using S = Simd<LANES>;
	using Float = typename S::Float;
	using Int = typename S::Int;
	static constexpr uint32_t ROWS = LANES * VECTORS;

	//! The scores of one tile against SIZE centroids, in registers.
	template <uint32_t SIZE>
	static inline __attribute__((always_inline)) void Scores(const float *tile, uint32_t d, const CentroidGroup &group,
	                                                         Float (&acc)[SIZE][VECTORS]) {
#pragma GCC unroll 16
		for (uint32_t j = 0; j < SIZE; j++) {
#pragma GCC unroll 8
			for (uint32_t v = 0; v < VECTORS; v++) {
				acc[j][v] = Float {} + group.norms[j];
			}
		}
		const float *packed = group.packed;
		for (uint32_t c = 0; c < d; c++) {
			Float x[VECTORS];
#pragma GCC unroll 8
			for (uint32_t v = 0; v < VECTORS; v++) {
				x[v] = S::Load(tile + v * LANES);
			}
#pragma GCC unroll 16
			for (uint32_t j = 0; j < SIZE; j++) {
				const Float b = Float {} + packed[j];
#pragma GCC unroll 8
				for (uint32_t v = 0; v < VECTORS; v++) {
					acc[j][v] += x[v] * b;
				}
			}
			tile += ROWS;
			packed += SIZE;
		}
	}

	template <uint32_t SIZE>
	static void ArgMinOf(const float *tile, uint32_t d, const CentroidGroup &group, float *best_score,
	                     float *second_score, int32_t *best_index) {
		Float acc[SIZE][VECTORS];
		Scores<SIZE>(tile, d, group, acc);
#pragma GCC unroll 8
		for (uint32_t v = 0; v < VECTORS; v++) {
			Float best = S::Load(best_score + v * LANES);
			Float second = S::Load(second_score + v * LANES);
			Int index = *reinterpret_cast<const Int *>(best_index + v * LANES);
#pragma GCC unroll 16
			for (uint32_t j = 0; j < SIZE; j++) {
				const Int lower = acc[j][v] < best;
				const Float behind = lower ? best : acc[j][v];
				second = behind < second ? behind : second;
				best = lower ? acc[j][v] : best;
				index = lower ? (Int {} + (group.first + int32_t(j))) : index;
			}
			S::Store(best_score + v * LANES, best);
			S::Store(second_score + v * LANES, second);
			*reinterpret_cast<Int *>(best_index + v * LANES) = index;
		}
	}

	template <uint32_t SIZE>
	static void AllScoresOf(const float *tile, uint32_t d, const CentroidGroup &group, float *scores, float *minimum) {
		Float acc[SIZE][VECTORS];
		Scores<SIZE>(tile, d, group, acc);
#pragma GCC unroll 8
		for (uint32_t v = 0; v < VECTORS; v++) {
			Float lowest = acc[0][v];
#pragma GCC unroll 16
			for (uint32_t j = 0; j < SIZE; j++) {
				lowest = acc[j][v] < lowest ? acc[j][v] : lowest;
				S::Store(scores + j * ROWS + v * LANES, acc[j][v]);
			}
			S::Store(minimum + v * LANES, lowest);
		}
	}

	using ArgMinFunction = void (*)(const float *, uint32_t, const CentroidGroup &, float *, float *, int32_t *);
	using ScoresFunction = void (*)(const float *, uint32_t, const CentroidGroup &, float *, float *);

	template <uint32_t... SIZES>
	static ArgMinFunction ArgMinFor(uint32_t size, std::integer_sequence<uint32_t, SIZES...>) {
		static constexpr ArgMinFunction functions[] = {&ArgMinOf<SIZES + 1>...};
		return functions[size - 1];
	}
	template <uint32_t... SIZES>
	static ScoresFunction ScoresFor(uint32_t size, std::integer_sequence<uint32_t, SIZES...>) {
		static constexpr ScoresFunction functions[] = {&AllScoresOf<SIZES + 1>...};
		return functions[size - 1];
	}

	static void ArgMin(const float *tile, uint32_t d, const CentroidGroup &group, float *best, float *second,
	                   int32_t *best_index) {
		ArgMinFor(group.size, std::make_integer_sequence<uint32_t, GROUP>())(tile, d, group, best, second, best_index);
	}

	static void AllScores(const float *tile, uint32_t d, const CentroidGroup &group, float *scores, float *minimum) {
		ScoresFor(group.size, std::make_integer_sequence<uint32_t, GROUP>())(tile, d, group, scores, minimum);
	}

	static void LowestTwo(const float *values, size_t n, float *lowest, float *second, int32_t *place) {
		for (uint32_t v = 0; v < ROWS; v += LANES) {
			Float best = S::Load(values + v);
			Float next = Float {} + __builtin_inff();
			Int index {};
			for (size_t i = 1; i < n; i++) {
				const Float value = S::Load(values + i * ROWS + v);
				const Int lower = value < best;
				const Float behind = lower ? best : value;
				next = behind < next ? behind : next;
				best = lower ? value : best;
				index = lower ? (Int {} + int32_t(i)) : index;
			}
			S::Store(lowest + v, best);
			S::Store(second + v, next);
			*reinterpret_cast<Int *>(place + v) = index;
		}
	}

	// ---- packing ----------------------------------------------------------------------------------------------

	typedef float Quad __attribute__((vector_size(16)));
	typedef float QuadUnaligned __attribute__((vector_size(16), aligned(4)));
	typedef int32_t QuadIndex __attribute__((vector_size(16)));

	//! Transposes a 4 x 4 block of rows less origin; adds its squares to the four rows' norms.
	static inline void TransposeBlock(const float *const *rows, uint32_t c, Quad origin, float *tile, Quad &norms) {
		const Quad a = *reinterpret_cast<const QuadUnaligned *>(rows[0] + c) - origin;
		const Quad b = *reinterpret_cast<const QuadUnaligned *>(rows[1] + c) - origin;
		const Quad e = *reinterpret_cast<const QuadUnaligned *>(rows[2] + c) - origin;
		const Quad f = *reinterpret_cast<const QuadUnaligned *>(rows[3] + c) - origin;
		const Quad ab_low = __builtin_shuffle(a, b, QuadIndex {0, 4, 1, 5});
		const Quad ab_high = __builtin_shuffle(a, b, QuadIndex {2, 6, 3, 7});
		const Quad ef_low = __builtin_shuffle(e, f, QuadIndex {0, 4, 1, 5});
		const Quad ef_high = __builtin_shuffle(e, f, QuadIndex {2, 6, 3, 7});
		const Quad columns[4] = {__builtin_shuffle(ab_low, ef_low, QuadIndex {0, 1, 4, 5}),
		                         __builtin_shuffle(ab_low, ef_low, QuadIndex {2, 3, 6, 7}),
		                         __builtin_shuffle(ab_high, ef_high, QuadIndex {0, 1, 4, 5}),
		                         __builtin_shuffle(ab_high, ef_high, QuadIndex {2, 3, 6, 7})};
#pragma GCC unroll 4
		for (uint32_t i = 0; i < 4; i++) {
			*reinterpret_cast<QuadUnaligned *>(tile + i * ROWS) = columns[i];
			norms += columns[i] * columns[i];
		}
	}

	static void PackTile(const float *const *rows, uint32_t count, uint32_t d, const float *origin, float *tile,
	                     float *squared_norms) {
		std::memset(squared_norms, 0, sizeof(float) * ROWS);
		if (count < ROWS) {
			std::memset(tile, 0, sizeof(float) * ROWS * d);
		}
		const uint32_t whole_rows = count & ~3u;
		const uint32_t whole_components = d & ~3u;
		for (uint32_t r = 0; r < whole_rows; r += 4) {
			Quad norms {};
			for (uint32_t c = 0; c < whole_components; c += 4) {
				const Quad o = *reinterpret_cast<const QuadUnaligned *>(origin + c);
				TransposeBlock(rows + r, c, o, tile + c * ROWS + r, norms);
			}
			*reinterpret_cast<QuadUnaligned *>(squared_norms + r) = norms;
			PackRows(rows, r, r + 4, whole_components, d, origin, tile, squared_norms);
		}
		PackRows(rows, whole_rows, count, 0, d, origin, tile, squared_norms);
	}

	//! Packs components [begin, end) of rows [first, last), one by one.
	static void PackRows(const float *const *rows, uint32_t first, uint32_t last, uint32_t begin, uint32_t end,
	                     const float *origin, float *tile, float *squared_norms) {
		for (uint32_t r = first; r < last; r++) {
			for (uint32_t c = begin; c < end; c++) {
				const float centred = rows[r][c] - origin[c];
				tile[c * ROWS + r] = centred;
				squared_norms[r] += centred * centred;
			}
		}
	}

	// ---- single vectors ---------------------------------------------------------------------------------------

	static float SquaredDistance(const float *a, const float *b, uint32_t d) {
		Float sum[2] = {Float {}, Float {}};
		uint32_t c = 0;
		for (; c + 2 * LANES <= d; c += 2 * LANES) {
			const Float p = S::LoadUnaligned(a + c) - S::LoadUnaligned(b + c);
			const Float q = S::LoadUnaligned(a + c + LANES) - S::LoadUnaligned(b + c + LANES);
			sum[0] += p * p;
			sum[1] += q * q;
		}
		float total = S::Sum(sum[0] + sum[1]);
		for (; c < d; c++) {
			const float p = a[c] - b[c];
			total += p * p;
		}
		return total;
	}

	static float SquaredNorm(const float *a, uint32_t d) {
		Float sum[2] = {Float {}, Float {}};
		uint32_t c = 0;
		for (; c + 2 * LANES <= d; c += 2 * LANES) {
			const Float p = S::LoadUnaligned(a + c);
			const Float q = S::LoadUnaligned(a + c + LANES);
			sum[0] += p * p;
			sum[1] += q * q;
		}
		float total = S::Sum(sum[0] + sum[1]);
		for (; c < d; c++) {
			total += a[c] * a[c];
		}
		return total;
	}

	static void Accumulate(double *sum, const float *a, uint32_t d) {
		for (uint32_t c = 0; c < d; c++) {
			sum[c] += double(a[c]);
		}
	}

	static void AccumulateFixed(uint64_t *sum, const float *a, double factor, uint32_t d) {
		for (uint32_t c = 0; c < d; c++) {
			const double shifted = double(a[c]) * factor + 0x1.8p52;
			uint64_t bits;
			std::memcpy(&bits, &shifted, sizeof(bits));
			sum[c] += bits;
		}
	}

	static NearestKernel Table(const char *name) {
		static_assert(GROUP <= MAX_GROUP_SIZE && ROWS <= MAX_TILE_ROWS, "raise the limits");
		return {name,         ROWS,        GROUP,           &PackTile,
		        &ArgMin,      &AllScores,  &LowestTwo,      &SquaredDistance,
		        &SquaredNorm, &Accumulate, &AccumulateFixed};
	}
};

} // namespace
} // namespace ducktopics
