#include "key_table.hpp"

#include <algorithm>
#include <utility>

namespace ducktopics {

namespace {

constexpr int INDEX_BITS = 40;
constexpr uint64_t INDEX_MASK = (uint64_t(1) << INDEX_BITS) - 1;
constexpr size_t FEWEST_CELLS = 16;
//! How far ahead of its use a cell is loaded.
constexpr size_t LOOKAHEAD = 16;

} // namespace

KeyTable::Entry *KeyTable::Find(const EmbeddingKey &key) {
	const size_t mask = cells.size() - 1;
	for (size_t i = key.tiebreak & mask; !cells.empty() && cells[i] != 0; i = (i + 1) & mask) {
		if ((cells[i] ^ key.tiebreak) >> INDEX_BITS == 0) {
			Entry &entry = entries[(cells[i] & INDEX_MASK) - 1];
			if (entry.key == key) {
				return &entry;
			}
		}
	}
	return nullptr;
}

void KeyTable::Prefetch(const EmbeddingKey &key) const {
	__builtin_prefetch(cells.data() + (key.tiebreak & (cells.size() - 1)));
}

void KeyTable::Insert(const Entry &entry) {
	Reserve(entries.size() + 1);
	entries.push_back(entry);
	Place(entries.size() - 1);
}

void KeyTable::Reserve(size_t size) {
	// At most two of three cells are taken.
	size_t wanted = std::max(cells.size(), FEWEST_CELLS);
	while (size * 3 > wanted * 2) {
		wanted *= 2;
	}
	if (wanted != cells.size()) {
		cells = std::vector<uint64_t>();
		cells.resize(wanted);
		PlaceAll();
	}
}

EmbeddingKey KeyTable::KeepLowest(size_t count, std::vector<uint64_t> &freed) {
	const auto last = entries.begin() + (count - 1);
	std::nth_element(entries.begin(), last, entries.end());
	for (size_t i = count; i < entries.size(); i++) {
		freed.push_back(entries[i].slot);
	}
	entries.resize(count);
	std::fill(cells.begin(), cells.end(), 0);
	PlaceAll();
	return entries.back().key;
}

std::vector<KeyTable::Entry> KeyTable::Take() {
	cells = std::vector<uint64_t>();
	return std::exchange(entries, std::vector<Entry>());
}

void KeyTable::Place(size_t index) {
	const uint64_t tiebreak = entries[index].key.tiebreak;
	const size_t mask = cells.size() - 1;
	size_t i = tiebreak & mask;
	while (cells[i] != 0) {
		i = (i + 1) & mask;
	}
	cells[i] = (tiebreak & ~INDEX_MASK) | (index + 1);
}

void KeyTable::PlaceAll() {
	for (size_t i = 0; i < entries.size(); i++) {
		Prefetch(entries[std::min(i + LOOKAHEAD, entries.size() - 1)].key);
		Place(i);
	}
}

} // namespace ducktopics
