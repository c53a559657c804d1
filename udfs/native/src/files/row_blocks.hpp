#pragma once

#include <cstdint>
#include <vector>

namespace ducktopics {

//! Blocks of neighbouring rows at random places of a matrix: a sample that is read without what lies between.
//!
//! The matrix is cut into blocks of equal length (the last one may be shorter), of which enough are drawn without
//! replacement to hold the wanted rows (Floyd's algorithm; Bentley & Floyd, CACM 30 (9), 1987). Every row is as likely
//! to be drawn as any other. Blocks are of some 16 KB, and shorter where that would make fewer than 64 of them.
class RowBlocks {
public:
	//! A piece of a block that does not pass its end.
	struct Piece {
		uint64_t first;
		uint64_t count;
	};

	//! All rows, as one run.
	explicit RowBlocks(uint64_t rows) : rows(rows), block_rows(rows), count(rows) {
	}
	//! At least `wanted` of the rows, less what the last block may lack; all of them where there are no more.
	RowBlocks(uint64_t rows, uint64_t wanted, uint64_t row_bytes, uint64_t seed);

	//! The number of rows drawn.
	uint64_t Count() const {
		return count;
	}
	//! Where rows [position, position + length) of those drawn lie, in the order of the matrix.
	std::vector<Piece> Find(uint64_t position, uint64_t length) const;

private:
	uint64_t rows;
	uint64_t block_rows;
	uint64_t count;
	//! The numbers of the drawn blocks in ascending order; empty when all rows are drawn.
	std::vector<uint64_t> blocks;
};

} // namespace ducktopics
