#include "vector_files.hpp"

#include <algorithm>

namespace ducktopics {

namespace {

constexpr size_t KEPT_OPEN = 16;

} // namespace

void VectorFiles::Add(const std::string &path, const InputFile &file, const StoredVectors &vectors) {
	files.push_back({path, file.Status(), vectors, Rows()});
}

std::shared_ptr<const InputFile> VectorReader::Open(size_t index) {
	std::lock_guard<std::mutex> guard(lock);
	std::shared_ptr<const InputFile> file = open[index].lock();
	if (file) {
		return file;
	}
	file = std::make_shared<InputFile>(files[index].path, order);
	if (!file->IsSameAs(files[index].status)) {
		throw InvalidInput("the file has changed since the query was prepared");
	}
	open[index] = file;
	recent.push_back(file);
	if (recent.size() > KEPT_OPEN) {
		recent.pop_front();
	}
	return file;
}

void VectorReader::ReadBytes(uint64_t offset, uint64_t bytes, void *target) {
	NamingFile(files.front().path, [&]() { Open(0)->ReadAt(offset, bytes, target); });
}

void VectorReader::Read(uint64_t first, uint64_t count, float *target) {
	const auto behind = std::upper_bound(files.begin(), files.end(), first,
	                                     [](uint64_t row, const VectorFiles::File &file) { return row < file.first; });
	for (size_t index = size_t(behind - files.begin()) - 1; count > 0; index++) {
		const VectorFiles::File &file = files[index];
		const uint64_t skipped = first - file.first;
		const uint64_t rows = std::min(count, file.vectors.rows - skipped);
		if (rows > 0) {
			NamingFile(file.path, [&]() { file.vectors.Read(*Open(index), skipped, rows, target); });
		}
		first += rows;
		count -= rows;
		target += rows * file.vectors.d;
	}
}

} // namespace ducktopics
