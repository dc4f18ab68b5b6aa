package sqlstore

import "strings"

const (
	// Waits for a lock. Without waiting, the result is NULL if the database is read-only, and true if the database
	// session already has the lock.
	lockStatement = "SELECT CASE WHEN current_setting('transaction_read_only') = 'on' THEN NULL " +
		"WHEN EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' " +
		"AND pid = pg_backend_pid() AND objsubid = 1 AND classid::bigint << 32 | objid::bigint = $1) " +
		"THEN true ELSE pg_advisory_lock($1) IS NULL END"
	unlockStatement = "SELECT pg_advisory_unlock($1)"
)

// statements are the statements for one table.
type statements struct {
	create, reserve, load, list, insert, update, remove string
}

// The primary key is the SHA-256 of the key, because an index allows 2,700 bytes and a key may have 4,096.
func newStatements(name string) statements {
	// A name may be an SQL keyword, such as user.
	const columns = "id, key, data, generation"
	table := `"` + strings.ReplaceAll(name, ".", `"."`) + `"`
	return statements{
		create: "CREATE TABLE IF NOT EXISTS " + table + " (" +
			"id bytea PRIMARY KEY, " +
			"key text NOT NULL, " +
			"data bytea NOT NULL, " +
			"generation bigint NOT NULL, " +
			"saved_at timestamptz NOT NULL DEFAULT now())",
		// Changes nothing, but fails if the session could not be saved.
		reserve: "WITH new AS (INSERT INTO " + table + " (" + columns + ") SELECT " + columns + " FROM " + table +
			" WHERE false) UPDATE " + table + " SET generation = generation WHERE id = $1",
		load:   "SELECT data, generation FROM " + table + " WHERE id = $1",
		list:   "SELECT key FROM " + table + " ORDER BY key",
		insert: "INSERT INTO " + table + " (" + columns + ") VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING",
		update: "UPDATE " + table + " SET data = $2, generation = $3, saved_at = now() WHERE id = $1 AND generation = $4",
		remove: "DELETE FROM " + table + " WHERE id = $1",
	}
}
