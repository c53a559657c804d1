#include "row_blocks.hpp"

#include "../random/random_stream.hpp"

#include <algorithm>
#include <unordered_set>

namespace ducktopics {

namespace {

//! Long enough that a block is worth a read of its own, short enough that rows come from many places.
constexpr uint64_t BLOCK_BYTES = 16 << 10;
constexpr uint64_t FEWEST_BLOCKS = 64;

//! A number of [0, below), below <= 2^63.
uint64_t Below(uint64_t below, const RandomStream &random, uint64_t &words) {
	// Words past the last multiple would make the first numbers likelier.
	const uint64_t past = UINT64_MAX - UINT64_MAX % below;
	uint64_t word;
	do {
		word = random.Word(words++);
	} while (word >= past);
	return word % below;
}

} // namespace

RowBlocks::RowBlocks(uint64_t rows, uint64_t wanted, uint64_t row_bytes, uint64_t seed) : RowBlocks(rows) {
	if (wanted >= rows) {
		return;
	}
	block_rows = std::max<uint64_t>(1, std::min(BLOCK_BYTES / row_bytes, wanted / FEWEST_BLOCKS));
	const uint64_t total = (rows + block_rows - 1) / block_rows;
	const uint64_t drawn = (wanted + block_rows - 1) / block_rows;
	const RandomStream random(seed, 0);
	uint64_t words = 0;
	std::unordered_set<uint64_t> chosen;
	for (uint64_t i = total - drawn; i < total; i++) {
		if (!chosen.insert(Below(i + 1, random, words)).second) {
			chosen.insert(i);
		}
	}
	blocks.assign(chosen.begin(), chosen.end());
	std::sort(blocks.begin(), blocks.end());
	count = drawn * block_rows;
	if (drawn > 0 && blocks.back() == total - 1) {
		count -= total * block_rows - rows;
	}
}

std::vector<RowBlocks::Piece> RowBlocks::Find(uint64_t position, uint64_t length) const {
	if (blocks.empty()) {
		return {{position, length}};
	}
	std::vector<Piece> pieces;
	while (length > 0) {
		// Only the last block is shorter, so the positions before it are regular.
		const uint64_t skipped = position % block_rows;
		const uint64_t piece = std::min(length, block_rows - skipped);
		const uint64_t first = blocks[position / block_rows] * block_rows + skipped;
		if (!pieces.empty() && pieces.back().first + pieces.back().count == first) {
			pieces.back().count += piece;
		} else {
			pieces.push_back({first, piece});
		}
		position += piece;
		length -= piece;
	}
	return pieces;
}

} // namespace ducktopics
