#pragma once

#include "stored_vectors.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace ducktopics {

//! Files of vectors of one dimension, read as one matrix: the rows of the second follow those of the first.
class VectorFiles {
public:
	//! Adds a file whose vectors have been found. It is opened again when it is read.
	void Add(const std::string &path, const InputFile &file, const StoredVectors &vectors);

	uint64_t Rows() const {
		return files.empty() ? 0 : files.back().first + files.back().vectors.rows;
	}
	uint64_t Dimensions() const {
		return files.front().vectors.d;
	}

private:
	friend class VectorReader;

	struct File {
		std::string path;
		struct stat status;
		StoredVectors vectors;
		//! The number of rows in the files before.
		uint64_t first;
	};

	std::vector<File> files;
};

//! Reads VectorFiles from any number of threads, with few files open at a time.
class VectorReader {
public:
	explicit VectorReader(const VectorFiles &files, ReadOrder order = ReadOrder::SEQUENTIAL)
	    : files(files.files), order(order), open(files.files.size()) {
	}

	//! Reads `count` rows from row `first` on. Throws InvalidInput where a file is not what it was when it was added.
	void Read(uint64_t first, uint64_t count, float *target);
	//! Reads bytes of the first file.
	void ReadBytes(uint64_t offset, uint64_t bytes, void *target);

private:
	std::shared_ptr<const InputFile> Open(size_t index);

	const std::vector<VectorFiles::File> &files;
	const ReadOrder order;
	std::mutex lock;
	std::vector<std::weak_ptr<const InputFile>> open;
	//! The files opened last: a thread that comes to one of them finds it open.
	std::deque<std::shared_ptr<const InputFile>> recent;
};

} // namespace ducktopics
