#include "cluster_sums.hpp"

#include "../threads/parallel_for.hpp"
#include "cluster_means.hpp"

#include <algorithm>

namespace ducktopics {

namespace {

//! Memory for which every thread gets a part of its own; at least one in eight has one in any case.
constexpr uint64_t PARTS_BYTES = 256 << 20;
constexpr unsigned THREADS_PER_PART = 8;

} // namespace

ClusterSums::ClusterSums(uint64_t k, uint32_t d, const FixedPoint &unit) : k(k), d(d), unit(unit) {
	const unsigned threads = TrainingThreads();
	const uint64_t affordable = std::max<uint64_t>(1, PARTS_BYTES / (sizeof(uint64_t) * k * d));
	parts_left = std::max<uint64_t>(1 + threads / THREADS_PER_PART, std::min<uint64_t>(threads, affordable));
}

void ClusterSums::Add(const float *const *rows, const float *weights, const int32_t *labels, uint64_t n) {
	Part &part = TakePart();
	for (uint64_t i = 0; i < n; i++) {
		const size_t cluster = size_t(labels[i]);
		int64_t *rests = part.rests.empty() ? nullptr : part.rests.data() + cluster * d;
		unit.Add(rows[i], weights[i], d, part.sums.Get() + cluster * d, rests);
		part.rows[cluster]++;
		part.weights[cluster] += weights[i];
	}
	ReturnPart(part);
}

ClusterSums::Part::Part(uint64_t k, uint32_t d, const FixedPoint &unit)
    : sums(k * d), rests(unit.parts_of_unit > 0 ? k * d : 0), rows(k), weights(k) {
	std::fill_n(sums.Get(), k * d, 0);
}

ClusterSums::Part &ClusterSums::TakePart() {
	{
		std::unique_lock<std::mutex> guard(lock);
		returned.wait(guard, [&]() { return !free_parts.empty() || parts_left > 0; });
		if (!free_parts.empty()) {
			Part &part = *free_parts.back();
			free_parts.pop_back();
			return part;
		}
		parts_left--;
	}
	try {
		return AddPart();
	} catch (...) {
		// Others may wait for it; one of them tries in its place.
		{
			std::lock_guard<std::mutex> guard(lock);
			parts_left++;
		}
		returned.notify_one();
		throw;
	}
}

//! Clears a part's memory while other threads go on.
ClusterSums::Part &ClusterSums::AddPart() {
	std::unique_ptr<Part> part(new Part(k, d, unit));
	std::lock_guard<std::mutex> guard(lock);
	free_parts.reserve(parts.size() + 1);
	parts.push_back(std::move(part));
	return *parts.back();
}

void ClusterSums::ReturnPart(Part &part) {
	{
		std::lock_guard<std::mutex> guard(lock);
		free_parts.push_back(&part);
	}
	returned.notify_one();
}

std::vector<double> ClusterSums::MoveToMeans(float *centroids) {
	return MoveToWeightedMeans(unit, k, d, centroids, [&](uint64_t j, uint64_t *sums, int64_t *rests) {
		ClusterTotal total;
		for (const std::unique_ptr<Part> &part : parts) {
			uint64_t *own = part->sums.Get() + j * d;
			for (uint32_t c = 0; c < d; c++) {
				sums[c] += own[c];
			}
			std::fill_n(own, d, 0);
			for (uint32_t c = 0; c < d && unit.parts_of_unit > 0; c++) {
				rests[c] += part->rests[j * d + c];
				part->rests[j * d + c] = 0;
			}
			total.rows += part->rows[j];
			total.weight += part->weights[j];
			part->rows[j] = 0;
			part->weights[j] = 0;
		}
		return total;
	});
}

} // namespace ducktopics
