#pragma once

#include "stored_vectors.hpp"

namespace ducktopics {

//! The vectors that a FAISS index file keeps whole, and their ids.
struct FaissVectors {
	StoredVectors vectors;
	//! Where the 64-bit ids of an IDMap lie; 0 where a vector's id is its position.
	uint64_t ids_offset;
};

//! Finds the vectors of an index that FAISS wrote: Flat, HNSW over Flat, an IDMap over one of them, or the centroids of
//! an IVF whose coarse quantizer is one of them. The numbers stay in the file, and every size is compared with the
//! file's before it is used: faiss::read_index believes them, and takes gigabytes for a file of 500 bytes with one bit
//! turned. Throws InvalidInput for other indexes and for files that are cut short or damaged.
FaissVectors FindFaissVectors(const InputFile &file);

} // namespace ducktopics
