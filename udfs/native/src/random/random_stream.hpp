#pragma once

#include <cstdint>

namespace ducktopics {

//! Random 64-bit words that are numbered: word i of stream s of a seed is always the same, whoever asks for it and in
//! whatever order. SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014); every
//! stream is one of its sequences, begun at a place that the seed and the stream's number decide.
class RandomStream {
public:
	RandomStream(uint64_t seed, uint64_t stream) : start(Mix(Mix(seed + GAMMA) + stream)) {
	}

	uint64_t Word(uint64_t i) const {
		return Mix(start + (i + 1) * GAMMA);
	}

	//! A bijection of 64 bits under which near numbers become unrelated ones.
	static uint64_t Mix(uint64_t x) {
		x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
		x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
		return x ^ (x >> 31);
	}

private:
	static constexpr uint64_t GAMMA = 0x9e3779b97f4a7c15ULL;

	uint64_t start;
};

//! The upper 32 bits of a word, and the lower ones, as numbers in [0, 1): multiples of 2^-24.
inline float UpperUniform(uint64_t word) {
	return float(int32_t(word >> 40)) * 0x1p-24f;
}
inline float LowerUniform(uint64_t word) {
	return float(int32_t(uint32_t(word) >> 8)) * 0x1p-24f;
}
//! A word as a number in (0, 1): the middles of 2^52 intervals.
inline double OpenUniform(uint64_t word) {
	return (double(int64_t(word >> 12)) + 0.5) * 0x1p-52;
}

} // namespace ducktopics
