#include "sample.hpp"

#include "../threads/parallel_for.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace ducktopics {

namespace {

constexpr uint64_t SLOTS_PER_BLOCK = 16;
//! How far ahead of its use memory is loaded.
constexpr size_t LOOKAHEAD = 16;
//! About as many embeddings are sorted together.
constexpr uint64_t ENTRIES_PER_BUCKET = 512;
//! Buckets that a thread takes at a time.
constexpr uint64_t BUCKETS_PER_PIECE = 8;

//! Puts the entries into buckets of ascending, evenly spread priorities. Returns where each bucket ends.
std::vector<uint64_t> SplitByPriority(std::vector<KeyTable::Entry> &entries) {
	uint64_t highest = 0;
	for (const KeyTable::Entry &entry : entries) {
		highest = std::max(highest, entry.key.priority);
	}
	const uint64_t width = highest / (entries.size() / ENTRIES_PER_BUCKET + 2) + 1;
	std::vector<uint64_t> ends(highest / width + 1);
	for (const KeyTable::Entry &entry : entries) {
		ends[entry.key.priority / width]++;
	}
	uint64_t begin = 0;
	for (uint64_t &end : ends) {
		begin += std::exchange(end, begin);
	}
	std::vector<KeyTable::Entry> ordered(entries.size());
	for (const KeyTable::Entry &entry : entries) {
		ordered[ends[entry.key.priority / width]++] = entry;
	}
	entries = std::move(ordered);
	return ends;
}

} // namespace

Sample::Sample(uint64_t capacity, uint32_t d, uint64_t seed)
    : capacity(capacity), d(d), seed(seed), last_block_used(SLOTS_PER_BLOCK) {
}

float *Sample::Slot(uint64_t slot) const {
	return blocks[slot / SLOTS_PER_BLOCK].get() + slot % SLOTS_PER_BLOCK * d;
}

void Sample::Add(const float *embedding) {
	const XXH128_hash_t hash = XXH3_128bits_withSeed(embedding, sizeof(float) * d, seed);
	const EmbeddingKey key {hash.high64, hash.low64};
	rows++;
	if (threshold < key) {
		return;
	}
	if (KeyTable::Entry *found = kept.Find(key)) {
		found->count++;
		return;
	}
	const uint64_t slot = UnusedSlot();
	std::memcpy(Slot(slot), embedding, sizeof(float) * d);
	kept.Insert({key, slot, 1});
	DropAboveCapacity();
}

//! Drops the highest keys once there are an eighth too many. A key among the lowest of all is never dropped, so its
//! count is exact.
void Sample::DropAboveCapacity() {
	if (kept.Size() >= capacity + capacity / 8 + SLOTS_PER_BLOCK) {
		threshold = std::min(threshold, kept.KeepLowest(capacity, freed));
	}
}

uint64_t Sample::UnusedSlot() {
	while (!freed.empty()) {
		const uint64_t slot = freed.back();
		freed.pop_back();
		// What lies in a block that is shared may be in use elsewhere.
		if (blocks[slot / SLOTS_PER_BLOCK].use_count() == 1) {
			return slot;
		}
	}
	if (last_block_used == SLOTS_PER_BLOCK) {
		blocks.push_back(std::shared_ptr<float[]>(new float[SLOTS_PER_BLOCK * d]));
		last_block_used = 0;
	}
	return (blocks.size() - 1) * SLOTS_PER_BLOCK + last_block_used++;
}

void Sample::Merge(const Sample &other) {
	rows += other.rows;
	threshold = std::min(threshold, other.threshold);
	const uint64_t first_slot = blocks.size() * SLOTS_PER_BLOCK;
	blocks.insert(blocks.end(), other.blocks.begin(), other.blocks.end());
	last_block_used = SLOTS_PER_BLOCK;
	const std::vector<KeyTable::Entry> &entries = other.kept.Entries();
	kept.Reserve(std::min(kept.Size() + entries.size(), capacity));
	for (size_t i = 0; i < entries.size(); i++) {
		kept.Prefetch(entries[std::min(i + LOOKAHEAD, entries.size() - 1)].key);
		const KeyTable::Entry &entry = entries[i];
		if (threshold < entry.key) {
			continue;
		}
		if (KeyTable::Entry *found = kept.Find(entry.key)) {
			found->count += entry.count;
			continue;
		}
		kept.Insert({entry.key, first_slot + entry.slot, entry.count});
		DropAboveCapacity();
	}
}

void Sample::Take(AlignedBuffer<float> &embeddings, std::vector<float> &weights) {
	if (kept.Size() > capacity) {
		kept.KeepLowest(capacity, freed);
	}
	std::vector<KeyTable::Entry> entries = kept.Take();
	const std::vector<uint64_t> ends = SplitByPriority(entries);
	embeddings.Resize(entries.size() * d);
	weights.resize(entries.size());
	ParallelFor(ends.size(), BUCKETS_PER_PIECE, [&](uint64_t bucket, uint64_t last_bucket) {
		uint64_t i = bucket == 0 ? 0 : ends[bucket - 1];
		for (; bucket < last_bucket; bucket++) {
			std::sort(entries.begin() + i, entries.begin() + ends[bucket]);
			for (; i < ends[bucket]; i++) {
				std::memcpy(embeddings.Get() + i * d, Slot(entries[i].slot), sizeof(float) * d);
				weights[i] = float(entries[i].count);
			}
		}
	});
	*this = Sample(capacity, d, seed);
}

} // namespace ducktopics
