#include "stored_vectors.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "embedding files are read in place: this needs a little-endian machine"
#endif

namespace ducktopics {

namespace {

//! Numbers that are converted at a time: they stay in the core's cache.
constexpr uint64_t PIECE = 32768;

//! The value of an IEEE 754 half-precision number.
inline float HalfToFloat(uint16_t half) {
	constexpr uint32_t MAGIC = (254 - 15) << 23;
	constexpr uint32_t INFINITE = (127 + 16) << 23;
	const uint32_t magnitude = uint32_t(half & 0x7fff) << 13;
	float rescale;
	float value;
	std::memcpy(&rescale, &MAGIC, sizeof(rescale));
	std::memcpy(&value, &magnitude, sizeof(value));
	value *= rescale;
	uint32_t bits;
	std::memcpy(&bits, &value, sizeof(bits));
	// Infinity and NaN have the largest exponent in both formats.
	bits |= bits >= INFINITE ? 0x7f800000u : 0u;
	bits |= uint32_t(half & 0x8000) << 16;
	std::memcpy(&value, &bits, sizeof(value));
	return value;
}

inline float ToFloat(uint16_t half) {
	return HalfToFloat(half);
}
inline float ToFloat(double number) {
	return float(number);
}

template <class T>
void ReadConverted(const InputFile &file, uint64_t offset, uint64_t count, float *target) {
	thread_local std::unique_ptr<T[]> buffer;
	if (!buffer) {
		buffer.reset(new T[PIECE]);
	}
	for (uint64_t done = 0; done < count; done += PIECE) {
		const uint64_t piece = std::min(PIECE, count - done);
		file.ReadAt(offset + done * sizeof(T), piece * sizeof(T), buffer.get());
		const T *numbers = buffer.get();
		for (uint64_t i = 0; i < piece; i++) {
			target[done + i] = ToFloat(numbers[i]);
		}
	}
}

} // namespace

uint64_t StoredVectors::NumberSize() const {
	switch (format) {
	case NumberFormat::FLOAT16:
		return 2;
	case NumberFormat::FLOAT32:
		return 4;
	default:
		return 8;
	}
}

uint64_t StoredVectors::End() const {
	uint64_t numbers;
	uint64_t bytes;
	uint64_t end;
	if (__builtin_mul_overflow(rows, d, &numbers) || __builtin_mul_overflow(numbers, NumberSize(), &bytes) ||
	    __builtin_add_overflow(offset, bytes, &end)) {
		throw Expected("fewer than 2^64 bytes", std::to_string(rows) + " x " + std::to_string(d) + " numbers");
	}
	return end;
}

void StoredVectors::Read(const InputFile &file, uint64_t first, uint64_t count, float *target) const {
	const uint64_t begin = offset + first * d * NumberSize();
	switch (format) {
	case NumberFormat::FLOAT16:
		return ReadConverted<uint16_t>(file, begin, count * d, target);
	case NumberFormat::FLOAT32:
		return file.ReadAt(begin, count * d * sizeof(float), target);
	default:
		return ReadConverted<double>(file, begin, count * d, target);
	}
}

} // namespace ducktopics
