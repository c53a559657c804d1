#pragma once

#include "../kernels/aligned_buffer.hpp"
#include "key_table.hpp"
#include "weighted_rows.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace ducktopics {

//! The same embeddings twice, each with the number of its rows.
struct SampledRows {
	//! In an order that depends on the embeddings and the seed alone: a random one.
	WeightedRows by_priority;
	//! As they lie in memory, which is read fastest so. This order differs with that of the rows and with the threads:
	//! it is for what does not depend on order.
	WeightedRows by_place;
};

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

	//! Ends the sampling. The embeddings stay where they are, in memory that lasts as long as the sample.
	SampledRows Finish();

private:
	//! Slots side by side.
	struct Block {
		float *embeddings;
		//! What it is a part of.
		size_t arena;
	};

	void DropAboveCapacity();
	uint64_t UnusedSlot();
	void AddBlock();
	void AddArena();
	float *Slot(uint64_t slot) const;

	uint64_t capacity;
	uint32_t d;
	uint64_t seed;
	uint64_t rows = 0;
	KeyTable kept;
	//! No embedding with a higher key can be in the sample any more.
	EmbeddingKey threshold {UINT64_MAX, UINT64_MAX};
	//! The memory, some of it shared with other samples.
	std::vector<std::shared_ptr<AlignedBuffer<float>>> arenas;
	//! Embeddings, SLOTS_PER_BLOCK to a block.
	std::vector<Block> blocks;
	//! The slots of the last block that were taken.
	uint64_t last_block_used;
	//! The block to add next, and how many its arena still has.
	Block next_block {};
	uint64_t blocks_left = 0;
	//! Slots of embeddings that were dropped.
	std::vector<uint64_t> freed;
};

} // namespace ducktopics
