/* Executes one statement and prints its result: `sql CONNECTION STATEMENT`. */
#include <libpq-fe.h>
#include <stdio.h>

int main(int count, char **arguments) {
  if (count != 3) return 2;
  PGconn *connection = PQconnectdb(arguments[1]);
  PGresult *result = PQexec(connection, arguments[2]);
  int failed = PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK;
  if (failed) fprintf(stderr, "%s", PQerrorMessage(connection));
  for (int row = 0; row < PQntuples(result); row++) puts(PQgetvalue(result, row, 0));
  PQclear(result);
  PQfinish(connection);
  return failed;
}
