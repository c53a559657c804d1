#include "sample.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace ducktopics {

namespace {

constexpr uint64_t SLOTS_PER_BLOCK = 16;

} // namespace

Sample::Sample(uint64_t capacity, uint32_t d, uint64_t seed) : capacity(capacity), d(d), seed(seed) {
}

float *Sample::Slot(uint64_t slot) {
	return blocks[slot / SLOTS_PER_BLOCK].get() + slot % SLOTS_PER_BLOCK * d;
}

void Sample::Add(const float *embedding) {
	const XXH128_hash_t hash = XXH3_128bits_withSeed(embedding, sizeof(float) * d, seed);
	rows++;
	AddKeyed({hash.high64, hash.low64}, embedding, 1);
}

void Sample::AddKeyed(const Key &key, const float *embedding, uint64_t count) {
	const bool full = kept.size() >= capacity;
	if (full && heap.front() < key) {
		return;
	}
	const auto found = kept.find(key);
	if (found != kept.end()) {
		found->second.count += count;
		return;
	}
	uint64_t slot = kept.size();
	if (full) {
		const auto evicted = kept.find(heap.front());
		slot = evicted->second.slot;
		kept.erase(evicted);
		std::pop_heap(heap.begin(), heap.end());
		heap.pop_back();
	} else if (slot % SLOTS_PER_BLOCK == 0) {
		blocks.emplace_back(new float[SLOTS_PER_BLOCK * d]);
	}
	std::memcpy(Slot(slot), embedding, sizeof(float) * d);
	kept.emplace(key, Kept {slot, count});
	heap.push_back(key);
	std::push_heap(heap.begin(), heap.end());
}

void Sample::Merge(const Sample &other) {
	rows += other.rows;
	for (const auto &entry : other.kept) {
		AddKeyed(entry.first, other.Slot(entry.second.slot), entry.second.count);
	}
}

void Sample::Take(std::vector<float> &embeddings, std::vector<float> &weights) {
	std::sort(heap.begin(), heap.end());
	embeddings.resize(heap.size() * d);
	weights.resize(heap.size());
	for (size_t i = 0; i < heap.size(); i++) {
		const Kept &item = kept.at(heap[i]);
		std::memcpy(embeddings.data() + i * d, Slot(item.slot), sizeof(float) * d);
		weights[i] = float(item.count);
	}
	kept.clear();
	heap.clear();
	blocks.clear();
}

} // namespace ducktopics
