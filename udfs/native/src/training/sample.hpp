#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ducktopics {

//! A bounded uniform sample of the distinct embeddings of a stream, each with the number of its rows: a bottom-k
//! sketch (Cohen & Kaplan, "Summarizing data using bottom-k sketches", PODC 2007).
//!
//! The priority of an embedding is a hash of the seed and its components; the `capacity` lowest are kept. So the sample
//! depends on the rows and the seed alone, not on their order nor on how they were spread over threads, and samples
//! merge exactly: an embedding of the merged sample was below every threshold, so no row of it was missed.
class Sample {
public:
	//! Keeps at most `capacity` embeddings of `d` components. Memory is taken as embeddings come.
	Sample(uint64_t capacity, uint32_t d, uint64_t seed);

	uint32_t Dimensions() const {
		return d;
	}
	uint64_t Rows() const {
		return rows;
	}

	void Add(const float *embedding);
	void Merge(const Sample &other);

	//! The embeddings in the order of their priority (row-major) and how many rows each stands for. Empties the sample.
	void Take(std::vector<float> &embeddings, std::vector<float> &weights);

private:
	struct Key {
		uint64_t priority;
		uint64_t tiebreak;

		bool operator<(const Key &other) const {
			return priority != other.priority ? priority < other.priority : tiebreak < other.tiebreak;
		}
		bool operator==(const Key &other) const {
			return priority == other.priority && tiebreak == other.tiebreak;
		}
	};
	struct KeyHash {
		size_t operator()(const Key &key) const {
			return size_t(key.tiebreak);
		}
	};
	struct Kept {
		uint64_t slot;
		uint64_t count;
	};

	void AddKeyed(const Key &key, const float *embedding, uint64_t count);
	float *Slot(uint64_t slot);
	const float *Slot(uint64_t slot) const {
		return const_cast<Sample *>(this)->Slot(slot);
	}

	uint64_t capacity;
	uint32_t d;
	uint64_t seed;
	uint64_t rows = 0;
	std::unordered_map<Key, Kept, KeyHash> kept;
	//! The keys of `kept` as a heap, highest first, once the sample is full.
	std::vector<Key> heap;
	//! Embeddings, SLOTS_PER_BLOCK to a block.
	std::vector<std::unique_ptr<float[]>> blocks;
};

} // namespace ducktopics
