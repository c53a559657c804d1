#include "faiss_file.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ducktopics {

namespace {

//! Reads the file's fields one after the other.
class Cursor {
public:
	explicit Cursor(const InputFile &file) : file(file) {
	}

	template <class T>
	T Take() {
		T value;
		const uint64_t offset = at;
		Skip(1, sizeof(T));
		file.ReadAt(offset, sizeof(T), &value);
		return value;
	}
	//! Passes over `count` items and returns where they begin.
	uint64_t Skip(uint64_t count, uint64_t item_size) {
		const uint64_t offset = at;
		if (count > (file.Size() - at) / item_size) {
			const double needed = double(at) + double(count) * double(item_size);
			throw Expected("at least " + (needed < 1e18 ? std::to_string(uint64_t(needed)) : "2^60") + " bytes",
			               std::to_string(file.Size()));
		}
		at += count * item_size;
		return offset;
	}
	//! Passes over a vector that its length goes before; returns that length.
	uint64_t SkipVector(uint64_t item_size) {
		const uint64_t count = Take<uint64_t>();
		Skip(count, item_size);
		return count;
	}

private:
	const InputFile &file;
	uint64_t at = 0;
};

struct Header {
	//! FAISS' four letters for the type of the index.
	std::string type;
	uint64_t d;
	uint64_t rows;
};

bool IsOneOf(const std::string &type, std::initializer_list<const char *> types) {
	return std::find(types.begin(), types.end(), type) != types.end();
}

bool IsFlat(const std::string &type) {
	return IsOneOf(type, {"IxF2", "IxFI", "IxFl"});
}

bool IsIvf(const std::string &type) {
	return type.compare(0, 2, "Iw") == 0 || type.compare(0, 2, "Iv") == 0;
}

std::string TakeType(Cursor &cursor) {
	char letters[4];
	const uint32_t code = cursor.Take<uint32_t>();
	std::memcpy(letters, &code, sizeof(letters));
	if (letters[0] != 'I' || std::any_of(letters, letters + 4, [](char c) { return c < '0' || c > 'z'; })) {
		throw Expected("a FAISS index file", "another format");
	}
	return std::string(letters, sizeof(letters));
}

Header TakeHeader(Cursor &cursor) {
	Header header;
	header.type = TakeType(cursor);
	// A binary index has the same letters in front of other fields.
	if (header.type[1] == 'B') {
		throw Expected("an index of FLOAT vectors", "a binary one (" + header.type + ")");
	}
	const int32_t d = cursor.Take<int32_t>();
	const int64_t rows = cursor.Take<int64_t>();
	if (d < 1) {
		throw Expected("at least 1 dimension", std::to_string(d));
	}
	if (rows < 0) {
		throw Expected("a number of vectors", std::to_string(rows));
	}
	header.d = uint64_t(d);
	header.rows = uint64_t(rows);
	// Two numbers without a meaning, then whether the index is trained.
	cursor.Skip(2, sizeof(int64_t));
	cursor.Skip(1, 1);
	const int32_t metric = cursor.Take<int32_t>();
	if (metric > 1) {
		cursor.Skip(1, sizeof(float));
	}
	return header;
}

void CheckCount(const char *what, uint64_t expected, uint64_t got) {
	if (got != expected) {
		throw Expected(std::to_string(expected) + " " + what, std::to_string(got));
	}
}

StoredVectors TakeFlat(Cursor &cursor, const Header &header) {
	uint64_t numbers;
	if (__builtin_mul_overflow(header.rows, header.d, &numbers)) {
		numbers = std::numeric_limits<uint64_t>::max();
	}
	const uint64_t stored = cursor.Take<uint64_t>();
	CheckCount("numbers", numbers, stored);
	return {NumberFormat::FLOAT32, header.rows, header.d, cursor.Skip(stored, sizeof(float))};
}

void SkipHnswGraph(Cursor &cursor) {
	cursor.SkipVector(sizeof(double));   // probabilities of the levels
	cursor.SkipVector(sizeof(int32_t));  // neighbours up to each level
	cursor.SkipVector(sizeof(int32_t));  // each vector's level
	cursor.SkipVector(sizeof(uint64_t)); // where each vector's neighbours begin
	cursor.SkipVector(sizeof(int32_t));  // the neighbours
	cursor.Skip(5, sizeof(int32_t));     // entry point, top level and three settings
}

//! The vectors of a Flat index or of an HNSW over one, whose header has been read.
StoredVectors TakeVectors(Cursor &cursor, const Header &header) {
	if (IsFlat(header.type)) {
		return TakeFlat(cursor, header);
	}
	if (header.type == "IHNf") {
		SkipHnswGraph(cursor);
		const Header storage = TakeHeader(cursor);
		if (IsFlat(storage.type)) {
			CheckCount("dimensions", header.d, storage.d);
			CheckCount("vectors", header.rows, storage.rows);
			return TakeFlat(cursor, storage);
		}
	}
	throw Expected("a Flat or HNSW-Flat index, an IDMap over one, or an IVF index",
	               header.type + "; copy its vectors to a faiss.IndexFlatL2");
}

FaissVectors TakeIdMap(Cursor &cursor, const Header &header) {
	const Header inner = TakeHeader(cursor);
	CheckCount("dimensions", header.d, inner.d);
	CheckCount("vectors", header.rows, inner.rows);
	const StoredVectors vectors = TakeVectors(cursor, inner);
	const uint64_t ids = cursor.Take<uint64_t>();
	CheckCount("ids", header.rows, ids);
	return {vectors, cursor.Skip(ids, sizeof(int64_t))};
}

FaissVectors TakeIvfCentroids(Cursor &cursor, const Header &header) {
	const uint64_t lists = cursor.Take<uint64_t>();
	cursor.Skip(1, sizeof(uint64_t)); // lists to look into
	const Header quantizer = TakeHeader(cursor);
	CheckCount("dimensions", header.d, quantizer.d);
	CheckCount("centroids", lists, quantizer.rows);
	return {TakeVectors(cursor, quantizer), 0};
}

} // namespace

FaissVectors FindFaissVectors(const InputFile &file) {
	Cursor cursor(file);
	const Header header = TakeHeader(cursor);
	if (IsOneOf(header.type, {"IxMp", "IxM2"})) {
		return TakeIdMap(cursor, header);
	}
	if (IsIvf(header.type)) {
		return TakeIvfCentroids(cursor, header);
	}
	return {TakeVectors(cursor, header), 0};
}

} // namespace ducktopics
