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
//! Large enough for huge pages, small beside a large sample.
constexpr uint64_t LARGEST_ARENA_BYTES = 8 << 20;
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
	return blocks[slot / SLOTS_PER_BLOCK].embeddings + slot % SLOTS_PER_BLOCK * d;
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
		// What lies in memory that is shared may be in use elsewhere.
		if (arenas[blocks[slot / SLOTS_PER_BLOCK].arena].use_count() == 1) {
			return slot;
		}
	}
	if (last_block_used == SLOTS_PER_BLOCK) {
		AddBlock();
	}
	return (blocks.size() - 1) * SLOTS_PER_BLOCK + last_block_used++;
}

void Sample::AddBlock() {
	if (blocks_left == 0) {
		AddArena();
	}
	blocks.push_back(next_block);
	next_block.embeddings += SLOTS_PER_BLOCK * d;
	blocks_left--;
	last_block_used = 0;
}

//! Takes as much memory as there is already, within what the sample can still need.
void Sample::AddArena() {
	const uint64_t most = (capacity + capacity / 8) / SLOTS_PER_BLOCK + 2;
	const uint64_t needed = most > blocks.size() ? most - blocks.size() : 1;
	const uint64_t largest = LARGEST_ARENA_BYTES / (SLOTS_PER_BLOCK * d * sizeof(float));
	const uint64_t count = std::max<uint64_t>(1, std::min({uint64_t(blocks.size()), needed, largest}));
	arenas.push_back(std::make_shared<AlignedBuffer<float>>(count * SLOTS_PER_BLOCK * d));
	next_block = {arenas.back()->Get(), arenas.size() - 1};
	blocks_left = count;
}

void Sample::Merge(const Sample &other) {
	rows += other.rows;
	threshold = std::min(threshold, other.threshold);
	const uint64_t first_slot = blocks.size() * SLOTS_PER_BLOCK;
	last_block_used = SLOTS_PER_BLOCK;
	const size_t first_arena = arenas.size();
	arenas.insert(arenas.end(), other.arenas.begin(), other.arenas.end());
	for (const Block &block : other.blocks) {
		blocks.push_back({block.embeddings, first_arena + block.arena});
	}
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

SampledRows Sample::Finish() {
	if (kept.Size() > capacity) {
		kept.KeepLowest(capacity, freed);
	}
	std::vector<KeyTable::Entry> entries = kept.Take();
	const std::vector<uint64_t> ends = SplitByPriority(entries);
	ParallelFor(ends.size(), BUCKETS_PER_PIECE, [&](uint64_t bucket, uint64_t last_bucket) {
		for (; bucket < last_bucket; bucket++) {
			std::sort(entries.begin() + (bucket == 0 ? 0 : ends[bucket - 1]), entries.begin() + ends[bucket]);
		}
	});
	SampledRows result;
	std::vector<float> weight_of_slot(blocks.size() * SLOTS_PER_BLOCK);
	for (const KeyTable::Entry &entry : entries) {
		result.by_priority.Add(Slot(entry.slot), float(entry.count));
		weight_of_slot[entry.slot] = float(entry.count);
	}
	for (uint64_t slot = 0; slot < weight_of_slot.size(); slot++) {
		if (weight_of_slot[slot] > 0) {
			result.by_place.Add(Slot(slot), weight_of_slot[slot]);
		}
	}
	return result;
}

} // namespace ducktopics
