#include "centroid_column.hpp"

#include "embedding_column.hpp"
#include "error.hpp"

#include <algorithm>
#include <mutex>

namespace ducktopics {

namespace {

//! The sets that a thread keeps: one query seldom uses more models side by side.
constexpr size_t CACHED_SETS = 2;

//! The set of these centroids that some thread made, so that all threads of a query share one; a new one otherwise.
std::shared_ptr<const CentroidSet> SharedSet(const float *centroids, idx_t k, idx_t d) {
	// Never destroyed: DuckDB's threads may outlive the program's static objects.
	static std::mutex &lock = *new std::mutex();
	static auto &sets = *new std::vector<std::weak_ptr<const CentroidSet>>();
	std::lock_guard<std::mutex> guard(lock);
	std::shared_ptr<const CentroidSet> found;
	for (size_t i = 0; i < sets.size() && !found;) {
		found = sets[i].lock();
		if (!found) {
			sets.erase(sets.begin() + i);
		} else if (!found->Holds(centroids, k, uint32_t(d))) {
			found.reset();
			i++;
		}
	}
	if (!found) {
		for (idx_t j = 0; j < k; j++) {
			CheckFinite(centroids + j * d, d);
		}
		found.reset(new CentroidSet(centroids, k, uint32_t(d)));
		sets.push_back(found);
	}
	return found;
}

const CentroidSet &CachedSet(const float *centroids, idx_t k, idx_t d) {
	thread_local std::vector<std::shared_ptr<const CentroidSet>> cache;
	for (size_t i = 0; i < cache.size(); i++) {
		if (cache[i]->Holds(centroids, k, uint32_t(d))) {
			std::rotate(cache.begin(), cache.begin() + i, cache.begin() + i + 1);
			return *cache.front();
		}
	}
	if (cache.size() == CACHED_SETS) {
		cache.pop_back();
	}
	cache.insert(cache.begin(), SharedSet(centroids, k, d));
	return *cache.front();
}

} // namespace

CentroidColumn::CentroidColumn(duckdb_vector vector, idx_t count) : count(count) {
	const LogicalType type = LogicalType::Of(vector);
	if (type.Id() == DUCKDB_TYPE_SQLNULL) {
		all_null = true;
		return;
	}
	if (type.Id() != DUCKDB_TYPE_LIST) {
		throw Expected("centroids of type FLOAT[][]", type.Name());
	}
	validity = duckdb_vector_get_validity(vector);
	lists = static_cast<const duckdb_list_entry *>(duckdb_vector_get_data(vector));
	const LogicalType centroid_type = type.Child();
	if (centroid_type.Id() == DUCKDB_TYPE_SQLNULL) {
		return;
	}
	if (!centroid_type.IsListOrArray() ||
	    !(centroid_type.Child().Id() == DUCKDB_TYPE_SQLNULL || NumberReader::Takes(centroid_type.Child()))) {
		throw Expected("centroids of type FLOAT[][]", type.Name());
	}
	duckdb_vector centroids = duckdb_list_vector_get_child(vector);
	centroid_validity = duckdb_vector_get_validity(centroids);
	const idx_t centroid_count = duckdb_list_vector_get_size(vector);
	duckdb_vector components;
	idx_t component_count = 0;
	if (centroid_type.Id() == DUCKDB_TYPE_ARRAY) {
		array_size = duckdb_array_type_array_size(centroid_type.Get());
		components = duckdb_array_vector_get_child(centroids);
		component_count = array_size * centroid_count;
	} else {
		entries = static_cast<const duckdb_list_entry *>(duckdb_vector_get_data(centroids));
		components = duckdb_list_vector_get_child(centroids);
		component_count = duckdb_list_vector_get_size(centroids);
	}
	if (centroid_type.Child().Id() != DUCKDB_TYPE_SQLNULL) {
		numbers.reset(new NumberReader(components, centroid_type.Child(), component_count));
	}
}

idx_t CentroidColumn::EndOfRun(idx_t row) const {
	idx_t end = row + 1;
	while (end < count && IsNull(end) == IsNull(row) &&
	       (IsNull(row) || (lists[end].offset == lists[row].offset && lists[end].length == lists[row].length))) {
		end++;
	}
	return end;
}

//! The k x d numbers of a row's list: in place where they lie one after the other, else gathered into `copy`.
const float *CentroidColumn::Contiguous(idx_t row, idx_t &k, idx_t &d, std::vector<float> &copy) const {
	k = lists[row].length;
	const idx_t first = lists[row].offset;
	if (k == 0) {
		throw Expected("at least 1 centroid", "0");
	}
	if (k > idx_t(INT32_MAX)) {
		throw Expected("at most 2147483647 centroids", std::to_string(k));
	}
	for (idx_t j = first; j < first + k; j++) {
		if (!numbers || !RowIsValid(centroid_validity, j)) {
			throw Expected("centroids", "NULL at position " + std::to_string(j - first + 1));
		}
	}
	d = entries ? entries[first].length : array_size;
	if (d == 0) {
		throw Expected("centroids of at least 1 dimension", "0");
	}
	bool contiguous = true;
	for (idx_t j = 1; entries && j < k; j++) {
		if (entries[first + j].length != d) {
			throw Expected("centroids of one dimension",
			               std::to_string(d) + " and " + std::to_string(entries[first + j].length));
		}
		contiguous = contiguous && entries[first + j].offset == entries[first].offset + j * d;
	}
	const auto offset = [&](idx_t j) {
		return entries ? entries[first + j].offset : (first + j) * d;
	};
	if (numbers->MayHaveNulls()) {
		for (idx_t i = 0; i < k * d; i++) {
			if (numbers->IsNull(offset(i / d) + i % d)) {
				throw Expected("numbers in centroids", "NULL at position " + std::to_string(i % d + 1));
			}
		}
	}
	if (contiguous) {
		return numbers->Data() + offset(0);
	}
	copy.resize(k * d);
	for (idx_t j = 0; j < k; j++) {
		std::copy_n(numbers->Data() + offset(j), d, copy.data() + j * d);
	}
	return copy.data();
}

const CentroidSet &CentroidColumn::Set(idx_t row) const {
	idx_t k;
	idx_t d;
	std::vector<float> copy;
	const float *centroids = Contiguous(row, k, d, copy);
	return CachedSet(centroids, k, d);
}

} // namespace ducktopics
