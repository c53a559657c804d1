#include "fixed_point.hpp"

#include "../kernels/nearest_kernel.hpp"
#include "../threads/parallel_for.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>

namespace ducktopics {

namespace {

constexpr uint64_t ROWS_PER_PIECE = 4096;
//! Bits of one product, and of a sum.
constexpr int PRODUCT_BITS = 51;
constexpr int SUM_BITS = 62;
//! The shortest row has so many units, or parts of a unit are added up too: as precise as a float, with some bits more.
constexpr double FEWEST_UNITS = 0x1p30;

//! The largest |component|. Floats without their sign are in the order of their bits, which compare side by side.
float LargestOf(const float *row, uint32_t d) {
	int32_t largest = 0;
	for (uint32_t c = 0; c < d; c++) {
		int32_t bits;
		std::memcpy(&bits, row + c, sizeof(bits));
		largest = std::max(largest, bits & INT32_MAX);
	}
	float result;
	std::memcpy(&result, &largest, sizeof(result));
	return result;
}

//! The largest |component|, and the least of the rows' largest ones times their weights, rows of zeros apart.
struct Lengths {
	double largest = 0;
	double least = std::numeric_limits<double>::infinity();
};

Lengths LengthsOf(const WeightedRows &rows, uint32_t d) {
	std::mutex lock;
	Lengths lengths;
	ParallelFor(rows.Count(), ROWS_PER_PIECE, [&](uint64_t begin, uint64_t end) {
		Lengths here;
		for (uint64_t i = begin; i < end; i++) {
			const double length = LargestOf(rows.rows[i], d);
			here.largest = std::max(here.largest, length);
			if (length > 0) {
				here.least = std::min(here.least, length * rows.weights[i]);
			}
		}
		std::lock_guard<std::mutex> guard(lock);
		lengths.largest = std::max(lengths.largest, here.largest);
		lengths.least = std::min(lengths.least, here.least);
	});
	return lengths;
}

//! The exponent of the lowest power of two above x.
int BitsOf(double x) {
	int exponent;
	std::frexp(x, &exponent);
	return exponent;
}

} // namespace

FixedPoint::FixedPoint(const WeightedRows &rows, uint32_t d) {
	double heaviest = 0;
	double all = 0;
	for (const float weight : rows.weights) {
		heaviest = std::max(heaviest, double(weight));
		all += weight;
	}
	const Lengths lengths = LengthsOf(rows, d);
	scale = std::ldexp(
	    1, std::min(PRODUCT_BITS - BitsOf(lengths.largest * heaviest), SUM_BITS - BitsOf(lengths.largest * all)));
	parts_of_unit = lengths.least * scale < FEWEST_UNITS ? std::ldexp(1, SUM_BITS - BitsOf(double(rows.Count()))) : 0;
}

void FixedPoint::Add(const float *row, float weight, uint32_t d, uint64_t *sums, int64_t *rests) const {
	const double factor = scale * weight;
	SelectKernel().accumulate_fixed(sums, row, factor, d);
	for (uint32_t c = 0; c < d && parts_of_unit > 0; c++) {
		const double units = factor * row[c];
		rests[c] += int64_t((units - std::nearbyint(units)) * parts_of_unit);
	}
}

void FixedPoint::Mean(const uint64_t *sums, const int64_t *rests, uint64_t rows, double weight, uint32_t d,
                      float *mean) const {
	// What is left of the sum is a number of 64 bits with a sign.
	const uint64_t bias = rows * FIXED_POINT_BIAS;
	for (uint32_t c = 0; c < d; c++) {
		const double rest = parts_of_unit > 0 ? double(rests[c]) / parts_of_unit : 0;
		mean[c] = float((double(int64_t(sums[c] - bias)) + rest) / scale / weight);
	}
}

} // namespace ducktopics
