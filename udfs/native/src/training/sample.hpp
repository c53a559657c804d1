#pragma once

#include "../kernels/aligned_buffer.hpp"
#include "key_table.hpp"

#include <cstdint>
#include <memory>
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
	//! Keeps at most `capacity` embeddings of `d` components, and up to an eighth more between one sorting out and the
	//! next. Memory is taken as embeddings come.
	Sample(uint64_t capacity, uint32_t d, uint64_t seed);

	uint32_t Dimensions() const {
		return d;
	}
	uint64_t Rows() const {
		return rows;
	}

	void Add(const float *embedding);
	//! Embeddings are shared with the other sample, not copied: their memory lasts until both let go of it.
	void Merge(const Sample &other);

	//! The embeddings in the order of their priority (row-major) and how many rows each stands for. Empties the sample.
	void Take(AlignedBuffer<float> &embeddings, std::vector<float> &weights);

private:
	void DropAboveCapacity();
	uint64_t UnusedSlot();
	float *Slot(uint64_t slot) const;

	uint64_t capacity;
	uint32_t d;
	uint64_t seed;
	uint64_t rows = 0;
	KeyTable kept;
	//! No embedding with a higher key can be in the sample any more.
	EmbeddingKey threshold {UINT64_MAX, UINT64_MAX};
	//! Embeddings, SLOTS_PER_BLOCK to a block.
	std::vector<std::shared_ptr<float[]>> blocks;
	//! The slots of the last block that were taken.
	uint64_t last_block_used;
	//! Slots of embeddings that were dropped.
	std::vector<uint64_t> freed;
};

} // namespace ducktopics
