#define DUCKDB_EXTENSION_NAME ducktopics
#include "duckdb_extension.h"

#include "files/open_folders.hpp"
#include "registration.hpp"

#include <exception>
#include <string>

extern "C" void openblas_set_num_threads(int threads);

DUCKDB_EXTENSION_ENTRYPOINT(duckdb_connection connection, duckdb_extension_info info,
                            struct duckdb_extension_access *access) {
	try {
		// Our own loops are parallel; BLAS within DuckDB's threads must not be.
		openblas_set_num_threads(1);
		ducktopics::ReadOpenFolders();
		ducktopics::RegisterKMeans(connection);
		ducktopics::RegisterKMeansStep(connection);
		ducktopics::RegisterNearestCentroidIndex(connection);
		ducktopics::RegisterNearestCentroidList(connection);
		ducktopics::RegisterVectorMean(connection);
		ducktopics::RegisterL2Normalize(connection);
		ducktopics::RegisterOptimalAssignment(connection);
		ducktopics::RegisterSyntheticEmbeddings(connection);
		ducktopics::RegisterReadNpy(connection);
		ducktopics::RegisterReadFaiss(connection);
		ducktopics::RegisterWriteFaiss(connection);
		ducktopics::RegisterCallHost(connection);
		ducktopics::RegisterFunctionList(connection);
		ducktopics::RegisterFileScans(*access->get_database(info));
		return true;
	} catch (const std::exception &error) {
		access->set_error(info, (std::string("ducktopics: ") + error.what()).c_str());
	} catch (...) {
		access->set_error(info, "ducktopics: unknown error");
	}
	return false;
}
