#include "cluster_sums.hpp"

#include "../kernels/nearest_kernel.hpp"
#include "../threads/parallel_for.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace ducktopics {

namespace {

constexpr uint64_t ROWS_PER_PIECE = 4096;
//! Sums below which a thread more costs what it saves.
constexpr uint64_t SUMS_PER_PIECE = 1 << 16;
//! Bits of one product, and of a sum.
constexpr int PRODUCT_BITS = 51;
constexpr int SUM_BITS = 62;
//! The shortest row has so many units, or parts of a unit are added up too: as precise as a float, with some bits more.
constexpr double FEWEST_UNITS = 0x1p30;
//! Memory for which every thread gets a part of its own; at least one in eight has one in any case.
constexpr uint64_t PARTS_BYTES = 256 << 20;
constexpr unsigned THREADS_PER_PART = 8;

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

ClusterSums::ClusterSums(uint64_t k, uint32_t d, const FixedPoint &unit) : k(k), d(d), unit(unit) {
	const unsigned threads = TrainingThreads();
	const uint64_t affordable = std::max<uint64_t>(1, PARTS_BYTES / (sizeof(uint64_t) * k * d));
	most_parts = std::max<uint64_t>(1 + threads / THREADS_PER_PART, std::min<uint64_t>(threads, affordable));
}

void ClusterSums::Add(const float *const *rows, const float *weights, const int32_t *labels, uint64_t n) {
	const NearestKernel &kernel = SelectKernel();
	Part &part = TakePart();
	for (uint64_t i = 0; i < n; i++) {
		const size_t cluster = size_t(labels[i]);
		const double factor = unit.scale * weights[i];
		kernel.accumulate_fixed(part.sums.data() + cluster * d, rows[i], factor, d);
		for (uint32_t c = 0; c < d && unit.parts_of_unit > 0; c++) {
			const double units = factor * rows[i][c];
			part.rests[cluster * d + c] += int64_t((units - std::nearbyint(units)) * unit.parts_of_unit);
		}
		part.rows[cluster]++;
		part.weights[cluster] += weights[i];
	}
	ReturnPart(part);
}

ClusterSums::Part &ClusterSums::TakePart() {
	std::unique_lock<std::mutex> guard(lock);
	returned.wait(guard, [&]() { return !free_parts.empty() || parts.size() < most_parts; });
	if (free_parts.empty()) {
		std::unique_ptr<Part> part(new Part());
		part->sums.resize(k * d);
		part->rests.resize(unit.parts_of_unit > 0 ? k * d : 0);
		part->rows.resize(k);
		part->weights.resize(k);
		free_parts.reserve(parts.size() + 1);
		parts.push_back(std::move(part));
		return *parts.back();
	}
	Part &part = *free_parts.back();
	free_parts.pop_back();
	return part;
}

void ClusterSums::ReturnPart(Part &part) {
	{
		std::lock_guard<std::mutex> guard(lock);
		free_parts.push_back(&part);
	}
	returned.notify_one();
}

std::vector<double> ClusterSums::MoveToMeans(float *centroids) {
	std::vector<double> totals(k);
	ParallelFor(k, std::max<uint64_t>(1, SUMS_PER_PIECE / d), [&](uint64_t begin, uint64_t end) {
		std::vector<uint64_t> sums(d);
		std::vector<int64_t> rests(d);
		for (uint64_t j = begin; j < end; j++) {
			std::fill(sums.begin(), sums.end(), 0);
			std::fill(rests.begin(), rests.end(), 0);
			uint64_t rows = 0;
			for (const std::unique_ptr<Part> &part : parts) {
				uint64_t *own = part->sums.data() + j * d;
				for (uint32_t c = 0; c < d; c++) {
					sums[c] += own[c];
				}
				std::fill_n(own, d, 0);
				for (uint32_t c = 0; c < d && unit.parts_of_unit > 0; c++) {
					rests[c] += part->rests[j * d + c];
					part->rests[j * d + c] = 0;
				}
				rows += part->rows[j];
				totals[j] += part->weights[j];
				part->rows[j] = 0;
				part->weights[j] = 0;
			}
			// What is left of the sum is a number of 64 bits with a sign.
			const uint64_t bias = rows * FIXED_POINT_BIAS;
			for (uint32_t c = 0; c < d && totals[j] > 0; c++) {
				const double rest = unit.parts_of_unit > 0 ? double(rests[c]) / unit.parts_of_unit : 0;
				centroids[j * d + c] = float((double(int64_t(sums[c] - bias)) + rest) / unit.scale / totals[j]);
			}
		}
	});
	return totals;
}

} // namespace ducktopics
