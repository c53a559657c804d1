#include "npy_file.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace ducktopics {

namespace {

const std::string MAGIC = "\x93NUMPY";
//! NumPy's own headers have some 120 bytes.
constexpr uint64_t LONGEST_HEADER = 1 << 20;

//! The header of a NumPy file: a Python dictionary such as
//! `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
class NpyHeader {
public:
	explicit NpyHeader(const std::string &text) : text(text) {
		Parse();
	}

	//! Empty where it is not a plain type (a structured one is a list).
	std::string dtype;
	bool fortran_order = false;
	std::vector<uint64_t> shape;
	//! As it was written, for messages.
	std::string dtype_text;
	std::string shape_text;

private:
	void Parse();
	void ParseEntry(const std::string &key);
	std::string Quoted();
	void ParseShape();
	//! Takes `token` off, after spaces; false when something else follows.
	bool Take(const std::string &token);
	void Need(const std::string &token);
	//! The text up to the comma or bracket that ends a value, brackets inside it skipped.
	std::string RawValue();
	[[noreturn]] void Fail() const;

	const std::string text;
	size_t at = 0;
};

void NpyHeader::Fail() const {
	std::string shown = text.substr(0, std::min<size_t>(80, text.find_last_not_of(" \n") + 1));
	std::replace_if(
	    shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
	throw Expected("a header with descr, fortran_order and shape", shown);
}

bool NpyHeader::Take(const std::string &token) {
	at = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
	if (text.compare(at, token.size(), token) != 0) {
		return false;
	}
	at += token.size();
	return true;
}

void NpyHeader::Need(const std::string &token) {
	if (!Take(token)) {
		Fail();
	}
}

std::string NpyHeader::Quoted() {
	const std::string quote = Take("'") ? "'" : "\"";
	if (quote == "\"") {
		Need(quote);
	}
	const size_t end = text.find(quote, at);
	if (end == std::string::npos) {
		Fail();
	}
	const std::string content = text.substr(at, end - at);
	at = end + 1;
	return content;
}

std::string NpyHeader::RawValue() {
	Take("");
	const size_t begin = at;
	int depth = 0;
	for (; at < text.size(); at++) {
		const char c = text[at];
		if (depth == 0 && (c == ',' || c == '}')) {
			return text.substr(begin, at - begin);
		}
		depth += (c == '(' || c == '[') - (c == ')' || c == ']');
	}
	Fail();
}

void NpyHeader::ParseShape() {
	Need("(");
	while (!Take(")")) {
		Take("");
		uint64_t size = 0;
		const size_t begin = at;
		for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; at++) {
			if (__builtin_mul_overflow(size, 10, &size) || __builtin_add_overflow(size, text[at] - '0', &size)) {
				Fail();
			}
		}
		if (at == begin) {
			Fail();
		}
		shape.push_back(size);
		// Python 2 wrote long integers so.
		Take("L");
		if (!Take(",")) {
			Need(")");
			return;
		}
	}
}

void NpyHeader::ParseEntry(const std::string &key) {
	Take("");
	const size_t begin = at;
	if (key == "descr") {
		dtype_text = RawValue();
		at = begin;
		if (text[at] == '\'' || text[at] == '"') {
			dtype = Quoted();
			dtype_text = dtype;
		} else {
			RawValue();
		}
	} else if (key == "fortran_order") {
		fortran_order = Take("True");
		if (!fortran_order) {
			Need("False");
		}
	} else if (key == "shape") {
		shape_text = RawValue();
		at = begin;
		ParseShape();
	} else {
		Fail();
	}
}

void NpyHeader::Parse() {
	std::vector<std::string> keys;
	Need("{");
	while (!Take("}")) {
		keys.push_back(Quoted());
		Need(":");
		ParseEntry(keys.back());
		if (!Take(",")) {
			Need("}");
			break;
		}
	}
	std::sort(keys.begin(), keys.end());
	if (keys != std::vector<std::string> {"descr", "fortran_order", "shape"}) {
		Fail();
	}
}

//! Reads the dictionary's text; `offset` becomes the place of the numbers.
std::string ReadHeaderText(const InputFile &file, uint64_t &offset) {
	unsigned char start[12] = {};
	const uint64_t present = std::min<uint64_t>(file.Size(), sizeof(start));
	file.ReadAt(0, present, start);
	if (std::memcmp(start, "PK\x03\x04", 4) == 0) {
		throw Expected("a .npy file", "a zip archive (.npz); unpack it");
	}
	if (present < sizeof(start) || std::memcmp(start, MAGIC.data(), MAGIC.size()) != 0) {
		throw Expected("a .npy file",
		               present < sizeof(start) ? std::to_string(file.Size()) + " bytes" : "another format");
	}
	const unsigned major = start[6];
	const unsigned minor = start[7];
	if (major < 1 || major > 3 || minor != 0) {
		throw Expected("NumPy format 1.0, 2.0 or 3.0", std::to_string(major) + "." + std::to_string(minor));
	}
	uint64_t length = start[8] | start[9] << 8;
	offset = 10;
	if (major > 1) {
		length |= uint64_t(start[10]) << 16 | uint64_t(start[11]) << 24;
		offset = 12;
	}
	if (length > LONGEST_HEADER) {
		throw Expected("a header of at most " + std::to_string(LONGEST_HEADER) + " bytes", std::to_string(length));
	}
	if (offset + length > file.Size()) {
		throw Expected("at least " + std::to_string(offset + length) + " bytes", std::to_string(file.Size()));
	}
	std::string text(length, ' ');
	file.ReadAt(offset, length, &text[0]);
	offset += length;
	return text;
}

NumberFormat FormatOf(const NpyHeader &header) {
	if (header.dtype == "<f4") {
		return NumberFormat::FLOAT32;
	}
	if (header.dtype == "<f8") {
		return NumberFormat::FLOAT64;
	}
	if (header.dtype == "<f2") {
		return NumberFormat::FLOAT16;
	}
	throw Expected("dtype <f4, <f8 or <f2", header.dtype_text + "; convert it with array.astype('<f4')");
}

} // namespace

StoredVectors ReadNpyHeader(const InputFile &file) {
	uint64_t offset;
	const NpyHeader header(ReadHeaderText(file, offset));
	const NumberFormat format = FormatOf(header);
	if (header.shape.size() != 2) {
		throw Expected("shape (n, d)", header.shape_text);
	}
	if (header.fortran_order) {
		throw Expected("rows one after the other",
		               "fortran_order: True; convert it with numpy.ascontiguousarray(array)");
	}
	const StoredVectors vectors {format, header.shape[0], header.shape[1], offset};
	if (vectors.End() != file.Size()) {
		throw Expected(std::to_string(vectors.End()) + " bytes", std::to_string(file.Size()));
	}
	return vectors;
}

} // namespace ducktopics
