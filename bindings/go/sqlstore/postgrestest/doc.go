// Package postgrestest tests package sqlstore against a PostgreSQL server that it starts for itself.
package postgrestest
