#pragma once

#include "duckdb/api.hpp"

namespace ducktopics {

// Every function of the extension, one file each in sql/. The order is that of the reference.

void RegisterKMeans(duckdb_connection connection);
void RegisterKMeansStep(duckdb_connection connection);
void RegisterNearestCentroidIndex(duckdb_connection connection);
void RegisterNearestCentroidList(duckdb_connection connection);
void RegisterVectorMean(duckdb_connection connection);
void RegisterL2Normalize(duckdb_connection connection);
void RegisterOptimalAssignment(duckdb_connection connection);
void RegisterSyntheticEmbeddings(duckdb_connection connection);
void RegisterReadNpy(duckdb_connection connection);
void RegisterReadFaiss(duckdb_connection connection);
void RegisterWriteFaiss(duckdb_connection connection);
void RegisterCallHost(duckdb_connection connection);
void RegisterFunctionList(duckdb_connection connection);

//! Lets FROM 'x.npy' and FROM 'x.faiss' read files.
void RegisterFileScans(duckdb_database database);

} // namespace ducktopics
