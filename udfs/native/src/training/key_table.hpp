#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ducktopics {

//! The 128-bit hash of an embedding. All its bits are as good as random.
struct EmbeddingKey {
	uint64_t priority;
	uint64_t tiebreak;

	bool operator<(const EmbeddingKey &other) const {
		return priority != other.priority ? priority < other.priority : tiebreak < other.tiebreak;
	}
	bool operator==(const EmbeddingKey &other) const {
		return priority == other.priority && tiebreak == other.tiebreak;
	}
};

//! Distinct keys, each with the slot where its embedding lies and the number of its rows: a compact array, and an
//! open-addressing table with linear probing over it. A key takes 45 to 90 bytes.
class KeyTable {
public:
	struct Entry {
		EmbeddingKey key;
		uint64_t slot;
		uint64_t count;

		bool operator<(const Entry &other) const {
			return key < other.key;
		}
	};

	size_t Size() const {
		return entries.size();
	}
	//! In no order. Pointers to entries hold until the next call that changes the table.
	const std::vector<Entry> &Entries() const {
		return entries;
	}
	//! The entry of the key, or null.
	Entry *Find(const EmbeddingKey &key);
	//! Starts to load the part of the table where the key would be.
	void Prefetch(const EmbeddingKey &key) const;
	//! Adds an entry whose key is not in the table.
	void Insert(const Entry &entry);
	//! Makes room for so many entries.
	void Reserve(size_t size);
	//! Keeps the `count` entries with the lowest keys, at least one and fewer than there are. Returns the highest key
	//! that is kept, and appends the slots of the others to `freed`.
	EmbeddingKey KeepLowest(size_t count, std::vector<uint64_t> &freed);
	//! The entries; the table is empty then.
	std::vector<Entry> Take();

private:
	void Place(size_t index);
	void PlaceAll();

	std::vector<Entry> entries;
	//! A power of two of cells: 0, or 1 + the index of an entry, under the top bits of its key.
	std::vector<uint64_t> cells;
};

} // namespace ducktopics
