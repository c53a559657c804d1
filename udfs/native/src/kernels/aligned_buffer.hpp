#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace ducktopics {

struct FreeDeleter {
	void operator()(void *p) const {
		std::free(p);
	}
};

//! An uninitialised array that starts on a cache line.
template <class T>
class AlignedBuffer {
public:
	AlignedBuffer() = default;
	explicit AlignedBuffer(size_t count) {
		Resize(count);
	}

	//! Makes room for `count` items; what was there is lost when it grows.
	void Resize(size_t count) {
		if (count <= capacity) {
			return;
		}
		const size_t bytes = (count * sizeof(T) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
		data.reset(static_cast<T *>(std::aligned_alloc(ALIGNMENT, bytes)));
		if (!data) {
			capacity = 0;
			throw std::bad_alloc();
		}
		capacity = count;
	}

	T *Get() const {
		return data.get();
	}

private:
	static constexpr size_t ALIGNMENT = 64;
	std::unique_ptr<T[], FreeDeleter> data;
	size_t capacity = 0;
};

} // namespace ducktopics
