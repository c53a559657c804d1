#pragma once

#include "input_file.hpp"

namespace ducktopics {

enum class NumberFormat { FLOAT16, FLOAT32, FLOAT64 };

//! Where the rows x d numbers of an embedding file lie: one row after the other, little-endian.
struct StoredVectors {
	NumberFormat format;
	uint64_t rows;
	uint64_t d;
	//! Bytes before the first number.
	uint64_t offset;

	uint64_t NumberSize() const;
	//! Bytes up to the last number; throws InvalidInput where 64 bits cannot count them.
	uint64_t End() const;
	//! Reads `count` rows from row `first` on as FLOAT.
	void Read(const InputFile &file, uint64_t first, uint64_t count, float *target) const;
};

} // namespace ducktopics
