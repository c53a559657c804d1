#include "cluster_sums.hpp"

#include "../kernels/nearest_kernel.hpp"
#include "../threads/parallel_for.hpp"

#include <algorithm>
#include <cmath>

namespace ducktopics {

namespace {

constexpr uint64_t ROWS_PER_PIECE = 4096;
//! Sums below which a thread more costs what it saves.
constexpr uint64_t SUMS_PER_PIECE = 1 << 16;
//! Bits of one product, and of a sum.
constexpr int PRODUCT_BITS = 51;
constexpr int SUM_BITS = 62;
//! Memory for which every thread gets a part of its own; at least one in eight has one in any case.
constexpr uint64_t PARTS_BYTES = 256 << 20;
constexpr unsigned THREADS_PER_PART = 8;

//! The largest |component|.
float LargestOf(const float *rows, uint64_t n, uint32_t d) {
	std::mutex lock;
	float largest = 0;
	ParallelFor(n, ROWS_PER_PIECE, [&](uint64_t begin, uint64_t end) {
		float here = 0;
		for (uint64_t i = begin * d; i < end * d; i++) {
			here = std::max(here, std::fabs(rows[i]));
		}
		std::lock_guard<std::mutex> guard(lock);
		largest = std::max(largest, here);
	});
	return largest;
}

//! The exponent of the lowest power of two above x.
int BitsOf(double x) {
	int exponent;
	std::frexp(x, &exponent);
	return exponent;
}

} // namespace

FixedPoint::FixedPoint(const float *rows, const float *weights, uint64_t n, uint32_t d) {
	double heaviest = 0;
	double all = 0;
	for (uint64_t i = 0; i < n; i++) {
		heaviest = std::max(heaviest, double(weights[i]));
		all += weights[i];
	}
	const double largest = LargestOf(rows, n, d);
	scale = std::ldexp(1, std::min(PRODUCT_BITS - BitsOf(largest * heaviest), SUM_BITS - BitsOf(largest * all)));
}

ClusterSums::ClusterSums(uint64_t k, uint32_t d, const FixedPoint &unit) : k(k), d(d), scale(unit.scale) {
	const unsigned threads = TrainingThreads();
	const uint64_t affordable = std::max<uint64_t>(1, PARTS_BYTES / (sizeof(uint64_t) * k * d));
	most_parts = std::max<uint64_t>(1 + threads / THREADS_PER_PART, std::min<uint64_t>(threads, affordable));
}

void ClusterSums::Add(const float *const *rows, const float *weights, const int32_t *labels, uint64_t n) {
	const NearestKernel &kernel = SelectKernel();
	Part &part = TakePart();
	for (uint64_t i = 0; i < n; i++) {
		const size_t cluster = size_t(labels[i]);
		kernel.accumulate_fixed(part.sums.data() + cluster * d, rows[i], scale * weights[i], d);
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
		for (uint64_t j = begin; j < end; j++) {
			std::fill(sums.begin(), sums.end(), 0);
			uint64_t rows = 0;
			for (const std::unique_ptr<Part> &part : parts) {
				uint64_t *own = part->sums.data() + j * d;
				for (uint32_t c = 0; c < d; c++) {
					sums[c] += own[c];
				}
				std::fill_n(own, d, 0);
				rows += part->rows[j];
				totals[j] += part->weights[j];
				part->rows[j] = 0;
				part->weights[j] = 0;
			}
			// What is left of the sum is a number of 64 bits with a sign.
			const uint64_t bias = rows * FIXED_POINT_BIAS;
			for (uint32_t c = 0; c < d && totals[j] > 0; c++) {
				centroids[j * d + c] = float(double(int64_t(sums[c] - bias)) / scale / totals[j]);
			}
		}
	});
	return totals;
}

} // namespace ducktopics
